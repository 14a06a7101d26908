#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Three who hold a root key, two of whom an act of the root needs: founded together, an act waits, is approved once, by
# another, and is in force.
. "$(dirname "$0")/lib.sh"

found_settings
step "a consultation with three roots"
for quorum in 0 4; do
    expect_status 2 baraza hub init "Roots" --state hub --founder founder --prefix records.example.org/roots \
        --address "127.0.0.1:$HUB_PORT" --root wren --root lark --root finch --quorum $quorum --passphrase-file "$PASS"
done
expect_status 0 baraza hub init "Roots" --state hub --founder founder --prefix records.example.org/roots \
    --address "127.0.0.1:$HUB_PORT" --root wren --root lark --root finch --quorum 2 --passphrase-file "$PASS"
expect_equal "roots of the charter" "$(grep -c '^root ' hub/charter)" 3
expect_equal "signatures of the charter" "$(grep -c '^— ' hub/charter)" 3
expect_status 0 baraza who --state hub
expect_contains "the founding grants, approved" "$(cat out)" "registrar, secretariat"
! grep -q '^waits' out || die "a founding grant waits"

step "a second registrar: one root proposes, it waits"
newcomer heron committee
start_hub
sync founder heron
heron=$(baraza who --state heron --json | grep '"name":"heron"' | grep -o '"key":"[0-9a-f]*"' | cut -d'"' -f4)
expect_status 0 baraza grant "$heron" --role secretariat --state founder --as wren --passphrase-file "$PASS"
sync founder
expect_status 0 baraza who --state founder
expect_contains "what waits" "$(cat out)" "by wren; needs 1 more approval"
act=$(sed -n 's/^waits: \([0-9a-f]*\) .*/\1/p' out)
baraza who --state founder --json | grep -q '"missing":1' || die "nothing is missing in JSON"
expect_status 65 baraza approve "$act" --state founder --as wren --passphrase-file "$PASS"
expect_contains "the same root again" "$(cat err)" "another root has to"
expect_status 65 baraza approve "$act" --state founder --as registrar --passphrase-file "$PASS"
expect_contains "who is no root" "$(cat err)" "only who holds a root key"
expect_status 2 baraza approve 00000000 --state founder --as lark --passphrase-file "$PASS"

step "another approves: it is in force, at hub, site and auditor"
expect_status 0 baraza approve "$act" --state founder --as lark --passphrase-file "$PASS"
sync founder
in_record root-approval 3
for where in "--state hub" "--state founder"; do
    # shellcheck disable=SC2086
    expect_status 0 baraza who $where
    expect_contains "who $where" "$(grep "^${heron:0:12}" out)" "secretariat"
    ! grep -q '^waits' out || die "it waits still"
done
expect_status 0 baraza export --state hub --out record.export
expect_status 0 baraza verify record.export --charter founder/charter
expect_contains "the auditor" "$(cat out)" "needed the approval of more root keys (pending); none waits now"
stop hub
