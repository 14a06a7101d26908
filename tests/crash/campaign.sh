#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# People write, and again and again the power of their computer is cut. Whatever said "saved" must still be there, once.
# Read first: tests/crash/inside.sh (what is promised and how it is looked for), tests/crash/powercut.h (the cut).
#
# usage: campaign.sh [--site-cuts N] [--unsynced]
#   --site-cuts N   power cuts of the disk with the site's state
#   --unsynced      plant MDB_NOSYNC: the campaign then has to fail
# BARAZA_BIN names the folder with the programs; their trials are in its folder tests/.
# Exit status: 0 nothing lost, 1 something was, 2 usage, 77 skipped (it needs root and loop devices).
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
. "$here/../e2e/lib.sh"

site_cuts=0 plant=''
while [ $# -gt 0 ]; do
    case $1 in
    --site-cuts) site_cuts=${2:?--site-cuts needs a number} && shift ;;
    --unsynced) plant="LD_PRELOAD='$BARAZA_BIN/tests/nosync.so'" ;;
    *) fail 2 "unknown argument '$1'" ;;
    esac
    shift
done

# The planted fault is preloaded before the sanitizer's own library, which it does not get in the way of.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0"
export PASS=$WORK/passphrase
echo "a phrase for trials" >"$PASS"
losses=0

row() {
    printf '%-24s %8s %10s %6s %6s %8s\n' "$@"
}

# The founder's state and an invitation for one site; the hub's state lies in $WORK/hub.
found() {
    port=$(free_port)
    expect_status 0 baraza hub init "Trials of Marisola" --state hub --founder founder \
        --prefix records.example.org/trials --address "127.0.0.1:$port" --passphrase-file "$PASS"
    expect_status 0 baraza invite --state founder --as registrar --role facilitator --area XM-KIV --out invitation \
        --passphrase-file "$PASS"
}

# cut_site N: N power cuts while somebody writes. The disk goes on from cut to cut.
cut_site() {
    local trials=$1 n status began=$SECONDS prepare=() tally
    local join="baraza join '$WORK/invitation' --state site --name Heron --passphrase-file '$PASS' >'$WORK/join.out' &&
        baraza session open XM-KIV-2026-003 --state site --area XM-KIV --type town-hall --lang en \
            --passphrase-file '$PASS' >>'$WORK/join.out'"
    mkdir "$WORK/cuts"
    : >"$WORK/promises"
    prepare=(--prepare "$join")
    for ((n = 1; n <= trials; n++)); do
        status=0
        # Marks lie on the same disk: a real cut spares none of a computer's files.
        XDG_STATE_HOME=$WORK/cuts/disk/marks powercut --work-dir "$WORK/cuts" "${prepare[@]}" \
            --run "$plant exec bash '$here/inside.sh' write site 'cut $n'" \
            --cut-after-lines $((1 + RANDOM % 5)) --cut-after-ms $((RANDOM % 150)) \
            --check "cat '$WORK/cuts/run.out' >>'$WORK/promises'
                exec bash '$here/inside.sh' site site '$WORK/promises'" \
            >"$WORK/cut.out" 2>&1 || status=$?
        prepare=()
        case $status in
        0) ;;
        77) skip "$(sed -n 's/^skipped: //p' "$WORK/cut.out")" ;;
        1) losses=$((losses + 1)) && head -n 20 "$WORK/cut.out" && break ;;
        *) cat "$WORK/cut.out" && die "trial $n broke (status $status)" ;;
        esac
    done
    tally=$(sed -n 's/^promised \([0-9]*\) lost \([0-9]*\) twice \([0-9]*\)$/\1 \2 \3/p' "$WORK/cut.out")
    # shellcheck disable=SC2086 # three words
    row "power cut, site" "$((n > trials ? trials : n))" ${tally:-? ? ?} "$((SECONDS - began)) s"
}

PATH=$BARAZA_BIN/tests:$PATH
found
row "" trials promised lost twice time
[ "$site_cuts" -eq 0 ] || cut_site "$site_cuts"
[ $losses -eq 0 ] || exit 1
