#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# The stick is pulled out, or the power fails, while a bundle is being written to it, and one that is carried for
# another site. Afterwards there is the old bundle, whole, and each new one whole or not at all; and once "safe to
# unplug" was said, all of them.
#
# usage: stick.sh [CUTS]
# Exit status: 0 so it was, 1 it was not, 77 skipped (power cuts need root and loop devices).
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../e2e/lib.sh"
cuts=${1:-8}
PATH=$BARAZA_BIN/tests:$PATH

mkdir cut
found
site heron
site ibis
long=$(printf 'The path to the well is longer every year. %.0s' {1..200})
for i in 1 2 3 4; do
    expect_status 0 baraza add --state heron --session XM-KIV-2026-003 --kind need --passphrase-file "$PASS" "$i $long"
done
expect_status 0 baraza add --state ibis --session XM-KIV-2026-003 --kind need --passphrase-file "$PASS" "$long"
expect_status 0 baraza bundle out ibis.bundle --state ibis
expect_status 0 baraza bundle in ibis.bundle --state heron
expect_status 0 baraza bundle out founder.bundle --state founder
expect_status 0 baraza bundle in founder.bundle --state hub

# What must be true of the stick after the cut. The hub judges every bundle; taking one again changes nothing.
cat >look.sh <<'LOOK'
n=$(ls "$POWERCUT_DISK" | grep -c '\.bundle$')
[ -f "$POWERCUT_DISK/old.bundle" ] || { echo "lost: the old bundle"; exit 1; }
[ "$n" -le 3 ] || { echo "lost: $n bundles"; exit 1; }
if grep -q 'safe to unplug' "$POWERCUT_OUT" && [ "$n" -ne 3 ]; then echo "lost: what was said to be safe"; exit 1; fi
baraza bundle in "$POWERCUT_DISK" --state hub --json >said || { cat said; exit 1; }
[ "$(grep -c '"taken":true' said)" -eq "$n" ] || { cat said; exit 1; }
LOOK

whole=0
for ((cut = 0; cut < cuts; cut++)); do
    status=0
    # From the first milliseconds of the command to well after its end.
    delay=$((cut * 320 / cuts))
    powercut --work-dir "$WORK/cut" --image-mb 32 --cut-after-ms "$delay" \
        --prepare "rm -f *.bundle*; baraza bundle out \"\$POWERCUT_DISK/old.bundle\" --state '$WORK/heron'" \
        --run "baraza bundle out \"\$POWERCUT_DISK\" --state '$WORK/heron'" \
        --check "cd '$WORK' && bash look.sh" >look 2>&1 || status=$?
    case $status in
    0) whole=$((whole + 1)) ;;
    77) skip "$(sed -n 's/^skipped: //p' look)" ;;
    *) cat look && die "cut $cut, after $delay ms" ;;
    esac
done
expect_equal "cuts after which the stick was as it must be" $whole "$cuts"
echo "$cuts cuts: the old bundle whole, the new one whole or not there"
