#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# The page weighs less than 150 KB: all its files as they are built in (node/page/pack.sh), unpacked, with the largest
# of the catalogues. PAGE_PACKED names the folder of the build that has them.
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
mapfile -t files < <(find . -name lang -prune -o -type f ! -name '*.gz' -print)
rest=$(weight "${files[@]}")
printf '%d bytes of %d: %d of script, %d of the largest catalogue; %d packed for one language\n' $((rest + largest)) \
    $most "$(weight js/*.js)" $largest $((($(find . -name '*.gz' ! -path './lang/*' -exec cat {} + | wc -c)) +
    $(weight lang/en.json.gz)))
[ $((rest + largest)) -lt $most ]
