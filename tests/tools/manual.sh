#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# There is a manual page for every program, it holds every command with every option, and it is well formed.
set -uo pipefail
programs=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/baraza-manual.XXXXXX")
trap 'rm -rf "$work"' EXIT
failures=0

# expect WHAT COMMAND...
expect() {
    local what=$1
    shift
    "$@" >"$work/said" 2>&1 && return
    printf 'FAILED: %s\n' "$what"
    head -n 5 "$work/said"
    failures=$((failures + 1))
}

expect "the pages are made" tools/man "$programs" "$work/man"
for page in man1/baraza.1 man8/baraza-node.8 man8/baraza-hub.8 man5/baraza-conf.5; do
    expect "$page is there" test -s "$work/man/$page"
    expect "$page has no placeholder" sh -c "! grep -q '^@' '$work/man/$page'"
done

# What `baraza --help` lists stands in the page, with each option of its own help.
tr -d '\\' <"$work/man/man1/baraza.1" >"$work/page"
listed=0
while IFS= read -r name; do
    listed=$((listed + 1))
    expect "help of baraza $name" "$programs/baraza" $name --help
    expect "baraza $name is in the page" grep -qF "baraza $name" "$work/page"
    while IFS= read -r option; do
        expect "baraza $name $option is in the page" grep -qF -- "$option" "$work/page"
    done < <(grep -oE -- '^ +(-[a-z], |    )--[a-z-]+' "$work/said" | grep -oE -- '--[a-z-]+')
done < <("$programs/baraza" --help | sed -nE 's/^  ([a-z-]+( [a-z-]+)?)  +.*/\1/p')
[ $listed -gt 40 ] || { printf 'FAILED: only %d commands are listed\n' $listed; failures=$((failures + 1)); }
[ $failures -eq 0 ] && echo "the manual has all $listed commands"
