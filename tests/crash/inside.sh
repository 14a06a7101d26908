#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# What a campaign runs on the disk whose power is cut, or beside it: people writing, and the look at what is left.
# A text is promised when `baraza add` ended well and its text was printed; a promise may never be lost or doubled.
#
# usage: inside.sh write STATE NAME      writes "NAME number 1", 2, 3 … and prints "saved TEXT" for each, for ever
#        inside.sh site STATE PROMISES   every promise is at the site, once
#        inside.sh hub STATE PROMISES    every promise is in the hub's record, once, and the record verifies
# PASS names the file with the passphrase.
set -uo pipefail
pass=(--passphrase-file "${PASS:?PASS names the file with the passphrase}")

write() {
    local state=$1 name=$2 i
    for ((i = 1; ; i++)); do
        baraza add --quiet --state "$state" "${pass[@]}" "$name number $i" >/dev/null || return 1
        printf 'saved %s\n' "$name number $i"
    done
}

# The texts in a listing with one JSON value a line. The campaign's own texts hold no quotes and no backslashes.
texts() {
    grep -o '"text":"[^"]*"' | sed 's/^"text":"//; s/"$//'
}

# Reads texts on standard input; says what became of the promises, and fails when one is lost or doubled.
compare() {
    awk -v promises="$1" '
        BEGIN {
            while ((getline line < promises) > 0)
                if (line ~ /^saved /)
                    promised[substr(line, 7)] = 1
        }
        { seen[$0]++ }
        END {
            for (text in promised) {
                total++
                if (!(text in seen)) {
                    lost++
                    print "lost: " text
                }
            }
            for (text in seen)
                if (seen[text] > 1) {
                    twice++
                    print "twice: " text
                }
            printf "promised %d lost %d twice %d\n", total, lost, twice
            exit lost + twice > 0
        }'
}

case ${1:-} in
write) write "$2" "$3" ;;
site)
    baraza list --json --state "$2" "${pass[@]}" >"${TMPDIR:-/tmp}/listing.$$" || exit 1
    texts <"${TMPDIR:-/tmp}/listing.$$" | compare "$3"
    status=$?
    rm -f "${TMPDIR:-/tmp}/listing.$$"
    exit $status
    ;;
hub)
    scratch=$(mktemp -d "${TMPDIR:-/tmp}/baraza-look.XXXXXX")
    trap 'rm -rf "$scratch"' EXIT
    baraza export --quiet --state "$2" --parts --out "$scratch/export" || exit 1
    baraza verify --quiet --charter "$2/charter" "$scratch/export" || exit 1
    baraza export --quiet --state "$2" --parts --json >"$scratch/listing" || exit 1
    texts <"$scratch/listing" | compare "$3"
    ;;
*)
    sed -n 's/^# \{0,1\}//p' "$0" | sed -n '4,$p'
    exit 2
    ;;
esac
