#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Keys are changed where there is never a network: the root's word comes on a stick, to a hub whose daemon does not
# run; the next stick is taken under the new keys, and the way back brings them to founder and site.
. "$(dirname "$0")/lib.sh"

keys_of() { baraza who --keys --state "$1" | sed -n "s/^$2 *\([0-9a-f]*\) .*/\1/p"; }
to_hub() { # STATE: its bundle to the hub, and the hub's answers back
    rm -f stick/*
    expect_status 0 baraza bundle out stick --state "$1"
    expect_status 0 baraza bundle in stick --state hub
    expect_status 0 baraza bundle out --all stick --state hub
    expect_status 0 baraza bundle in stick --state "$1"
}

mkdir stick
found
site village
to_hub founder
to_hub village
step "all three keys of the hub, one stick each; the daemon is started for the moment"
for key in exchange intake log; do
    expect_status 0 baraza hub new-key $key --state hub --json
    new=$(field key out)
    expect_status 0 baraza rekey $key --new "$new" --state founder --as root --passphrase-file "$PASS"
    to_hub founder
    expect_equal "the $key key at the hub" "$(keys_of hub $key)" "$new"
    expect_equal "the $key key at the founder's" "$(keys_of founder $key)" "$new"
done
step "the site, which slept through it, and what it wrote under the old keys"
expect_status 0 baraza add --state village --kind threat --passphrase-file "$PASS" -- "Said before the stick came."
to_hub village
settled village || die "not settled: $(baraza status --state village --passphrase-file "$PASS")"
for key in exchange intake log; do
    expect_equal "the $key key at the site" "$(keys_of village $key)" "$(keys_of hub $key)"
done
in_record contribution 1
expect_status 0 baraza export --state hub --out record.export
expect_status 0 baraza verify record.export --charter founder/charter
step "then by network, as if it had been so always"
start_hub
expect_status 0 baraza add --state village --kind threat --passphrase-file "$PASS" -- "Said after."
sync village
in_record contribution 2
stop hub
