#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# The page of a site against requests that are not its own, and what it has in common with agent and command line.
. "$(dirname "$0")/lib.sh"

found
site heron
start_page heron
export BARAZA_STATE=$WORK/heron

step "where it is served is said, and only to this computer"
expect_equal "the file with the address" "$(cat heron/page)" "http://127.0.0.1:$PAGE_PORT/"
expect_contains "the log" "$(cat heron.log)" "page.ready port=$PAGE_PORT"
expect_equal "who may reach it" "$(awk -v port="$(printf ':%04X' "$PAGE_PORT")" \
    '$4 == "0A" && $2 ~ port { print $2 }' /proc/net/tcp /proc/net/tcp6)" "0100007F:$(printf '%04X' "$PAGE_PORT")"

expect_status 0 baraza page
expect_equal "what is printed" "$(cat out)" "http://127.0.0.1:$PAGE_PORT/"
expect_status 0 baraza page --json
expect_contains "the same as JSON" "$(cat out)" "\"daemon\":true,\"address\":\"http://127.0.0.1:$PAGE_PORT/\""

step "before anybody has logged in only names are shown"
page hello >hello || die "hello is refused"
expect_contains "who is asked" "$(cat hello)" '"people":[{"name":"Heron","key":"'
expect_contains "the consultation" "$(cat hello)" '"title":"Trials of Marisola","fingerprint":"'
expect_contains "the languages" "$(cat hello)" '"languages":["ar","en","fr","pt"]'
page prefs >out 2>err && die "a call without a login is served"
expect_equal "its status" "$(cat err)" 401
expect_contains "what is said" "$(cat out)" '"code":"locked"'

step "a wrong passphrase is said to be one, and the next try has to wait"
key=$(field key hello)
page unlock '{"key":"'"$key"'","passphrase":"a phrase for trails"}' >out 2>err && die "a wrong passphrase unlocks"
expect_equal "its status" "$(cat err)" 403
expect_contains "what is said" "$(cat out)" '"code":"passphrase-wrong","args":{"name":"Heron","wait_s":1}'
page unlock '{"key":"'"$key"'","passphrase":"a phrase for trials"}' >out 2>err && die "nobody has to wait"
expect_contains "what is said" "$(cat out)" '"code":"passphrase-wait"'
sleep 1.1

step "who is unlocked at the page is so for the command line, and the other way round"
page_login
expect_status 0 baraza add --group women --kind threat "The ford is gone."
baraza unlock --passphrase-file "$PASS" >/dev/null 2>&1 || die "the agent does not take her keys again"
page prefs >out || die "a login ends although nobody was locked"
expect_status 0 baraza lock
page prefs >out 2>err && die "a login goes on after its person was locked"
expect_equal "its status" "$(cat err)" 401
expect_status 0 baraza unlock --passphrase-file "$PASS"
page prefs >out 2>err && die "a login goes on when its person was locked and unlocked again"
page_login
page lock >out || die "the page does not lock"
page prefs >out 2>err && die "a login goes on after it was locked"
expect_status 2 baraza add --group women --kind threat "The ford is still gone."

step "what a person chose for the page stays hers"
page_login
page prefs '{"language":"fr","explained":true}' >out || die "nothing can be chosen"
page lock >/dev/null
page hello >hello
expect_contains "the language in which she is greeted" "$(cat hello)" '"language":"fr"'
page_login

step "of all requests only the exact one changes anything"
"$BARAZA_BIN/../tests/e2e/page_requests" "$PAGE_PORT" "$key" "a phrase for trials" || die "see above"

step "a port that another program has is said, the exchange goes on without it, and takes it when it is free"
site crane
BARAZA_PAGE_PORT=$PAGE_PORT start_node crane
wait_until 20 "the second daemon to say that its port is taken" grep -q "page.port-taken port=$PAGE_PORT" crane.log
expect_status 1 baraza page --state crane
expect_contains "what is said of the port" "$(cat err)" "another program has port $PAGE_PORT"
stop heron
expect_status 1 env BARAZA_PAGE_PORT=4741 baraza page
expect_contains "what is said where nothing runs" "$(cat err)" "baraza-node does not run here"
[ ! -e heron/page ] || die "the address stays behind"
wait_until 20 "the second daemon to take the port" grep -q "page.ready port=$PAGE_PORT" crane.log
stop_hard crane
[ -e crane/page ] || die "who is killed cannot tidy up"
expect_status 1 baraza page --state crane
start_node crane # without a page
wait_until 20 "the daemon" is_ready crane
expect_status 1 env BARAZA_PAGE_PORT=4741 baraza page --state crane
expect_contains "what is said where none is wanted" "$(cat err)" "page-port is 0"
stop crane
[[ $(cat heron.log crane.log) != *"ford"* ]] || die "the log has words that were said"

step "when the keys are destroyed, who is logged in is so no more, and nobody can log in"
start_page crane
BARAZA_STATE=$WORK/crane page_login
page prefs >out || die "she is not logged in"
expect_status 0 baraza wipe --emergency --yes --state crane
page prefs >out 2>err && die "a login goes on after the keys were destroyed"
expect_equal "its status" "$(cat err)" 401
page hello >hello
expect_contains "why nobody can" "$(cat hello)" '"nobody":"keys-destroyed","people":[]'
page unlock '{"key":"'"$key"'","passphrase":"a phrase for trials"}' >out 2>err && die "destroyed keys unlock"
expect_contains "what is said" "$(cat out)" '"code":"keys-destroyed"'
stop crane

step "one command, and so an entry in the desktop's menu, starts what is missing and opens the page"
mkdir bin
printf '#!/bin/sh\nprintf "%%s\\n" "$1" >>"%s/opened"\n' "$PWD" >bin/xdg-open
chmod +x bin/xdg-open
port=$(free_port)
PATH=$PWD/bin:$PATH BARAZA_PAGE_PORT=$port baraza page --open --state crane >/dev/null
PATH=$PWD/bin:$PATH BARAZA_PAGE_PORT=$port baraza page --open --state crane >/dev/null
[ "$(cat opened)" = "http://127.0.0.1:$port/
http://127.0.0.1:$port/" ] || die "the browser was sent to: $(cat opened)"
kill "$(tr -dc 0-9 <crane/lock)"
wait_until 20 "the daemon that was started to end" [ ! -e crane/page ]
