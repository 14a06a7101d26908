#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Makes of a file of the page what is built in and served: without lines that are comments and without indentation,
# then compressed. It must never change what the file means: a script whose text in backquotes goes over several lines
# is refused, because its indentation would be part of that text.
#
#   pack.sh FILE OUT     writes OUT and OUT.gz
set -eu
case $1 in
*.js)
    awk '{ n += gsub(/`/, "") }
        n % 2 { print FILENAME ":" FNR ": a text in backquotes goes on in the next line"; exit 1 }' "$1" >&2
    sed -E 's/^[[:blank:]]+//; /^\/\//d; /^\/\*.*\*\/$/d; /^$/d' "$1" >"$2" ;;
*.css) sed -E 's/^[[:blank:]]+//; /^\/\*.*\*\/$/d; /^$/d' "$1" >"$2" ;;
*.html | *.svg) sed -E 's/^[[:blank:]]+//; /^<!--.*-->$/d; /^$/d' "$1" >"$2" ;;
*.json) sed -E 's/^[[:blank:]]+//; s/^("[^"]*"): /\1:/; /^$/d' "$1" | tr -d '\n' >"$2" ;; # a key a line
*) echo "$1: nothing of the page has this ending" >&2 && exit 1 ;;
esac
gzip -9nc "$2" >"$2.gz"
