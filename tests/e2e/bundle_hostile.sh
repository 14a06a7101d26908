#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Bundles that somebody made to do harm, before a good one on the same stick; and the state of a site that was copied,
# restored and run again, with nothing but a stick between it and the hub.
. "$(dirname "$0")/lib.sh"

# says STATE N: N contributions.
says() {
    local i
    for ((i = 0; i < $2; i++)); do
        expect_status 0 baraza add --state "$1" --session XM-KIV-2026-003 --kind need --passphrase-file "$PASS" \
            "number $i of $2 in this round"
    done
}

# trip SITE: to the hub and back.
trip() {
    rm -f stick/*.bundle
    expect_status 0 baraza bundle out stick --state "$1"
    expect_status 0 baraza bundle in stick --state hub
    expect_status 0 baraza bundle out --all stick --state hub
    expect_status 0 baraza bundle in stick --state "$1"
    cp out "trip-of-$1"
}

# contributions: how many the hub's record holds.
contributions() {
    baraza log --state hub --kind contribution --json | wc -l
}

found
mkdir stick
expect_status 0 baraza invite --state founder --as registrar --role facilitator --out heron.invitation \
    --passphrase-file "$PASS"

step "bad ones come first and stop nobody"
expect_status 0 "$BARAZA_BIN/../tests/e2e/bad_bundles" hub/charter stick
expect_status 0 baraza bundle out stick/good.bundle --state founder
for hub in "none" "running"; do
    [ $hub = none ] || start_hub
    expect_status 1 baraza bundle in stick --state hub --json
    expect_equal "refused" "$(grep -c '"reason":"message"' out)" 7
    expect_equal "taken" "$(grep -c '"taken":true' out)" 1
    [ $hub = none ] || stop hub
done

step "a copy of the state: five, restored, three; the hub holds all eight"
expect_status 0 baraza join heron.invitation --state heron --name Heron --passphrase-file "$PASS"
expect_status 0 baraza session open XM-KIV-2026-003 --state heron --area XM-KIV --type town-hall --lang en \
    --passphrase-file "$PASS"
trip heron
cp -a heron before
says heron 5
trip heron
rm -rf heron
mv before heron
says heron 3
trip heron
expect_equal "contributions in the record" "$(contributions)" 8
says heron 1
trip heron
trip heron
expect_equal "contributions in the record" "$(contributions)" 9
settled heron || die "the restored site does not reconcile: $(baraza status --state heron)"
