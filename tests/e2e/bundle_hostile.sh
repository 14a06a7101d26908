#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Bundles that somebody made to do harm, before a good one on the same stick; and the state of a site that was copied,
# restored and run again, with nothing but a stick between it and the hub.
. "$(dirname "$0")/lib.sh"

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

