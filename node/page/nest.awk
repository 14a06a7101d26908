# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Makes of a catalogue, which has a line "area.name": "words", for each key, sorted, what is served: the names of an
# area stand together under it.
BEGIN { printf "{" }
/^"/ {
    dot = index($0, ".")
    area = substr($0, 2, dot - 2)
    rest = substr($0, dot + 1)
    end = index(rest, "\": ")
    words = substr(rest, end + 3)
    sub(/,$/, "", words)
    if (area != before) {
        printf "%s\"%s\":{", before == "" ? "" : "},", area
    }
    printf "%s\"%s\":%s", area == before ? "," : "", substr(rest, 1, end - 1), words
    before = area
}
END { print "}}" }
