# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Writes a C source that holds the files of the page: one symbol pair a file (.incbin of the assembler), one table.
# To be included; sets `out`, and makes the source depend on the files. A new file is found by itself.
function(baraza_embed folder out)
  file(GLOB_RECURSE assets CONFIGURE_DEPENDS RELATIVE ${folder} ${folder}/*)
  list(SORT assets)
  set(symbols "")
  set(rows "")
  set(paths "")
  set(i 0)
  foreach(asset ${assets})
    list(APPEND paths ${folder}/${asset})
    string(APPEND symbols "EMBED(asset_${i}, \"${folder}/${asset}\")\n")
    string(APPEND rows "    ROW(asset_${i}, \"/${asset}\")\n")
    math(EXPR i "${i} + 1")
  endforeach()
  set(EMBED_SYMBOLS "${symbols}")
  set(EMBED_ROWS "${rows}")
  configure_file(${CMAKE_SOURCE_DIR}/node/page/embedded.c.in ${out} @ONLY)
  set_source_files_properties(${out} PROPERTIES OBJECT_DEPENDS "${paths}")
endfunction()
