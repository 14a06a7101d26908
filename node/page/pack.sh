#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Makes of a file of the page what is built in and served: without comments, indentation and blanks that mean nothing,
# the keys of a catalogue by area; then compressed. It must never change what the file means: a script whose text in
# backquotes goes over several lines is refused, because its indentation would be part of that text.
#
#   pack.sh FILE OUT     writes OUT and OUT.gz
set -eu
export LC_ALL=C
here=$(dirname "$0")
case $1 in
*.js)
    awk '{ n += gsub(/`/, "") }
        n % 2 { print FILENAME ":" FNR ": a text in backquotes goes on in the next line"; exit 1 }' "$1" >&2
    sed -E 's/^[[:blank:]]+//; /^\/\//d; /^\/\*.*\*\/$/d; /^$/d' "$1" | awk -f "$here/squeeze.awk" >"$2" ;;
*.css)
    sed -E 's/^[[:blank:]]+//; s/^\/\*.*\*\/$//' "$1" | tr '\n' ' ' |
        sed -E 's/ +/ /g; s/([;{},>]|[a-z]:) /\1/g; s/ ([{}>])/\1/g; s/;}/}/g' >"$2" ;;
*.html | *.svg) sed -E 's/^[[:blank:]]+//; /^<!--.*-->$/d; /^$/d' "$1" >"$2" ;;
*.json) awk -f "$here/nest.awk" "$1" >"$2" ;;
*) echo "$1: nothing of the page has this ending" >&2 && exit 1 ;;
esac
gzip -9nc "$2" >"$2.gz"
