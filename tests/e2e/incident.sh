#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# What went wrong is written down by whoever is enrolled: everybody sees that it happened; the words are read by those
# they are sealed to and lie nowhere in the clear.
. "$(dirname "$0")/lib.sh"
canary=$BARAZA_BIN/../tests/e2e/canary

step "canaries, and the scanner finds each of them"
mkdir words planted
printf 'Le capitaine Zambélo a pris le sac vert devant le marché' >words/taken
printf 'أُجبر المنسّق على توقيع قائمة الحاضرين عند الحاجز' >words/forced
printf 'Typed: the ferryman Otembé was asked for the list' >words/typed
expect_status 0 "$canary" --plant words planted
for planted in planted/*; do
    "$canary" words "$planted" >out && die "the scanner does not find $planted"
done
rm -r planted
found
newcomer site facilitator
newcomer lark protection
newcomer drafter drafter
start_hub
sync founder site lark drafter
expect_status 0 baraza unlock site --state site --passphrase-file "$PASS"

step "a facilitator without network: it says to whom it is sealed, and what happens next"
stop hub
expect_status 0 baraza session open XM-KIV-2026-003 --area XM-KIV --state site
baraza incident --code lost-device --text - --state site --lang fr <words/taken >out 2>err || die "$(cat err)"
expect_contains "what is saved" "$(cat out)" "saved "
expect_contains "to whom" "$(cat err)" "nobody else can read it then, you neither"
expect_contains "what happens next" "$(cat err)" "lost or stolen device"
expect_contains "what to do now" "$(cat err)" "baraza revoke"
said=$(baraza add --state site --json "The road is unsafe after dark." 2>/dev/null | grep -o '"id":"[0-9a-f]*"' |
    cut -d'"' -f4)
baraza incident "$said" --code coercion --text - --state site --json <words/forced >out 2>err || die "$(cat err)"
expect_contains "in JSON" "$(cat out)" '"entry":"incident","state":"saved"'
expect_status 0 baraza incident --code disrupted --state site
[ "$(grep -c "open ID" err)" = 0 ] || die "words are promised where none were written: $(cat err)"

step "what is written is typed here, and no editor is opened for it"
printf '#!/bin/sh\ntouch %s/edited\nexit 1\n' "$WORK" >editor
chmod +x editor
{ sleep 1; printf '%s\n\004' "$(cat words/typed)"; sleep 1; } |
    EDITOR=$WORK/editor script -qec "baraza incident --code leak --state site --text -" /dev/null >typed 2>&1
expect_contains "what was typed" "$(cat typed)" "saved "
[ ! -e edited ] || die "an editor was opened"
rm typed

step "wrong codes, no code, too few recipients, nothing written, an unknown entry: nothing is saved"
before=$(baraza list --all --state site --json | wc -l)
expect_status 2 baraza incident --state site
expect_contains "no code" "$(cat err)" "lost-device, coercion, leak, false-list, disrupted, other"
expect_status 2 baraza incident --code lost-devise --state site
expect_contains "the near code" "$(cat err)" 'did you mean "lost-device"?'
expect_status 2 baraza incident --code damaged --state site
expect_status 2 baraza incident --code leak --text - --state site
expect_status 2 baraza incident --code leak --text Words --seal-to lark --state site
expect_status 2 baraza incident --code leak --seal-to lark --state site
expect_status 66 baraza incident ffffffff --code leak --state site
expect_equal "what was saved meanwhile" "$(baraza list --all --state site --json | wc -l)" "$before"

step "everybody enrolled may: a drafter writes one too"
expect_status 0 baraza incident --code other --text "A window of the office is broken." --state drafter \
    --passphrase-file "$PASS"
start_hub
sync site drafter
in_record incident 5

step "readers show that it happened, and to whom its words are sealed"
expect_status 0 baraza log --state hub --kind incident
expect_contains "the log" "$(cat out)" "lost or stolen device  (sealed to "
expect_contains "the log" "$(cat out)" "someone was put under pressure  (sealed to "
expect_contains "the log" "$(cat out)" "(of ${said:0:8}"
expect_contains "the log" "$(cat out)" "forum disrupted"
expect_equal "incidents in the log" "$(wc -l <out)" 5
expect_status 0 baraza log --state hub --kind incident --language fr
expect_contains "the log in French" "$(cat out)" "appareil perdu ou volé"
expect_status 0 baraza log --state hub --kind incident --json
expect_equal "sealed texts" "$(grep -c '"parts":{"text":{"sealed":{"to":\[' out)" 4
expect_equal "incidents" "$(grep -c '"kind":"incident"' out)" 5
incident=$(grep '"code":"lost-device"' out | grep -o '"id":"[0-9a-f]*"' | head -n 1 | cut -d'"' -f4)
forced=$(grep '"code":"coercion"' out | grep -o '"id":"[0-9a-f]*"' | head -n 1 | cut -d'"' -f4)
for state in site hub; do
    expect_status 0 baraza show "$incident" --state $state
    expect_contains "show at $state" "$(cat out)" 'sealed'
done

step "no canary at site, hub, courier, in logs, marks and exports; an export has the text only where it was asked for"
expect_status 0 baraza bundle out stick --state site
expect_status 0 baraza export --state hub --parts --out plain.export
expect_status 0 baraza export --state hub --parts --restricted --sealed --out officers.export
expect_status 0 baraza lock --state site
"$canary" words site hub stick marks hub.log plain.export officers.export founder drafter >hits || die "$(cat hits)"
expect_status 0 baraza verify officers.export --charter founder/charter --json
expect_contains "the verified record" "$(cat out)" '"in_clear":0'
expect_status 0 baraza show "$incident" --record plain.export --charter founder/charter --json
expect_equal "words in a plain export" "$(grep -c '"text"' out)" 0

step "an officer opens it, and the record is told first"
mv founder/keys/protect-* . || die "no protection keys"
key=$(ls protect-* | head -n 1)
opening() { baraza open "$@" --state lark --passphrase-file "$PASS" --key "$key" --key-passphrase-file "$PASS"; }
expect_status 66 opening "$incident" --part text --reason protection --record plain.export
expect_status 0 opening "$incident" --part text --reason protection --record officers.export
expect_contains "what was written" "$(cat out)" "$(cat words/taken)"
expect_contains "what is said" "$(cat err)" "the record says that you opened this"
expect_status 0 opening "$forced" --part text --reason protection --record officers.export
expect_contains "what was written" "$(cat out)" "$(cat words/forced)"
sync lark
in_record opened 2
