#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# A redaction at the sites: one where somebody is unlocked, one that is locked and unlocks later, one that only bundles
# reach, with words that never left it. Each destroys what it holds, renews its keys, says so in the record; and then no
# key there is, not the hub's either, opens those words on any page of its disk.
. "$(dirname "$0")/lib.sh"
every_key=$BARAZA_BIN/../tests/e2e/every_key
[ -x "$every_key" ] || skip "every_key was not built"

# says STATE TEXT: one contribution; prints nothing.
says() {
    expect_status 0 baraza add --state "$1" --session XM-KIV-2026-003 --group women --passphrase-file "$PASS" "$2"
}

# id_of STATE TEXT: the id of the contribution with these words.
id_of() {
    baraza list --state "$1" --json --passphrase-file "$PASS" | grep -F "$2" | head -n 1 |
        grep -o '"id":"[0-9a-f]*"' | cut -d'"' -f4
}

# waits STATE FIELD: the number of things of one sort that wait there for an unlock.
waits() {
    baraza status --json --state "$1" | grep -o "\"$2\":[0-9a-z]*" | head -n 1 | cut -d: -f2
}

# opens N STATE TEXT...: every_key ends with N, with the passphrase and with the hub's intake key.
opens() {
    local status=$1
    shift
    expect_status "$status" "$every_key" --pass "$PASS" --key "$(head -c 64 hub/keys/intake)" "$@"
}

# round SITE: by bundle to the hub and back.
round() {
    rm -f stick/*.bundle
    expect_status 0 baraza bundle out stick --state "$1"
    expect_status 0 baraza bundle in stick --state hub
    rm -f stick/*.bundle
    expect_status 0 baraza bundle out --all stick --state hub
    expect_status 0 baraza bundle in stick --state "$1"
}

found
mkdir stick
start_hub
for who in near away post; do site $who; done
newcomer officer protection
sync founder near away officer
round post

step "each site holds words that will have to go, and words that stay; one of them has not sent its own yet"
gone_near="The colonel took the herd at night."
better="Somebody took the herd at night, the tall colonel."
gone_away="My cousin Odalo saw the graves by the river."
gone_post="They gave me the list with my sister's name on it."
gone_sent="He who signed the list is her uncle Fadil."
for who in near away post; do says $who "The well is dry at $who since the rains failed."; done
says near "$gone_near"
says away "$gone_away"
says post "$gone_sent"
near=$(id_of near "$gone_near")
expect_status 0 baraza correct "$near" --state near --reason misheard --text "$better" --passphrase-file "$PASS"
sync near away
round post
says post "$gone_post" # waits there for the next courier
away=$(id_of away "$gone_away")
post=$(id_of post "$gone_post")
sent=$(id_of post "$gone_sent")
opens 1 near "$gone_near"
opens 1 post "$gone_post"
expect_contains "what the hub's own key opens there" "$(cat out)" "an outbox record opens to it"

step "two daemons run, one of them with somebody unlocked, when a protection officer asks"
start_node near
start_node away
for who in near away; do wait_until 10 "the daemon" grep -q node.ready $who.log; done
expect_status 0 baraza unlock Heron --state near --passphrase-file "$PASS"
for id in "$near" "$away" "$sent" "$post"; do
    expect_status 0 baraza redact "$id" --part said --part speaker --reason danger --authority speaker --record hub \
        --state officer --passphrase-file "$PASS" --yes
done
sync officer
call near away

step "where somebody is unlocked it is done at once, and she writes on under the new keys"
wait_until 30 "near to erase" grep -q "node.erased redactions=1 entries=2" near.log
settle near 30
opens 0 near "$gone_near" "$better"
opens 1 near "The well is dry at near"
expect_status 0 baraza add --state near --session XM-KIV-2026-003 "Said under the new keys."
expect_status 0 baraza list --state near
expect_contains "the list" "$(cat out)" "(erased by entry "
expect_contains "the list" "$(cat out)" "The well is dry at near"
! grep -qF -e "$gone_near" -e "$better" out || die "the list shows erased words"
expect_status 2 baraza correct "$near" --state near --reason misheard --text "Nobody took anything."
expect_contains "why not" "$(cat err)" 'a redaction has erased "said"'

step "a daemon that is killed in the midst is gone on with by whoever unlocks next"
for i in 1 2 3; do
    says near "Words number $i that have to go away again."
    settle near 30
    id=$(id_of near "Words number $i that")
    expect_status 0 baraza redact "$id" --part said --reason danger --authority speaker --record hub \
        --state officer --passphrase-file "$PASS" --yes
    sync officer
    call near
    sleep "0.$((i * 3 - 1))"
    stop_hard near
    start_node near
    wait_until 10 "the daemon" is_ready near
    expect_status 0 baraza unlock Heron --state near --passphrase-file "$PASS"
    settle near 30
done
wait_until 30 "near to erase" eval '[ "$(waits near things)" = 0 ]'
settle near 30
opens 0 near "Words number 1 that" "Words number 2 that" "Words number 3 that" "$gone_near"

step "where everybody is locked it waits, and is said to wait; the words are shown to nobody all the same"
wait_until 30 "the redaction to come down" eval '[ "$(waits away erasures)" = 1 ]'
expect_status 0 baraza status --state away
expect_contains "the status" "$(cat out)" "1 thing waits until somebody unlocks: words are to be erased here"
wait_until 10 "the daemon to say so" grep -q "node.waits things=1 erasures=1" away.log
expect_status 0 baraza status --state hub
expect_contains "the hub's status" "$(cat out)" "7 redactions in force, 6 carried out here; of 2 the site that wrote"
expect_status 0 baraza show "$away" --state hub
expect_contains "where it is erased" "$(cat out)" "erased at: the hub (entry "
expect_contains "where it is not yet" "$(cat out)" "not heard of yet: the site of "
expect_status 0 baraza show "$away" --state away
expect_contains "the entry" "$(cat out)" "erased: said, speaker"
opens 1 away "$gone_away"
expect_status 0 baraza unlock Heron --state away --passphrase-file "$PASS"
wait_until 30 "away to erase" eval 'grep -q node.erased away.log || [ "$(waits away erasures)" = 0 ]'
settle away 30
opens 0 away "$gone_away"
stop near
stop away

step "by bundle: it comes on the way back, waits, and is done by whoever unlocks"
rm -f stick/*.bundle
expect_status 0 baraza bundle out --all stick --state hub
expect_status 0 baraza bundle in stick --state post
expect_contains "what waits" "$(cat err)" "1 thing waits until somebody unlocks: 2 redactions are to be carried out"
expect_status 0 baraza unlock Heron --state post --passphrase-file "$PASS"
expect_contains "what was done" "$(cat err)" "erased here"
expect_equal "erasures that wait" "$(waits post erasures)" 0
expect_status 0 baraza lock --state post
round post
opens 0 post "$gone_post" "$gone_sent"
settled post || die "not everything of post is confirmed"

step "the record says who has erased, proves everything as before, and has none of the words"
in_record contribution 11
in_record erased 14
expect_status 0 baraza log --state hub --kind erased --json
expect_equal "who has erased" "$(grep -o '"author":"[0-9a-f]*"' out | sort -u | wc -l)" 4
expect_status 0 baraza status --state hub --json
expect_contains "the hub's status" "$(cat out)" '"erasures":{"redactions":7,"at_hub":7,"sites_to_come":0}'
expect_status 0 baraza show "$post" --state hub
expect_contains "where it is erased" "$(cat out)" "the site of "
! grep -q "not heard of yet" out || die "the hub still waits for a site"
expect_status 0 baraza export --parts --out record.baraza --state hub
expect_status 0 baraza verify record.baraza --charter hub/charter
stop hub
expect_status 0 "$every_key" hub "$gone_near" "$better" "$gone_away" "$gone_post" "$gone_sent"
for canary in "$gone_near" "$better" "$gone_away" "$gone_post" "$gone_sent"; do
    ! grep -raqF "$canary" hub near away post stick record.baraza near.log away.log hub.log || die "found: $canary"
done
