# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Writes a C source that holds the files of the page, packed (pack.sh): one symbol pair a file (.incbin of the
# assembler), one table. To be included. A new file is found by itself.
function(baraza_embed folder packed out)
  file(GLOB_RECURSE assets CONFIGURE_DEPENDS RELATIVE ${folder} ${folder}/*)
  list(SORT assets)
  file(GLOB_RECURSE before RELATIVE ${packed} ${packed}/*)
  foreach(old ${before}) # of a file that is not there any more
    string(REGEX REPLACE "\\.gz$" "" of ${old})
    if(NOT of IN_LIST assets)
      file(REMOVE ${packed}/${old})
    endif()
  endforeach()
  file(GLOB packers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/node/page/pack.sh ${CMAKE_SOURCE_DIR}/node/page/*.awk)
  set(symbols "")
  set(rows "")
  set(paths "")
  set(i 0)
  foreach(asset ${assets})
    set(made ${packed}/${asset})
    get_filename_component(under ${made} DIRECTORY)
    file(MAKE_DIRECTORY ${under})
    add_custom_command(OUTPUT ${made}.gz BYPRODUCTS ${made}
      COMMAND ${CMAKE_SOURCE_DIR}/node/page/pack.sh ${folder}/${asset} ${made}
      DEPENDS ${folder}/${asset} ${packers} VERBATIM)
    list(APPEND paths ${made}.gz)
    string(APPEND symbols "EMBED(asset_${i}, \"${made}.gz\")\n")
    string(APPEND rows "    ROW(asset_${i}, \"/${asset}\")\n")
    math(EXPR i "${i} + 1")
  endforeach()
  set(EMBED_SYMBOLS "${symbols}")
  set(EMBED_ROWS "${rows}")
  configure_file(${CMAKE_SOURCE_DIR}/node/page/embedded.c.in ${out} @ONLY)
  set_source_files_properties(${out} PROPERTIES OBJECT_DEPENDS "${paths}")
  add_custom_target(page_packed DEPENDS ${paths})
endfunction()
