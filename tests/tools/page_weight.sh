#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# The page weighs less than 150 KB, twice: all its files with all catalogues as they are sent, and what a visit up to
# writing loads (unlocking, the forums, rapid mode, the largest catalogue) as the browser unpacks it. Scripts that are
# loaded when a screen is gone to do not count in the second. PAGE_PACKED names the folder of the build that has them.
set -euo pipefail
most=$((150 * 1024))
cd "${PAGE_PACKED:?the folder assets of a build}"

weight() {
    cat "$@" | wc -c
}

largest=0
for catalogue in lang/*.json; do
    n=$(weight "$catalogue")
    [ "$n" -le $largest ] || largest=$n
done

# What the given scripts load at once, and what these load.
declare -A loaded=()
wanted=(main.js unlock.js forums.js rapid.js)
while [ ${#wanted[@]} -gt 0 ]; do
    script=${wanted[0]}
    wanted=("${wanted[@]:1}")
    [ -z "${loaded[$script]:-}" ] || continue
    loaded[$script]=js/$script
    mapfile -t more < <(grep -oE "(from|import) *'\./[a-z-]+\.js'" "js/$script" | sed "s/.*'\.\///; s/'$//")
    wanted+=("${more[@]}")
done
mapfile -t rest < <(find . -name lang -prune -o -name js -prune -o -type f ! -name '*.gz' -print)
visit=$(($(weight "${rest[@]}" "${loaded[@]}") + largest))
sent=$(find . -name '*.gz' -exec cat {} + | wc -c)
all=$(($(find . -name lang -prune -o -type f ! -name '*.gz' -exec cat {} + | wc -c) + largest))

printf 'sent: %d bytes with all catalogues; a visit up to writing: %d unpacked (%d scripts, and %d of the largest ' \
    "$sent" "$visit" ${#loaded[@]} $largest
printf 'catalogue); everything unpacked with one catalogue: %d; %d is the most of the first two\n' "$all" $most
[ "$sent" -lt $most ] && [ "$visit" -lt $most ]
