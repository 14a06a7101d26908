#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# An invitation for one, used by two: the second is told what to do, sends one line, the secretariat types it, and all
# that she wrote before counts.
. "$(dirname "$0")/lib.sh"

found
# Without being told where, the hub listens at the port of the address it was founded with.
start hub baraza-hub --state hub
wait_until 20 "the hub to listen" grep -q "^listening on tcp://0.0.0.0:$HUB_PORT" hub.log
expect_status 0 baraza invite --state founder --as registrar --role facilitator --area XM-KIV --out one.invitation \
    --passphrase-file "$PASS"
sync founder
for name in heron egret; do
    expect_status 0 baraza join one.invitation --name $name --state $name --passphrase-file "$PASS"
    expect_status 0 baraza session open XM-KIV-2026-003 --state $name --area XM-KIV --type town-hall --lang en \
        --passphrase-file "$PASS"
    expect_status 0 baraza add --state $name --kind threat --passphrase-file "$PASS" -- "Said to $name."
done
sync heron

step "the second one: her work is safe here, and both say what to do"
baraza sync --wait --timeout 15 --state egret --passphrase-file "$PASS" >out 2>err </dev/null
status=$?
[ $status -ne 0 ] || die "it says all is well"
expect_contains "sync" "$(cat out err)" "baraza who --me"
expect_contains "sync" "$(cat out err)" "baraza grant LINE --role"
expect_status 0 baraza status --state egret --passphrase-file "$PASS"
expect_contains "status" "$(cat out)" "baraza who --me"

step "the page says so too, for as long as it is so"
start_page egret
page_login
wait_until 20 "the page to say that the door is shut" eval \
    'page send >/dev/null && sleep 0.5 && page state | grep -q "{\"code\":\"not-admitted\",\"weight\":\"bad\""'
page state >reply
expect_contains "the line" "$(cat reply)" '"saved":1,"received":0,"waiting":1,"refused":0'
expect_contains "the hub" "$(cat reply)" '"state":"unreachable","said":"not-admitted","heard_s":null'

step "one line, mistyped and whole; the hub's operator sees the same key knock"
expect_status 0 baraza who --me --state egret
cp out egret.line
line=$(cat egret.line)
transport=$(cut -d- -f2 egret.line)
wait_until 20 "the hub to say who was not admitted" grep -q "hub.not-admitted peer=${transport:0:12} why=" hub.log
expect_status 2 baraza grant "${line:0:100}" --role facilitator --state founder --as registrar --passphrase-file "$PASS"
expect_contains "a line that was cut" "$(cat err)" "not the whole line of baraza who --me"
expect_status 0 baraza grant egret.line --role facilitator --area XM-KIV --state founder --as registrar \
    --passphrase-file "$PASS"
sync founder

step "everything she wrote before counts"
settle egret 30
wait_until 20 "the page to stop saying it" eval 'page state >reply && ! grep -q \"not-admitted\" reply'
stop egret
in_record contribution 2
in_record session 2
baraza log --state hub --json >log
! grep '"kind":"contribution"' log | grep -qv '"standing":"good"' || die "something of hers is without effect"
expect_status 0 baraza who --state hub
expect_equal "facilitators in force" "$(grep -c 'facilitator' out)" 2
! grep -q 'invitation spent' out || die "she counts as spent"
expect_status 0 baraza export --state hub --out record.export
expect_status 0 baraza verify record.export --charter founder/charter

step "without --json nobody has to know what a transport key is: the line may also be typed as it is"
expect_status 0 baraza grant "$(baraza who --me --state heron)" --role drafter --state founder --as registrar \
    --passphrase-file "$PASS"
stop hub
