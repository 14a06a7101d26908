#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Forums from plan to attestation: planned, held, sealed and silent at the hub and for an auditor; shares from two
# devices under one seal; paper forms that must add up; what is missing or added later is seen.
. "$(dirname "$0")/lib.sh"

CODE=XM-KIV-2026-003
b() {
    local status=$1
    shift
    expect_status "$status" baraza "$@" --passphrase-file "$PASS"
}
add() { b 0 add --state "$@"; }

step "the secretariat plans three forums; of one nothing will ever be heard"
found
newcomer heron facilitator
newcomer crane facilitator
newcomer elder attester
b 0 forum plan $CODE --area XM-KIV --date 2026-03-04 --group women --group youth --state founder --as registrar
b 0 forum plan XM-KIV-2026-004 --area XM-KIV --date 2026-03-11 --state founder --as registrar
b 0 forum plan XM-KIV-2026-005 --area XM-KIV --date 2999-01-01 --state founder --as registrar
b 2 forum plan XM-KIV-2026-006 --area XM-KIV --date 2026-02-30 --state founder --as registrar
b 2 forum plan XM-KIV-2026-006 --date 2026-03-11 --state founder --as registrar
b 0 session list --state founder
expect_contains "the secretariat's list" "$(cat out)" "silent: planned for 2026-03-04"

step "two devices at one forum, and three contributions from paper forms"
for name in heron crane; do
    b 0 session open $CODE --area XM-KIV --lang en --state $name
done
b 0 session attendance $CODE female:18-35:12:no male:60-over:4 --state heron
b 2 session attendance $CODE Amina:18-35:1 --state heron
b 2 session attendance $CODE female:18-35:2 female:18-35:3 --state heron
add heron "The road is unsafe after dark."
add heron --form 7 --written-by "Second table" --typed-by Heron "The well is dry."
add heron --form 8 "The school has no roof."
add heron --form 12 "Nobody answers the phone."
b 2 add --state heron --typed-by Heron "Without a form."

step "what everybody there agreed to holds for each contribution, unless it is said otherwise"
b 0 session open XM-KIV-2026-009 --area XM-KIV --consent group-oral --scope record,publish-text --channel audio \
    --state crane
b 2 session open XM-KIV-2026-010 --area XM-KIV --scope everything --state crane
add crane "As the forum says." --json
b 0 show "$(field id out)" --state crane --json
for words in '"basis":"group-oral"' '"scopes":["record","publish-text"]' '"channel":"audio"'; do
    expect_contains "what is inherited" "$(cat out)" "$words"
done
add crane --session $CODE "Our boats were taken." --json
b 0 show "$(field id out)" --state crane --json
for words in '"basis":"oral-witnessed"' '"scopes":["record","analyse"]' '"channel":"oral-forum"'; do
    expect_contains "what holds without that" "$(cat out)" "$words"
done
add crane --session $CODE --consent thumbprint --scope record --channel sms "The market is far." --json
b 0 show "$(field id out)" --state crane --json
for words in '"basis":"thumbprint"' '"scopes":["record"]' '"channel":"sms"'; do
    expect_contains "what is said of one" "$(cat out)" "$words"
done

step "nothing is sealed that does not add up, and nothing without a yes"
b 65 session seal $CODE --state heron --yes
expect_contains "why" "$(cat err)" "3 were typed in"
b 65 session seal $CODE --state heron --yes --forms 20 --blank 15 --spoiled 1
b 65 session seal $CODE --state heron --yes --forms 20 --blank 15 --spoiled 6
expect_status 2 setsid baraza session seal $CODE --state heron --forms 20 --blank 15 --spoiled 2 \
    --passphrase-file "$PASS"
expect_contains "what is read back" "$(cat err)" "20 = 3 typed in + 15 blank + 2 spoiled"
b 0 session show $CODE --state heron
expect_contains "the standing before" "$(cat out)" "open: 4 contributions"

step "a share from the other device, and a seal over both"
b 0 session share $CODE --state crane --out crane.share --yes
b 0 session share $CODE --state crane --out again.share
cmp -s crane.share again.share || die "a share that is closed already was closed anew"
head -c -1 crane.share >bent.share
b 65 session seal $CODE --state heron --yes --forms 20 --blank 15 --spoiled 2 --share bent.share
b 2 session seal $CODE --state heron --yes --forms 20 --blank 15 --spoiled 2 --share crane.share --share again.share
b 0 session seal $CODE --state heron --yes --forms 20 --blank 15 --spoiled 2 --share crane.share --json
expect_equal "contributions under the seal" "$(field contributions out)" 6
seal=$(field id out)
b 0 session show $CODE --state heron
expect_contains "the other device's share" "$(cat out)" "2 of the 6 that were sealed are not here"
expect_contains "none is missing" "$(baraza session list --state heron)" "6 contributions, 2 not on this computer"
b 66 session attest $CODE --state elder
expect_contains "a forum written elsewhere" "$(cat err)" "give the record it is in, --record FILE"

step "an elder's key and a photographed sheet; each is shown as what it is"
b 0 session attest "$seal" --state elder
b 65 session attest $CODE --sheet passphrase --state heron
printf '\xff\xd8\xff\xe0 a photograph' >sheet.jpg
b 0 session attest $CODE --sheet sheet.jpg --state heron

step "at the hub: first without the other device, then whole"
start_hub
sync founder heron elder
in_record attest 2
expect_status 0 baraza status --state hub
expect_contains "the hub's line" "$(cat out)" "3 planned, 1 held, 1 sealed, 2 silent (1 still ahead)"
expect_contains "the missing ones" "$(cat out)" "sealed: 6 contributions, 2 missing"
expect_status 0 baraza export --state hub --out early.export
expect_status 0 baraza verify early.export --charter founder/charter
expect_contains "an auditor's report" "$(cat out)" "$CODE  sealed: 6 contributions, 2 missing"
sync crane
in_record contribution 7
expect_status 0 baraza session show $CODE --state hub --json
expect_equal "the standing" "$(field standing out)" sealed
expect_equal "missing" "$(field missing out)" 0
expect_equal "people" "$(field people out)" 16
expect_equal "attested by key" "$(field attested_keys out)" 1
expect_equal "attested by sheet" "$(field attested_sheets out)" 1

step "what is added later is seen, until it is sealed again"
add heron "And one thing more."
b 0 session list --state heron
expect_contains "the site's list" "$(cat out)" "added after it"
sync heron
in_record contribution 8
expect_status 0 baraza session list --state hub
expect_contains "the hub's list" "$(cat out)" "sealed: 6 contributions, 1 added after it"
b 0 session seal $CODE --state heron --yes --forms 20 --blank 15 --spoiled 2 --share crane.share
sync heron
in_record session-seal 2
expect_status 0 baraza export --state hub --out whole.export
expect_status 0 baraza verify whole.export --charter founder/charter --json
expect_contains "the auditor's numbers" "$(cat out)" \
    '"forums":{"planned":3,"held":2,"sealed":1,"silent":2,"unplanned":1,"incomplete":[],'
expect_status 0 baraza session show $CODE --record whole.export --charter founder/charter --json
expect_equal "late" "$(field late out)" 0
expect_equal "sealed" "$(field sealed out)" 7
