#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# A team at a forum without a network: one laptop carries the others' work, sealed, to the hub and brings back its word.
# By stick and by network, each way, twice, mixed: the result is the same, and nobody reads what she carries.
. "$(dirname "$0")/lib.sh"

# says STATE TEXT: one contribution to the forum there.
says() {
    expect_status 0 baraza add --state "$1" --session XM-KIV-2026-003 --kind need --passphrase-file "$PASS" "$2"
}

# entries STATE: "saved received confirmed" of all entries.
entries() {
    baraza status --json --state "$1" | sed 's/.*"entries":{\([^}]*\)}.*/\1/' | tr ',' '\n' |
        sed -n 's/"\(saved\|received\|confirmed\)":\([0-9]*\)/\2/p' | xargs
}

# out_of STATE STICK, into STATE STICK
out_of() {
    expect_status 0 baraza bundle out "$2" --state "$1"
    expect_equal "the last word" "$(tail -n 1 out)" "safe to unplug"
}
into() {
    expect_status 0 baraza bundle in "$2" --state "$1"
}

# carries STATE N: so many files lie there for others.
carries() {
    expect_equal "what $1 carries" "$(find "$1/carried" -name '*.bundle' 2>/dev/null | wc -l)" "$2"
}

found
mkdir team town back
site heron
site ibis
says heron "the well at the crossing is shared by three villages"
says ibis "grazing rights end where the fence begins"
expect_status 0 baraza bundle out town/founder.bundle --state founder
into hub town
rm -f town/*

step "at the forum: the others' bundles on one stick, into the laptop that goes to town"
says ibis "the ford is deeper since the quarry opened"
expect_status 0 baraza lock --state ibis
out_of ibis team
into heron team
carries heron 1
expect_contains "the status" "$(baraza status --state heron --json)" '"carried":1'
expect_contains "what was said" "$(cat out)" "kept and carried along"
into heron team
carries heron 1
expect_contains "what was said" "$(cat out)" "carried along already"
grep -rl "ford\|grazing" heron/carried && die "what is carried can be read"
out_of heron team # its own goes the other way round, though ibis goes nowhere
into ibis team
carries ibis 1
expect_equal "entries of ibis" "$(entries ibis)" "4 0 0"

step "in town: everything of all goes into the hub, and its word to all comes back on one stick"
out_of heron town
expect_contains "what was said" "$(cat out)" "with it 1 bundle that this computer carries for other sites"
# A stick that lost the bytes and kept name and size is not taken for one that has them.
relayed=$(ls town/relayed-*)
head -c "$(stat -c %s "$relayed")" /dev/zero >spoilt
cp spoilt "$relayed"
out_of heron town
cmp -s spoilt "$relayed" || die "a file that stood there was replaced"
expect_equal "names it has on the stick" "$(ls town/relayed-* | wc -l)" 2
rm "$relayed"
into hub town
expect_equal "contributions in the record" "$(baraza log --state hub --kind contribution --json | wc -l)" 3
expect_status 0 baraza bundle out --all town --state hub
into heron town
expect_equal "entries of heron" "$(entries heron)" "3 3 3"
carries heron 1 # the answer for ibis; what it answers has gone

step "back at the forum: received and confirmed, by whoever was never in town"
rm -f team/*
out_of heron team
into ibis team
expect_equal "entries of ibis" "$(entries ibis)" "4 4 4"

step "all of it once more, in another order, changes nothing"
into hub team
into hub town
into heron team
into ibis town
into ibis team
into heron town
expect_equal "entries of heron" "$(entries heron)" "3 3 3"
expect_equal "entries of ibis" "$(entries ibis)" "4 4 4"
expect_equal "contributions in the record" "$(baraza log --state hub --kind contribution --json | wc -l)" 3

step "a relay is a folder: copied files do as well as a laptop"
says ibis "three roads were promised and one was built"
out_of ibis back
cp back/*.bundle town/
into hub town
expect_status 0 baraza bundle out --all back --state hub
into ibis back
expect_equal "entries of ibis" "$(entries ibis)" "5 5 5"

step "an answer for a site of which nothing was ever carried here is passed over; a damaged one is refused by name"
rm -f back/* team/*
site finch
expect_status 0 baraza bundle out --all back --state hub
into finch back
carries finch 0
for file in back/*-to-*.bundle; do
    expect_status 1 baraza bundle in "$file" --state finch --json
    expect_contains "the reason" "$(cat out)" '"reason":"not-for-us"'
done
says ibis "the market moved and nobody asked"
out_of ibis team
bundle=$(ls team/*-from-*.bundle)
head -c 700 "$bundle" >back/cut.bundle
sed 's/baraza\/bundle\/v1/baraza\/bundle\/v2/' "$bundle" >back/version.bundle
expect_status 1 baraza bundle in back --state finch --json
expect_equal "refused" "$(grep -c '"reason":"cut"\|"reason":"other-version"' out)" 2
carries finch 0

step "by network: what is carried goes with the next exchange, and the answer comes back with it"
rm -f team/* back/*
says ibis "the school has no roof"
expect_status 0 baraza lock --state ibis
out_of ibis team
into heron team
says heron "the ferry has not run since the rains"
start_hub
sync heron
expect_equal "contributions in the record" "$(baraza log --state hub --kind contribution --json | wc -l)" 7
expect_equal "what heron carries to the hub" "$(ls heron/carried | grep -c -- '-[us]-')" 0
baraza status --state heron >out
expect_contains "the hub's answers are told apart" "$(cat out)" "The hub's answers to other sites: "
! grep -q "the next exchange takes" out || die "the exchange was, and is still to come"
out_of heron back
into ibis back
expect_equal "entries of ibis" "$(entries ibis)" "7 7 7"

step "the same by the daemon; a newcomer whom nobody knows yet; and what the network overtook changes nothing"
site egret # joined, and has never been anywhere
sync founder
out_of egret team
says ibis "who pays for the fence"
out_of ibis team
start_node heron
into heron team
for ((i = 0; i < 200; i++)); do
    [ "$(ls heron/carried | grep -c -- '-[us]-')" -eq 0 ] && break
    sleep 0.2
done
expect_equal "what heron carries to the hub" "$(ls heron/carried | grep -c -- '-[us]-')" 0
rm -f back/*
out_of heron back
into ibis back
into egret back
expect_equal "entries of ibis" "$(entries ibis)" "8 8 8"
expect_equal "entries of egret" "$(entries egret)" "2 2 2"
sync ibis egret
into hub team
settle heron 30
stop heron

step "the record is whole"
stop hub
expect_status 0 baraza export --out record.baraza --state hub
expect_status 0 baraza verify record.baraza --charter hub/charter
