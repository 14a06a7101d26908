#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# A disk that flips a bit. Whatever it hits of thirty entries that the hub does not have yet, the others get there;
# what cannot is named, at the site and in the record, with its number; and nothing is counted less without a word.
. "$(dirname "$0")/lib.sh"

DAMAGE=$BARAZA_BIN/../tests/e2e/damage_store

# write_thirty NAME: a site with thirty contributions that the hub does not have.
write_thirty() {
    local i
    site "$1"
    sync founder
    echo text >rows.csv
    for ((i = 0; i < 30; i++)); do echo "Sentence $i of $1 here" >>rows.csv; done
    expect_status 0 baraza import --from csv rows.csv --session XM-KIV-2026-003 --state "$1" --passphrase-file "$PASS"
}

# all_of NAME: how many of its sentences the published record holds (words, not only entries).
all_of() {
    baraza log --state hub --kind contribution --json | grep -c "of $1 here"
}

# unlock_at NAME: starts its daemon and unlocks Heron there.
unlock_at() {
    start_node "$1"
    wait_until 10 "the node to lend keys" test -S "$1/agent.sock"
    expect_status 0 baraza unlock Heron --state "$1" --passphrase-file "$PASS"
}

found
start_hub

step "a flipped bit in the entry, its parts, their key, or its copy, in the middle or at the end: nothing is lost"
for case in journal:12:locked journal:31:unlocked part:12:unlocked vault:31:unlocked outbox:12:locked \
    outbox:31:unlocked; do
    IFS=: read -r what seq how <<<"$case"
    name=$what$seq$how
    write_thirty "$name"
    "$DAMAGE" "$name/store" "$what" "$seq" || die "nothing was damaged"
    expect_status 0 baraza status --state "$name"
    expect_contains "the sum of $name" "$(cat out)" "pending + 0 refused"
    expect_status 0 baraza list --state "$name" --passphrase-file "$PASS"
    if [ "$what" = journal ]; then
        expect_equal "rows of $name" "$(grep -c waiting out)" 29
        expect_contains "what is damaged" "$(cat err)" "number $seq of Heron"
        expect_contains "its fate" "$(cat err)" "its copy for the hub is whole, and will be sent"
    else
        expect_equal "rows of $name" "$(grep -c waiting out)" 30
    fi
    expect_status 0 baraza add "Said afterwards, of $name here" --state "$name" --session XM-KIV-2026-003 \
        --passphrase-file "$PASS"
    if [ "$how" = unlocked ]; then
        unlock_at "$name"
        settle "$name" 30
        stop "$name"
    elif [ "$what" = outbox ]; then
        expect_status 75 baraza sync --state "$name" --wait --timeout 3 # who is unlocked can still send it
        expect_status 0 baraza status --state "$name"
        continue
    else
        sync "$name"
    fi
    wait_until 10 "the sentences of $name in the record" eval '[ "$(all_of '"$name"')" -eq 31 ]'
done

step "both the entry and its copy are hit: it is named at the site and in the record, and the rest gets there"
losses=0
for seq in 12 31; do
    name=both$seq
    write_thirty "$name"
    "$DAMAGE" "$name/store" journal $seq || die "nothing was damaged"
    "$DAMAGE" "$name/store" outbox $seq || die "nothing was damaged"
    expect_status 0 baraza status --state "$name"
    expect_contains "what is lost" "$(cat out)" "number $seq of Heron"
    expect_contains "what is lost" "$(cat out)" "LOST"
    expect_status 75 baraza sync --state "$name" --wait --timeout 3
    unlock_at "$name"
    call "$name"
    wait_until 30 "the rest of $name to be received" eval "baraza status --json --state $name |
        grep -q '\"entries\":{\"saved\":34,\"received\":33,\"pending\":0,\"refused\":0,'"
    wait_until 10 "the rest of $name in the record" eval '[ "$(all_of '"$name"')" -eq 29 ]'
    stop "$name"
    expect_status 0 baraza status --json --state "$name"
    expect_contains "the loss" "$(cat out)" '"lost":1}'
    losses=$((losses + 1))
    in_record incident $losses
    expect_status 0 baraza log --state hub --kind incident --json
    expect_equal "losses in the record" "$(grep -c '"code":"damaged"' out)" $losses
    expect_equal "losses whose text is sealed" "$(grep -c '"parts":{"text":{"sealed":{"to":\[' out)" $losses
done
expect_status 0 baraza status --state hub
expect_contains "the losses at the hub" "$(cat out)" "2 entries were lost by damaged disks"

step "what is remembered of notebooks and of the exchange is hit: it is found out again"
write_thirty remembered
sync remembered
for name in x-notebooks exchange-down; do
    "$DAMAGE" remembered/store meta $name || die "nothing was damaged"
    expect_status 0 baraza status --state remembered
    expect_contains "the sum" "$(cat out)" "saved = "
    expect_status 0 baraza add "Said in spite of $name, of remembered here" --state remembered \
        --session XM-KIV-2026-003 --passphrase-file "$PASS"
    sync remembered
done
wait_until 10 "the sentences of remembered in the record" eval '[ "$(all_of remembered)" -eq 32 ]'
expect_status 0 baraza check --state remembered --passphrase-file "$PASS"

step "a pipe in the place of the store keeps nobody waiting"
rm remembered/store/data.mdb
mkfifo remembered/store/data.mdb
for command in "check" "list" "salvage saved"; do
    timeout 10 baraza $command --state remembered >out 2>err </dev/null
    status=$?
    [ $status -ne 0 ] && [ $status -ne 124 ] && [ -s err ] || die "baraza $command ended with status $status"
done
