#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# A site and its hub: what was said without a network is received and confirmed once there is one, through the daemon
# or without it, locked or unlocked, also when the daemon is killed in the middle.
. "$(dirname "$0")/lib.sh"

add() {
    expect_status 0 baraza add "$2" --state "$1" --passphrase-file "$PASS"
}

# numbers FIELD...: the values of these fields of the last `sync --json`.
numbers() {
    local field
    for field in "$@"; do
        sed -n "s/.*\"$field\":\([0-9]*\).*/\1/p" out
    done | tr '\n' ' '
}

# ready N: waits until the daemon of two has started N times.
ready() {
    wait_until 10 "start $1 of the daemon" eval "[ \$(grep -c node.ready two.log) = $1 ]"
}

step "a site works without a hub, and says so"
found
site one
for i in 1 2 3; do add one "The pump at the school gives $i buckets a day"; done
expect_status 75 baraza sync --state one
expect_contains "the reason" "$(cat err)" "nobody answers at the hub's address"
expect_status 75 baraza sync --state one --wait --timeout 1 --json
expect_equal "received, pending" "$(numbers received pending)" "0 5 "

step "a hub that does not know the invitation yet admits nobody; the founder's journal comes first"
start_hub
expect_status 75 baraza sync --state one --wait
expect_contains "the reason" "$(cat err)" "the hub does not admit this device"
expect_status 0 baraza sync --state founder --wait

step "sync hands over everything, and it is confirmed"
expect_status 0 baraza sync --state one --wait --json
expect_equal "saved, received, confirmed, pending, refused" "$(numbers saved received confirmed pending refused)" \
    "5 5 5 0 0 "
[ -e one/keys/invitation ] && die "the invitation is still there after the device was enrolled"
expect_status 0 baraza sync --state one --wait --json
expect_equal "received, confirmed" "$(numbers received confirmed)" "5 5 "

step "the daemon does it by itself, locked"
start_node one
wait_until 10 "the agent of the daemon" [ -S one/agent.sock ]
add one "Nobody here has an unlocked key"
wait_until 20 "the locked upload" settled one
expect_status 75 baraza-node --state one
expect_contains "why" "$(cat err)" "held by process ${e2e_pid[one]}"
expect_status 0 baraza sync --state one --wait

step "and unlocked: the agent lends the key, readable batches travel"
expect_status 0 baraza unlock --state one --passphrase-file "$PASS"
expect_status 0 baraza add "Said without a passphrase" --state one
wait_until 20 "the unlocked upload" settled one
grep -q node.unlocked one.log || die "the daemon did not notice the unlock"
expect_status 0 baraza lock --state one
wait_until 5 "the lock" grep -q node.locked one.log
stop one
[ -e one/agent.sock ] && die "the agent's socket stayed"

step "an agent left behind by unlock hands its keys to the daemon"
expect_status 0 baraza unlock --state one --passphrase-file "$PASS"
start_node one
wait_until 10 "the takeover" grep -q node.agent-taken-over one.log
expect_status 0 baraza add "Said with keys that changed hands" --state one
wait_until 20 "the upload" settled one
stop one

step "sync waits for a hub that is away, and goes on when it is back"
stop hub
add one "Said while the hub was away"
start waiting baraza sync --state one --wait --timeout 60
wait_until 20 "the reason why it waits" grep -q "nobody answers .*; it is tried again" waiting.log
wait_until 20 "that it waits" grep -q "waiting for the hub" waiting.log
start_hub
wait_until 60 "sync to end" eval '! running waiting'
settled one || die "sync ended before everything was confirmed: $(cat waiting.log)"

step "the daemon is killed again and again while a file goes up, and the hub once"
site two
expect_status 0 baraza sync --state founder --wait
start_node two
expect_status 0 baraza import "$BARAZA_ROOT/tests/data/forums/XM-KIV-2026-003.csv" --from csv --state two \
    --area XM-KIV --type town-hall --passphrase-file "$PASS"
for i in 1 2 3 4 5; do
    add two "Killed $i times"
    ready $i
    sleep 0.$((RANDOM % 6))
    stop_hard two
    if [ $i = 3 ]; then
        stop_hard hub
        start_hub
    fi
    start_node two
done
ready 6
expect_status 0 baraza sync --state two --wait --timeout 60 --json
expect_equal "pending, refused" "$(numbers pending refused)" "0 0 "
stop two
saved=$(numbers saved)
expect_equal "received" "$(numbers received)" "$saved"
expect_equal "confirmed" "$(numbers confirmed)" "$saved"

step "the record holds each entry once, and verifies"
stop hub
expect_status 0 baraza export --state hub --out record
fingerprint=$(baraza status --json --state founder | sed -n 's/.*"consultation":"\([0-9a-f]*\)".*/\1/p')
expect_status 0 baraza verify record --charter "$fingerprint"
