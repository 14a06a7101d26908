#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# The guides in docs/guides, README and COMMANDS say only what the programs understand; the guides say the same in
# every language, and miss no picture.
set -uo pipefail
programs=$1
guides=docs/guides
work=$(mktemp -d "${TMPDIR:-/tmp}/baraza-guides.XXXXXX")
trap 'rm -rf "$work"' EXIT
failures=0

bad() {
    printf 'FAILED: %s\n' "$*"
    failures=$((failures + 1))
}

# The command lines of a guide, one a line: what stands in <code> and in the lines of <pre>.
lines_of() {
    tr '\n' '\001' <"$1" | sed -e 's/<pre>/\n<code>/g' -e 's/<code>/\n<code>/g' -e 's/<\/\(pre\|code\)>/&\n/g' |
        sed -nE 's/^<code>(.*)<\/(pre|code)>$/\1/p' | tr '\001' '\n' | sed -e 's/ *#.*//' | grep '^baraza '
}

# The same of a page in Markdown: what stands between backticks and in its blocks.
lines_of_page() {
    sed -e ':join' -e '/\\$/{N;s/\\\n//;b join' -e '}' "$1" | sed -e 's/ *#.*//' -e 's/ *|.*//' | grep '^baraza '
    grep -oE '`baraza [a-z][^`]*`' "$1" | tr -d '`'
}

# known LINE: its command exists, and so does each of its options.
known() {
    local words name help option
    read -ra words <<<"$1"
    name=("${words[1]}")
    if ! "$programs/baraza" "${name[@]}" --help >"$work/help" 2>/dev/null || ! grep -q '^usage' "$work/help"; then
        name+=("${words[2]:-}")
        "$programs/baraza" "${name[@]}" --help >"$work/help" 2>/dev/null || { bad "'$1' is no command"; return; }
    fi
    help=$(<"$work/help")
    for option in "${words[@]}"; do
        [[ $option == --* ]] || continue
        grep -qE -- "(^| )$option( |\$)" <<<"$help" || bad "'$1': ${name[*]} has no $option"
    done
}

[ "$(ls $guides/*.en.html | wc -l)" -ge 4 ] || bad "a guide is missing"
for page in "$guides"/*.en.html; do
    twin=${page%.en.html}.fr.html
    [ -f "$twin" ] || { bad "$twin is missing"; continue; }
    diff <(lines_of "$page" | sed 's/  */ /g') <(lines_of "$twin" | sed 's/  */ /g') >"$work/diff" ||
        bad "$page and its French twin say other commands: $(head -n 4 "$work/diff")"
    [ "$(grep -c '<h2>' "$page")" -eq "$(grep -c '<h2>' "$twin")" ] || bad "$twin has other sections"
    while IFS= read -r line; do known "$line"; done < <(lines_of "$page")
done
for page in README.md docs/COMMANDS.md; do
    [ "$(lines_of_page "$page" | wc -l)" -ge 10 ] || bad "$page: its commands are not found"
    while IFS= read -r line; do known "$line"; done < <(lines_of_page "$page")
done
[ "$(cat "$guides"/*.en.html | wc -c)" -gt 10000 ] || bad "the guides are empty"
for page in "$guides"/*.html; do
    while IFS= read -r file; do
        [ -s "$guides/$file" ] || bad "$page: $file is missing"
    done < <(grep -oE '(src|href)="[^":#]+"' "$page" | sed -E 's/.*="(.*)"/\1/')
done
for picture in "$guides"/pictures/*.svg "$guides"/pictures/*.webp; do
    grep -qs "pictures/${picture##*/}" "$guides"/*.html || bad "$picture is not used"
done
[ $failures -eq 0 ] && echo "the guides and README agree with the programs"
