#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# The voice of somebody in danger: it is sealed with what was said. Site, courier and hub carry it and cannot hear it;
# those it is sealed to tell the record first, and then can.
. "$(dirname "$0")/lib.sh"

{ printf OggS; head -c 400000 /dev/urandom; } >voice.ogg
{ printf '\xff\xd8\xff\xe0'; head -c 90000 /dev/urandom; } >face.jpg
found_settings
expect_status 0 baraza hub init "Sealed" --state hub --founder founder --prefix records.example.org/sealed \
    --address "127.0.0.1:$HUB_PORT" --passphrase-file "$PASS" --officer lark --officer wren
mv founder/keys/protect-lark lark.key
newcomer site facilitator
newcomer lark protection
start_hub
sync founder site lark
expect_status 0 baraza session open XM-KIV-2026-003 --area XM-KIV --state site --passphrase-file "$PASS"

step "what is attached is sealed with the words: its author cannot open it again, and sees how much arrived"
expect_status 0 baraza add --sensitivity sealed "They burned the granary." --attach voice.ogg --attach face.jpg \
    --state site --passphrase-file "$PASS"
id=$(baraza list --state site --json --passphrase-file "$PASS" | grep '"number":2,' | grep -o '"id":"[0-9a-f]*"' |
    head -n 1 | cut -d'"' -f4)
sync site
expect_status 0 baraza attachment "$id" --state site --passphrase-file "$PASS"
expect_contains "what it says" "$(cat out)" "only those it is sealed to"
expect_contains "how far it is" "$(cat out)" "the hub has all of it"
expect_status 77 baraza attachment "$id" --number 1 --out never.ogg --state site --passphrase-file "$PASS"
expect_status 77 baraza attachment "$id" --number 1 --out never.ogg --state hub
for name in voice.ogg face.jpg audio/ogg image/jpeg; do
    grep -aqr "$name" site hub && die "$name stands in the clear at the site or the hub"
done

step "an export gives it to those it is sealed to, who tell the record first"
in_record contribution 1
expect_status 0 baraza export --state hub --parts --restricted --out words.export
expect_status 0 baraza export --state hub --parts --restricted --sealed --attachments sound --out officers.export
expect_equal "files" "$(ls sound | wc -l)" 2
expect_status 0 baraza verify officers.export --charter founder/charter --attachments sound
expect_contains "the verdict" "$(cat out)" "2 of the sounds"
from=(--record officers.export --charter founder/charter --attachments sound)
expect_status 77 baraza attachment "$id" "${from[@]}" --number 1 --out never.ogg
expect_status 0 baraza open "$id" --part attachments --key lark.key --key-passphrase-file "$PASS" --reason check \
    --record officers.export --json --out opened.json --state lark --passphrase-file "$PASS"
for row in "1 voice.ogg" "2 face.jpg"; do
    expect_status 0 baraza attachment "$id" "${from[@]}" --number "${row%% *}" --opened opened.json --out got
    cmp -s got "${row#* }" || die "${row#* } is not what was attached"
    rm got
done
sed 's/"base64":"......../"base64":"AAAAAAAA/' opened.json >other.json
expect_status 77 baraza attachment "$id" "${from[@]}" --number 1 --opened other.json --out never.ogg
sed 's/"base64":"/&!/' opened.json >other.json
expect_status 65 baraza attachment "$id" "${from[@]}" --number 1 --opened other.json --out never.ogg
expect_status 0 baraza attachment "$id" --number 2 --opened opened.json --out got --state hub
cmp -s got face.jpg || die "what the hub has is not what was attached"
sync lark
in_record opened 1
[ ! -e never.ogg ] || die "something was written that should not have been"
