#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# What an auditor gets, and what she notices: export, verify, prove; and forgeries of all of them.
. "$(dirname "$0")/lib.sh"

# flip FROM TO AT: copies a file with one bit of one byte altered.
flip() {
    cp "$1" "$2"
    local byte
    byte=$(od -An -tu1 -j "$3" -N 1 "$1")
    printf "\\$(printf '%03o' $((byte ^ 4)))" | dd of="$2" bs=1 seek="$3" conv=notrunc status=none
}

# refused FILE: verify says no, and names the first bad thing.
refused() {
    expect_status 1 baraza verify "$1" --charter founder/charter
    expect_contains "the verdict" "$(cat out)" "first bad thing"
}

step "a record with words that may leave and words that may not"
found
expect_status 0 baraza log --state hub
expect_status 66 baraza export --state hub --out early.export
expect_contains "what is said before the first checkpoint" "$(cat err)" "has not published"
[ ! -e early.export ] || die "an export that failed left a file"
newcomer site facilitator
start_hub
sync founder
add() { expect_status 0 baraza add --state site --passphrase-file "$PASS" "$@"; }
expect_status 0 baraza session open XM-KIV-2026-003 --area XM-KIV --state site --passphrase-file "$PASS"
add "The road is unsafe after dark."
add --scope analyse "Only for those who count."
add --sensitivity restricted "Only for named roles."
for i in 1 2 3 4 5; do add "Said again, $i."; done
sync site
in_record contribution 8

step "the export is good, and says so to a tired auditor"
expect_status 0 baraza export --state hub --out plain.export
expect_status 0 baraza export --state hub --parts --out words.export
expect_equal "mode of an export with words" "$(stat -c %a words.export)" 600
expect_status 0 baraza verify plain.export --charter founder/charter
for words in "GOOD  plain.export" "Trials of Marisola" "1 forum, 8 contributions" "in force" \
    "none in this file"; do
    expect_contains "the verdict" "$(cat out)" "$words"
done
expect_status 0 baraza verify words.export --state hub --json
expect_equal "forks" "$(field forks out)" 0
fingerprint=$(baraza verify plain.export --charter founder/charter | sed -n 's/^ *fingerprint *//p')
expect_status 0 baraza verify plain.export --charter "$fingerprint"

step "without a charter there is no verdict, but a fingerprint to compare"
expect_status 2 baraza verify plain.export
expect_contains "the fingerprint" "$(cat err)" "$fingerprint"
expect_status 65 baraza verify plain.export --charter words.export
expect_status 66 baraza verify plain.export --state nowhere
expect_status 66 baraza verify nothing.export --charter founder/charter

step "consent is obeyed; what is restricted stays unless it is asked for"
! grep -aq "road is unsafe" plain.export || die "words are in an export that should have none"
grep -aq "road is unsafe" words.export || die "words are missing in an export with parts"
! grep -aq "for those who count" words.export || die "words left without the speaker's consent"
! grep -aq "for named roles" words.export || die "restricted words left without being asked for"
expect_status 0 baraza export --state hub --parts --restricted --out all.export
grep -aq "for named roles" all.export || die "restricted words are missing although they were asked for"
! grep -aq "for those who count" all.export || die "words left without the speaker's consent"
expect_status 0 baraza verify all.export --charter founder/charter
expect_status 2 baraza export --state hub --restricted --out never.export
baraza export --state hub --parts --json >lines.json || die "export --json failed"
expect_equal "texts that may be read" "$(grep -o '"text":"[^"]*"' lines.json | wc -l)" 6
expect_contains "consent that says why" "$(grep '"said":"withheld"' lines.json)" '"scopes":["analyse"]'
expect_status 0 baraza export --record words.export --charter founder/charter --json --parts
expect_equal "the same lines from an export" "$(grep -o '"text":"[^"]*"' out | wc -l)" 6

step "no file is written over unless that is asked for"
cp all.export kept
expect_status 73 baraza export --state hub --out all.export
expect_contains "what to do" "$(cat err)" "--force"
cmp -s all.export kept || die "an export took the place of a file"
expect_status 73 baraza invite --state founder --as registrar --role facilitator --out kept --passphrase-file "$PASS"
expect_status 73 baraza invite --state founder --as registrar --role facilitator --page kept --passphrase-file "$PASS"
cmp -s all.export kept || die "an invitation took the place of a file"
expect_status 0 baraza export --state hub --out all.export --force
! cmp -s all.export kept || die "--force wrote nothing"

step "one entry is proved to somebody who has neither the record nor this program"
baraza log --state hub --kind contribution --json >contributions.json || die "log failed"
id=$(field id contributions.json)
expect_status 0 baraza prove "${id:0:10}" --state hub --out village --json
key=$(field key out)
expect_status 0 baraza verify --proof village.tlog-proof --leaf village.entry --key "$key"
expect_status 0 baraza prove "$id" --record plain.export --charter founder/charter --out again
cmp -s village.entry again.entry || die "the entry differs between hub and export"
expect_status 0 baraza verify --proof again.tlog-proof --leaf again.entry --key "$key"
flip village.entry bent.entry 100
expect_status 1 baraza verify --proof village.tlog-proof --leaf bent.entry --key "$key"
expect_status 2 baraza verify plain.export --charter founder/charter --key "$key"
expect_status 2 baraza verify plain.export --charter founder/charter --leaf village.entry
expect_status 0 baraza prove "$id" --state hub --json
expect_contains "a receipt in JSON" "$(cat out)" "\"id\":\"$id\""
expect_contains "a receipt in JSON" "$(cat out)" '"receipt":"c2sp.org/tlog-proof@v1'
expect_status 66 baraza prove 0123456789abcdef --state hub
expect_status 73 baraza prove "$id" --state hub --out village
last=$(baraza list --state site --json --passphrase-file "$PASS" | tail -n 1 >last; field id last)
expect_status 0 baraza prove "$last" --state site --out own
expect_status 0 baraza verify --proof own.tlog-proof --leaf own.entry --key "$key"
expect_status 66 baraza prove "$id" --state site
expect_contains "what to do without a receipt of its own" "$(cat err)" "--record"

step "forgeries"
size=$(stat -c %s words.export)
for i in $(seq 0 39); do
    flip words.export forged $((i * (size - 1) / 39))
    refused forged
done
for cut in 1 40 $((size / 2)) $((size - 30)); do
    head -c -$cut words.export >forged
    refused forged
done
cat words.export words.export >forged
refused forged
printf 'x' >>forged
refused forged

step "another consultation's charter, and another hub's key"
stop hub
expect_status 0 baraza verify --note hub/checkpoint --key "$key"
mkdir first && mv hub founder site first
found
start_hub
sync founder
wait_until 20 "the other hub's checkpoint" test -s hub/checkpoint
stop hub
expect_status 1 baraza verify words.export --charter founder/charter
expect_contains "another charter" "$(cat out)" "another charter"
expect_status 0 baraza export --state hub --out other.export
expect_status 0 baraza prove "$(baraza log --state hub -n 1 --json >one; field id one)" --state hub --out other --json
other_key=$(field key out)
expect_status 0 baraza verify --note hub/checkpoint --key "$other_key"
expect_status 1 baraza verify --note first/hub/checkpoint --key "$other_key"
expect_status 1 baraza verify --proof village.tlog-proof --leaf village.entry --key "$other_key"
