#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Who may do what, from the first word to the end of a key: refusals in plain words, retired, compromised, what stands,
# what came late and is accepted. What the commands write is judged by hub, site and verify alike.
. "$(dirname "$0")/lib.sh"

# key NAME: her key, as the record knows it.
key() {
    baraza who --state "$1" --json | grep "\"name\":\"$1\"" | grep -o '"key":"[0-9a-f]*"' | cut -d'"' -f4
}

# add NAME TEXT: prints the id.
add() {
    baraza add --state "$1" --session XM-KIV-2026-003 --json --passphrase-file "$PASS" "$2" >saved 2>err </dev/null ||
        die "not added: $(cat err)"
    field id saved
}

# standing ID: how it stands by now, in the hub's published record.
standing() {
    baraza log --state hub --kind contribution --json | grep "\"id\":\"$1\"" | grep -o '"standing":"[a-z-]*"' |
        cut -d'"' -f4
}

step "two facilitators at work"
found
registrar=(--state founder --as registrar --passphrase-file "$PASS")
newcomer heron facilitator
newcomer egret facilitator
newcomer tern analyst
start_hub
sync founder heron egret tern
for name in heron egret; do
    expect_status 0 baraza session open XM-KIV-2026-003 --state $name --area XM-KIV --passphrase-file "$PASS"
done
first=$(add heron "The bridge is gone.")
second=$(add egret "The well is dry.")
sync heron egret founder
in_record contribution 2

step "who is who, and who invited whom"
expect_status 0 baraza who --state founder
expect_contains "who" "$(cat out)" "facilitator, invited by registrar"
expect_status 0 baraza who --state founder --json
expect_contains "who in JSON" "$(cat out)" '"invited":true'

step "what would have no effect is not saved, and the reason is said in plain words"
expect_status 65 baraza grant "$(key tern)" --role protection "${registrar[@]}"
expect_contains "an analyst who would redact" "$(cat err)" "kept apart"
expect_status 65 baraza invite --role analyst --role protection --out x.invitation "${registrar[@]}"
expect_contains "both in one invitation" "$(cat err)" "kept apart"
expect_status 65 baraza invite --role registrar --out x.invitation "${registrar[@]}"
expect_contains "an invited registrar" "$(cat err)" "the root grants that"
expect_status 65 baraza grant "$(key tern)" --role secretariat "${registrar[@]}"
expect_contains "a secretariat by the secretariat" "$(cat err)" "only the root"
tern=$(key tern)
expect_status 65 baraza grant "${tern:0:12}" --role protection "${registrar[@]}"
expect_contains "a key by its beginning" "$(cat err)" "kept apart"
expect_status 2 baraza grant "${tern:0:7}" --role analyst "${registrar[@]}"
expect_status 65 baraza revoke "$(key heron)" --reason retired --state tern --passphrase-file "$PASS"
expect_contains "an analyst who revokes" "$(cat err)" "only a root"
root=$(baraza who --state founder --json | grep '"name":"root"' | grep -o '"key":"[0-9a-f]*"' | cut -d'"' -f4)
expect_status 65 baraza revoke "$root" --reason retired "${registrar[@]}"
expect_contains "a root that is revoked" "$(cat err)" "a root key is not revoked"
expect_status 2 baraza revoke "$(key heron)" --reason tired "${registrar[@]}"
expect_status 2 baraza revoke 00000000 --reason retired "${registrar[@]}"
expect_contains "an unknown key" "$(cat err)" "baraza who"
[ ! -e x.invitation ] || die "an invitation was written that has no effect"

step "retired: what is in the record stands, what comes later is late, until it is accepted"
late=$(add heron "The bridge was built again.")
heron=$(key heron)
expect_status 0 baraza revoke "${heron:0:12}" --reason retired --note "She moved away." "${registrar[@]}"
sync founder
in_record revoke 1
expect_equal "what was in the record" "$(standing "$first")" good
expect_status 0 baraza who --state founder
expect_contains "who" "$(cat out)" "(retired)"

step "compromised: only what is named stands"
third=$(add egret "The well was poisoned.")
sync egret
in_record contribution 3
expect_status 0 baraza export --state hub --out record.export
egret=$(key egret)
expect_status 2 baraza revoke "$egret" --reason compromised --stands-at "$first" --record record.export \
    "${registrar[@]}"
expect_contains "an entry of another" "$(cat err)" "another key"
expect_status 0 baraza revoke "$egret" --reason compromised --stands-at "${second:0:12}" --record record.export \
    "${registrar[@]}"
sync founder
in_record revoke 2
expect_equal "what is named" "$(standing "$second")" good
expect_equal "what came after it" "$(standing "$third")" revoked
expect_status 0 baraza export --state hub --out record.export --force
expect_status 0 baraza accept-late "${third:0:12}" --record record.export "${registrar[@]}"
sync founder
in_record accept-late 1
expect_equal "what was accepted" "$(standing "$third")" good
expect_status 65 baraza grant "$egret" --role facilitator "${registrar[@]}"
expect_contains "a key that has ended" "$(cat err)" "invite the person anew"
expect_status 0 baraza export --state hub --out record.export --force
expect_status 0 baraza verify record.export --charter founder/charter
sync heron
expect_equal "what was written before and came later" "$(standing "$late")" late
stop hub
