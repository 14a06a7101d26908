#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# What a site does while everybody is locked, and what it says it cannot do: it uploads, takes receipts and makes
# bundles; it cannot send again what a restored hub has lost, and a hub that forgot it does not let it in.
. "$(dirname "$0")/lib.sh"

# says STATE TEXT: one contribution, by somebody whose passphrase is asked for and forgotten again.
says() {
    expect_status 0 baraza add --state "$1" --session XM-KIV-2026-003 --kind need --passphrase-file "$PASS" "$2"
}

# locked STATE: nobody is unlocked there, by the status.
locked() {
    expect_status 0 baraza status --state "$1"
    expect_equal "who is unlocked" "$(grep -c '^Unlocked' out)" 0
}

# waits STATE FIELD: the number of things of one sort that wait there for an unlock.
waits() {
    baraza status --json --state "$1" | grep -o "\"$2\":[0-9a-z]*" | head -n 1 | cut -d: -f2
}

found
mkdir stick
start_hub
site heron
sync founder
expect_status 0 baraza lock --state heron

step "locked, the daemon uploads what was saved, and takes the receipts"
says heron "the well at the crossing is shared by three villages"
start_node heron
wait_until 10 "the daemon" grep -q node.ready heron.log
settle heron 30
says heron "the ford is deeper since the quarry opened" # while it runs
settle heron 30
locked heron
grep -q "node.unlocked" heron.log && die "somebody was unlocked all the same"
expect_status 0 baraza list --state heron
expect_equal "confirmed rows" "$(grep -c confirmed out)" 2
expect_contains "the words" "$(cat out)" "(locked)"
stop heron

step "locked, a bundle is made, and its answer is taken"
says heron "grazing rights end where the fence begins"
stop hub
expect_status 0 baraza bundle out stick --state heron
expect_equal "the last word" "$(tail -n 1 out)" "safe to unplug"
expect_status 0 baraza bundle in stick --state hub
rm -f stick/*.bundle
expect_status 0 baraza bundle out --all stick --state hub
expect_status 0 baraza bundle in stick --state heron
settled heron || die "not everything is confirmed"
locked heron
expect_equal "things that wait for an unlock" "$(waits heron things)" 0

step "a notebook that is due after a copy was put back waits too, and unlocking begins it without any daemon"
start_hub
site wren
sync founder wren
cp -a wren wren.copy
says wren "said after the copy was made"
sync wren
expect_status 0 baraza lock --state wren
rm -rf wren marks
mv wren.copy wren
expect_status 0 baraza sync --timeout 30 --state wren
expect_equal "notebooks" "$(waits wren notebooks)" 1
expect_contains "what waits" "$(cat err)" "a new notebook is to begin"
expect_status 0 baraza unlock Heron --state wren --passphrase-file "$PASS"
expect_contains "what was done" "$(cat err)" "a new notebook has begun"
expect_equal "things that wait" "$(waits wren things)" 0
stop hub

step "the hub is put back to an old copy: a locked site says what it is asked for, and why it cannot"
cp -a hub hub.old
start_hub
says heron "three roads were promised and one was built"
sync heron
says wren "said on the next day"
sync wren # its receipt is over a record that has heron's too
expect_status 0 baraza lock --state heron
stop hub
rm -rf hub
mv hub.old hub
start_hub
SECONDS=0
expect_status 75 baraza sync --wait --timeout 60 --state heron
[ $SECONDS -lt 30 ] || die "it waited until the time was up"
expect_contains "the reason" "$(cat err)" "1 thing waits until somebody unlocks"
expect_contains "the reason" "$(cat err)" "restored from an older copy"
expect_contains "the reason" "$(cat err)" "baraza unlock"
expect_status 0 baraza status --state heron
expect_contains "the status" "$(cat out)" "1 thing waits until somebody unlocks"
expect_equal "asked again" "$(waits heron asked_again)" true

step "the same by the daemon, which says it in its log; once somebody unlocks, all of it is at the hub again"
: >heron.log
start_node heron
wait_until 10 "the daemon" grep -q node.ready heron.log
wait_until 20 "the daemon to say what waits" grep -q "node.waits things=1" heron.log
expect_status 0 baraza unlock Heron --state heron --passphrase-file "$PASS"
wait_until 20 "the fifth contribution" eval \
    '[ "$(baraza log --state hub --kind contribution --json | wc -l)" -eq 5 ]'
settle heron 30
expect_equal "asked again" "$(waits heron asked_again)" false
stop heron

step "where somebody is unlocked all is sent again at once, and she is told why"
expect_status 0 baraza unlock Heron --state wren --passphrase-file "$PASS"
expect_status 0 baraza sync --wait --timeout 30 --state wren
expect_contains "the remark" "$(cat err)" "shows less of the record than it has shown here before"
expect_status 0 baraza sync --state wren
expect_equal "the second time" "$(cat err)" ""
expect_status 0 baraza lock --state wren
expect_status 0 baraza export --out record.baraza --state hub
expect_status 0 baraza verify record.baraza --charter hub/charter

step "a site that joined after the copy was made is told that it is shut out, and that it had been in"
stop hub
cp -a hub hub.old
start_hub
site sorrel
sync founder sorrel
stop hub
rm -rf hub
mv hub.old hub
start_hub
expect_status 75 baraza sync --wait --timeout 30 --state sorrel
expect_contains "the reason" "$(cat err)" "does not admit this device any more, though it did before"
expect_contains "the reason" "$(cat err)" "Nothing is lost here"
expect_status 0 baraza status --state sorrel
expect_contains "the status" "$(cat out)" "a copy of before this device joined"
