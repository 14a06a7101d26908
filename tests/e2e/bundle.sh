#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# A site that never has a network: enrolment, a forum and what was said there go to the hub on a stick, and the hub's
# word comes back on it. Locked, twice, in the wrong order, mixed with the network: the result is the same.
. "$(dirname "$0")/lib.sh"

# says STATE TEXT: one contribution to the forum there.
says() {
    expect_status 0 baraza add --state "$1" --session XM-KIV-2026-003 --kind need \
        --passphrase-file "$PASS" "$2"
}

# entries STATE: "saved received confirmed" of all entries.
entries() {
    baraza status --json --state "$1" | sed 's/.*"entries":{\([^}]*\)}.*/\1/' | tr ',' '\n' |
        sed -n 's/"\(saved\|received\|confirmed\)":\([0-9]*\)/\2/p' | xargs
}

# out_of STATE [OPTION...]: makes a bundle on the stick.
out_of() {
    expect_status 0 baraza bundle out stick --state "$@"
    expect_equal "the last word" "$(tail -n 1 out)" "safe to unplug"
}

# into STATE: takes all that is on the stick.
into() {
    expect_status 0 baraza bundle in stick --state "$1"
}

# round SITE: to the hub and back.
round() {
    rm -f stick/*.bundle
    out_of "$1"
    into hub
    out_of hub --all
    into "$1"
}

found
mkdir stick
site heron
says heron "the well at the crossing is shared by three villages"
says heron "the survey of 1988 is not on any map we were shown"

step "the founder's invitation and the newcomer's whole work travel together"
expect_status 0 baraza bundle out stick/z.bundle --state founder # read last, though the newcomer needs it first
out_of heron
grep -l "crossing\|Heron\|XM-KIV" stick/*.bundle && die "a bundle can be read on its way"
into hub
expect_equal "entries of heron before the answer" "$(entries heron)" "4 0 0"

step "the way back: received and confirmed, without any network ever"
out_of hub --all
into heron
expect_equal "entries of heron" "$(entries heron)" "4 4 4"
into founder
settled founder || die "the founder's own entries are not confirmed"

step "all of it once more changes nothing"
cp -r stick again
size=$(baraza bundle in stick --state hub --json | grep -c '"taken":true')
[ "$size" -ge 2 ] || die "the same bundles are not taken again"
into heron
expect_equal "entries of heron" "$(entries heron)" "4 4 4"

step "nobody is unlocked: the bundle is made all the same"
says heron "grazing rights end where the fence begins"
expect_status 0 baraza lock --state heron
round heron
expect_equal "entries of heron" "$(entries heron)" "5 5 5"

step "nothing is replaced; a bundle for somebody else is carried on, one that goes the other way refused by name"
touch there.bundle
expect_status 73 baraza bundle out there.bundle --state heron
key=$(basename stick/*-from-*.bundle .bundle)
expect_status 0 baraza bundle out answer.bundle --to "${key##*-}" --state hub
expect_status 0 baraza bundle in answer.bundle --state founder --json # it carried heron's bundles, so this one too
expect_contains "what became of it" "$(cat out)" '"carried":true'
expect_status 1 baraza bundle in answer.bundle --state hub --json
expect_contains "the reason" "$(cat out)" '"reason":"wrong-way"'

step "an answer that nobody asked for is taken too, though the hub does not know where the site stands by now"
expect_status 0 baraza bundle in answer.bundle --state heron
out_of founder
into hub
rm -f stick/*.bundle
out_of hub --all
into founder
out_of hub --all
into heron

step "a bad one in the folder stops no other"
says heron "the market moved and nobody asked"
rm -f stick/*.bundle
echo "not a bundle" >stick/00.bundle
ln -s /etc/hostname stick/01.bundle
mkfifo stick/02.bundle
out_of heron
head -c 1000 stick/*-from-*.bundle >stick/03.bundle
expect_status 1 baraza bundle in stick --state hub --json
expect_equal "refused" "$(grep '"taken":false' out | grep -vc wrong-way)" 4 # answers that heron carries go another way
expect_equal "taken" "$(grep -c '"taken":true' out)" 1
rm -f stick/0*.bundle

step "the network in between: the answer of yesterday, and then that of today"
start_hub
expect_status 0 baraza sync --wait --state heron --passphrase-file "$PASS"
expect_equal "entries of heron" "$(entries heron)" "6 6 6"
expect_status 0 baraza bundle in again --state heron
says heron "three roads were promised and one was built"
into hub # the bundle that the network has overtaken, while the hub's daemon runs
round heron
expect_equal "entries of heron" "$(entries heron)" "7 7 7"

step "the site's own daemon runs while a bundle is taken"
says heron "the ford is deeper since the quarry opened"
stop hub
start_node heron
round heron
expect_equal "entries of heron" "$(entries heron)" "8 8 8"
start_hub
settle heron 30
expect_equal "entries of heron" "$(entries heron)" "8 8 8"
stop heron
stop hub

step "the record is whole"
expect_status 0 baraza export --out record.baraza --state hub
expect_status 0 baraza verify record.baraza --charter hub/charter
