#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Wiping from the page: words that are safe at the hub, after a count; and in danger all keys, without a passphrase, in
# two steps. The daemon goes on, with nothing in its memory that opens anything.
. "$(dirname "$0")/lib.sh"

of() {
    jq -r "$1" "${2:-reply}"
}

ask() {
    page "$@" >reply 2>page.err || die "$* is refused: $(cat page.err reply)"
}

says() {
    expect_status 0 baraza add --state heron --session XM-KIV-2026-003 --kind need --passphrase-file "$PASS" "$1"
}

# memory PID: all that this process can write to, but for what the sanitizers reserve.
memory() {
    local range perms rest from to
    while read -r range perms rest; do
        from=$((16#${range%-*})) to=$((16#${range#*-}))
        [[ $perms == rw* ]] && [ $((to - from)) -le 268435456 ] || continue
        dd if="/proc/$1/mem" bs=4096 skip=$((from / 4096)) count=$(((to - from) / 4096)) status=none 2>/dev/null
    done <"/proc/$1/maps"
}

# forgotten PID: none of the words that went through this process is in its memory any more.
forgotten() {
    memory "$1" >"$WORK/memory"
    grep -qaF "Trials of Marisola" "$WORK/memory" || return 0 # it may not be looked at: that takes root
    grep -aoE "(to|at) the school|a phrase for trials" "$WORK/memory" | head -n 3 >"$WORK/left"
    [ ! -s "$WORK/left" ] || die "what is left in memory: $(cat "$WORK/left")"
    rm "$WORK/memory"
}

found
site heron
start_hub
sync founder
start_page heron
export BARAZA_STATE=$WORK/heron
page_login
says "The ford is gone since the rains."
says "The school has no roof."
settle heron 30
stop hub

step "the count comes first, and what is kept is kept for a reason"
ask wipe
expect_equal "of a forum that is open" "$(of '"\(.wiped) \(.kept_forum_not_sealed)"')" "0 2"
ask wipe '{"unsealed":true}'
expect_equal "what would go" "$(of .wiped)" 2
ask list '{"search":"roof"}'
expect_equal "what a count wiped" "$(of '.rows | length')" 1
ask wipe '{"unsealed":true,"before":"2001-01-01","confirm":true}'
expect_equal "of days long ago" "$(of '"\(.wiped) \(.kept_later)"')" "0 2"
page wipe '{"before":"yesterday","confirm":true}' >reply 2>page.err && die "any day is one"
page wipe '{"unsealed":"yes","confirm":true}' >reply 2>page.err && die "any word is a yes"

step "then they go; numbers and ticks stay; writing goes on"
ask wipe '{"unsealed":true,"confirm":true}'
expect_equal "what went" "$(of .wiped)" 2
ask list
expect_equal "the rows" "$(of '[.rows[] | "\(.state) \(.words)"] | unique | join(",")')" "confirmed wiped"
ask state
expect_equal "the line" "$(of '"\(.saved) \(.received)"')" "2 2"
grep -rlF "has no roof" heron >/dev/null && die "the words are still on the disk in the clear"
says "The well is deep enough."
ask list '{"search":"well"}'
expect_equal "what was said since" "$(of '.rows | length')" 1

step "in danger: nothing happens in one step, nor with another ticket, nor with an old one"
says "Armed men came to the school."
page emergency '{"confirm":true}' >reply 2>page.err && die "one step is enough"
expect_equal "what is said" "$(of .error.code)" ticket-over
PAGE_TOKEN='' page emergency >reply || die "the first step needs a login: $(cat reply)"
cp reply first
expect_equal "what would become of it" "$(of '"\(.drafts) \(.carried) \(.lost)"')" "0 2 0"
page emergency '{"confirm":true,"ticket":"00000000000000000000000000000000"}' >reply 2>page.err &&
    die "any ticket will do"
page emergency "{\"confirm\":true,\"ticket\":\"$(of .ticket first)\"}" >reply 2>page.err &&
    die "a ticket can be tried twice"
[ -e heron/keys/keyring ] || die "the keyring was destroyed without a clear word"

step "two steps: keys gone, everybody locked, no login left; what was signed still travels"
ask draft/keep "{\"id\":\"$(printf 'ab%.0s' {1..16})\",\"version\":0,\"session\":\"$(
    page forums | jq -r '.open[0].id')\",\"fields\":{\"text\":\"$(
    printf 'Nobody sleeps at the school. %.0s' {1..33})\",\"written_by\":\"$(printf 'z%.0s' {1..200})\"}}"
ask draft/list
ask list '{"search":"school"}'
ask entry "{\"id\":\"$(of '.rows[0].id')\"}"
expect_equal "the words, while somebody is logged in" "$(of .parts.said.text)" "Armed men came to the school."
forgotten "${e2e_pid[heron]}"
exec 7<heron/keys/keyring
PAGE_TOKEN='' page emergency >first || die "the first step needs a login"
expect_equal "drafts that would go" "$(of .drafts first)" 1
PAGE_TOKEN='' page emergency "{\"confirm\":true,\"ticket\":\"$(of .ticket first)\"}" >reply 2>page.err ||
    die "the second step is refused: $(cat reply)"
expect_equal "whose end is told" "$(of '.destroyed | length')" 1
[ -z "$(tr -d '\0' <&7)" ] || die "the keyring was removed but not overwritten"
exec 7<&-
expect_equal "what is left of the keys" "$(ls heron/keys | tr '\n' ' ')" "outbox transport "
forgotten "${e2e_pid[heron]}"
page list >reply 2>page.err && die "a login goes on"
expect_equal "its status" "$(cat page.err)" 401
ask hello
expect_equal "who can log in" "$(of '"\(.people | length) \(.nobody)"')" "0 keys-destroyed"
expect_status 0 baraza status
[[ $(cat out) != *Unlocked* ]] || die "somebody is still unlocked in the daemon"
running heron || die "the daemon ended"
start_hub
call heron
in_record contribution 4
expect_status 0 baraza status --state hub
expect_contains "what the hub shows" "$(cat out)" "destroyed, last known number"
[[ $(cat heron.log) != *school* ]] || die "the log has words"
stop heron
stop hub
