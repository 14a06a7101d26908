#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Somebody types without a pause and is killed, or the power is cut. What was said to be kept is there, as it was kept
# last; what was discarded is not; at most the last pause is lost, and nothing half is shown.
# Read first: tests/crash/typist.c (who types, and what is looked for), tests/crash/powercut.h (the cut).
#
# And a full disk keeps nobody from discarding, nor loses what was kept before it was full.
#
# usage: drafts.sh [--kills N] [--cuts N]
# BARAZA_BIN names the folder with the programs; their trials are in its folder tests/.
# Exit status: 0 nothing lost, 1 something was, 2 usage, 77 skipped (power cuts need root and loop devices).
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../e2e/lib.sh"
kills=0 cuts=0
while [ $# -gt 0 ]; do
    case $1 in
    --kills) kills=${2:?--kills needs a number} ;;
    --cuts) cuts=${2:?--cuts needs a number} ;;
    *) fail 2 "unknown argument '$1'" ;;
    esac
    shift 2
done
PATH=$BARAZA_BIN/tests:$PATH

# tell NAME TRIALS STATUS: a row from the last look; the end when something was lost.
tell() {
    local tally
    tally=$(sed -n 's/^promised \([0-9]*\) lost \([0-9]*\) .*/\1 \2/p' look | tail -n 1)
    # shellcheck disable=SC2086 # two words
    printf '%-24s %8s %10s %6s\n' "$1" "$2" ${tally:-? ?}
    [ "$3" -eq 0 ] || { cat look; die "$1"; }
    [ -n "$tally" ] && [ "${tally%% *}" != 0 ] || die "nothing was kept, so nothing was tried"
}

found
site site
cp -a site gold
printf '%-24s %8s %10s %6s\n' "" trials kept lost

if [ "$kills" -gt 0 ]; then
    status=0
    for ((n = 0; n < kills && status == 0; n++)); do
        start typist typist write site "$PASS"
        wait_until 20 "her to type" grep -q "^done" typist.log
        sleep "0.$((RANDOM % 5))$((RANDOM % 10))"
        stop_hard typist
        cat typist.log >>promises
        : >typist.log
        typist look site "$PASS" promises >look 2>&1 || status=1
    done
    tell "kill -9, typing" "$n" $status
fi

status=0
for ((n = 0; n < cuts && status == 0; n++)); do
    mkdir -p cut
    powercut --work-dir cut --image-mb 64 --prepare "rm -rf site; cp -a '$WORK/gold' site" \
        --run "exec typist write site '$PASS'" --cut-after-lines $((2 + RANDOM % 200)) --cut-after-ms $((RANDOM % 20)) \
        --check "exec typist look site '$PASS' '$WORK/cut/run.out'" >look 2>&1 || status=$?
    [ $status -ne 77 ] || skip "$(sed -n 's/^skipped: //p' look)"
done
[ "$cuts" -eq 0 ] || tell "power cut, typing" "$n" $status

# Everything that is not a draft's key is in the way of whoever discards on a full disk.
if [ "$cuts" -gt 0 ]; then
    status=0
    cat >full.sh <<'FULL'
set -u
dd if=/dev/zero of=filled bs=64k 2>/dev/null
dd if=/dev/zero of=filled.rest bs=512 2>/dev/null
sync
ids=$(baraza drafts --state site --json --passphrase-file "$PASS" | sed -n 's/^{"id":"\([0-9a-f]*\)".*/\1/p')
timeout 60 typist write site "$PASS" >"$WORK/typed.full" 2>"$WORK/refused"
echo "try discard ${ids%%[!0-9a-f]*} 9"
baraza drafts discard "${ids%%[!0-9a-f]*}" --state site --passphrase-file "$PASS" --yes || exit 1
echo done
FULL
    export WORK
    mkdir -p cut
    powercut --work-dir cut --image-mb 64 --cut-after-ms 120000 \
        --prepare "rm -rf -- *; cp -a '$WORK/gold' site
            typist write site '$PASS' >'$WORK/typed.before' & typist=\$!
            until [ \$(grep -c '^done' '$WORK/typed.before') -ge 20 ]; do sleep 0.1; done
            kill -9 \$typist; wait" \
        --run "bash '$WORK/full.sh'" \
        --check "rm -f filled*
            cat '$WORK/typed.before' '$WORK/typed.full' '$WORK/cut/run.out' >'$WORK/promises.full'
            exec typist look site '$PASS' '$WORK/promises.full'" >look 2>&1 || status=$?
    grep -q "the disk is full" refused || { cat refused; die "the disk was not full"; }
    tail -n 1 cut/run.out | grep -q '^done$' || { cat look; die "a full disk keeps her from discarding"; }
    tell "full disk" 1 $status
fi
