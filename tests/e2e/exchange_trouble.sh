#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# What a site meets outside: another hub at the address, several addresses, an invitation that is spent, an
# acknowledgement that was lost, a copy of its own directory. Nothing is lost, and it says what is the matter.
. "$(dirname "$0")/lib.sh"

step "at the address answers somebody without the hub's key: nothing is sent"
found
site one
mv hub hub.real
mv founder founder.real
real_port=$HUB_PORT
found
mv founder founder.other
HUB_PORT=$real_port
start_hub
expect_status 75 baraza sync --state one
expect_contains "the reason" "$(cat err)" "does not have the hub's key"
stop hub
rm -rf hub founder.other
mv hub.real hub
mv founder.real founder

step "of several addresses the one that answers is found"
start_hub
sed -i "s/^hub = .*/hub = 127.0.0.1:$(free_port) 127.0.0.1:$HUB_PORT/" founder/conf one/conf
expect_status 0 baraza sync --state founder --wait --timeout 20
expect_status 0 baraza sync --state one --wait --timeout 20

step "an address that is none is refused at the start"
expect_status 78 baraza-node --state one --hub "ipc:///tmp/x"
expect_status 78 baraza-node --state one --hub ""
expect_status 2 baraza-node --state one --hubs 127.0.0.1:1
expect_status 78 env BARAZA_IDLE=soon baraza-node --state one

step "an invitation for one admits one"
expect_status 0 baraza invite --state founder --as registrar --role facilitator --area XM-KIV --out once \
    --passphrase-file "$PASS"
expect_status 0 baraza sync --state founder --wait --timeout 20
for name in first second; do
    expect_status 0 baraza join once --state $name --name Heron --passphrase-file "$PASS"
done
expect_status 0 baraza sync --state first --wait --timeout 20
expect_status 75 baraza sync --state second --wait --timeout 20
expect_contains "the reason" "$(cat err)" "the hub does not admit this device"

step "a second person was invited by a registrar whose device is slower: she waits, and loses nothing"
expect_status 0 baraza invite --state founder --as registrar --role facilitator --area XM-KIV --out late \
    --passphrase-file "$PASS"
expect_status 0 baraza join late --state one --name Acacia --helper Heron --helper-passphrase-file "$PASS" \
    --passphrase-file "$PASS"
expect_status 0 baraza add "Said before anybody at the hub knew me" --as Acacia --session XM-KIV-2026-003 \
    --state one --passphrase-file "$PASS"
expect_status 75 baraza sync --state one --wait --timeout 4
expect_contains "the reason" "$(cat err)" "the hub puts off what waits here"
expect_status 0 baraza sync --state founder --wait --timeout 20
expect_status 0 baraza sync --state one --wait --timeout 20

step "her invitation was spent by somebody else: what she says waits for a new one"
expect_status 0 baraza join once --state one --name Sorrel --helper Heron --helper-passphrase-file "$PASS" \
    --passphrase-file "$PASS"
expect_status 0 baraza add "Said under a spent invitation" --as Sorrel --session XM-KIV-2026-003 --state one \
    --passphrase-file "$PASS"
expect_status 75 baraza sync --state one --wait
expect_contains "the reason" "$(cat err)" "ask the registrar for a new one"

step "the acknowledgement of an enrolment was lost: the device's own key gets in"
expect_status 0 baraza invite --state founder --as registrar --role facilitator --area XM-KIV --out lost \
    --passphrase-file "$PASS"
expect_status 0 baraza sync --state founder --wait --timeout 20
expect_status 0 baraza join lost --state third --name Heron --passphrase-file "$PASS"
cp -a third third.before
expect_status 0 baraza sync --state third --wait --timeout 20
rm -rf third
mv third.before third
expect_status 0 baraza sync --state third --wait --timeout 20

step "a directory that was put back from a backup begins a new notebook, and nothing is lost"
add() {
    expect_status 0 baraza add "$2" --state "$1" --passphrase-file "$PASS"
}
expect_status 0 baraza session open XM-KIV-2026-004 --state third --area XM-KIV --type town-hall \
    --passphrase-file "$PASS"
add third "Before the backup"
cp -a third third.backup
add third "After the backup"
expect_status 0 baraza sync --state third --wait --timeout 20
rm -rf third marks
mv third.backup third
expect_status 0 baraza unlock --state third --passphrase-file "$PASS" # or whoever unlocks later begins it (locked.sh)
start_node third
wait_until 20 "the new notebook" grep -q node.new-notebook third.log
add third "After the loss"
expect_status 0 baraza sync --state third --wait --timeout 30
stop third
stop hub
expect_status 0 baraza export --state hub --out record
fingerprint=$(baraza status --json --state founder | sed -n 's/.*"consultation":"\([0-9a-f]*\)".*/\1/p')
expect_status 0 baraza verify record --charter "$fingerprint"
