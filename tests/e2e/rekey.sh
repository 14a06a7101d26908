#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# All four changes of key in one consultation of three roots, two of whom an act needs: the log's, the exchange's, the
# intake's and a root's. One site is online, one was away and comes back by network, one by bundle only; the hub is
# killed between the steps. What was proved before and after still checks, and nothing that was said is lost.
. "$(dirname "$0")/lib.sh"

# The former exchange key is shown at the next port.
next_free() { ! grep -qi ":$(printf '%04X' $((HUB_PORT + 1))) " /proc/net/tcp /proc/net/tcp6 2>/dev/null; }
found_settings
until next_free; do HUB_PORT=$(free_port); done

say_something() { # SITE TEXT
    expect_status 0 baraza add --state "$1" --kind threat --lang en --passphrase-file "$PASS" -- "$2"
}
by_root() { expect_status 0 baraza "$@" --state founder --passphrase-file "$PASS"; }
keys_of() { baraza who --keys --state "$1" | sed -n "s/^$2 *\([0-9a-f]*\) .*/\1/p"; }
signers() { tail -n +5 hub/checkpoint | grep -c '^— '; }

# change SERVICE: a new key from the hub, one root proposes, another approves; the hub has the approval at the end.
change() {
    expect_status 0 baraza hub new-key "$1" --state hub --json
    new=$(field key out)
    expect_status 0 baraza hub new-key "$1" --state hub
    expect_contains "made once" "$(cat out)" "made before"
    by_root rekey "$1" --new "$new" --as wren --json
    act=$(field id out)
    expect_equal "approvals missing" "$(field missing out)" 1
    sync founder
    expect_contains "what waits" "$(baraza who --state founder)" "change of the $1 key to ${new:0:12}"
    [ "$(keys_of hub "$1")" != "$new" ] || die "one root was enough"
    by_root approve "${act:0:12}" --as lark
    sync founder
    wait_until 20 "the new $1 key at the founder's" eval '[ "$(keys_of founder '"$1"')" = '"$new"' ]'
    expect_equal "the $1 key at the hub" "$(keys_of hub "$1")" "$new"
}

step "three roots, four sites; all have met the hub once"
expect_status 0 baraza hub init "Keys" --state hub --founder founder --prefix records.example.org/keys \
    --address "127.0.0.1:$HUB_PORT" --root wren --root lark --root finch --quorum 2 --passphrase-file "$PASS"
start_hub
for name in online away courier asleep; do
    site $name
    sync founder
    say_something $name "Before any change, from $name."
    sync $name
done
expect_status 0 baraza invite --state founder --as registrar --role drafter --out late.invitation \
    --passphrase-file "$PASS"
sync founder
start_node online
id=$(baraza list --state online --json --passphrase-file "$PASS" | grep '"kind":"contribution"\|Before' | head -n 1 |
    grep -o '"id":"[0-9a-f]*"' | cut -d'"' -f4)
expect_status 0 baraza prove "$id" --state hub --out before
before_key=$(sed -n "s/.*--key '\(.*\)'$/\1/p" out)
say_something courier "Sealed to the first intake key."
expect_status 0 baraza bundle out before.bundle --state courier

step "only a root changes a key, to one that the hub has"
expect_status 65 baraza rekey log --new "$(printf 'ab%.0s' {1..32})" --state founder --as registrar \
    --passphrase-file "$PASS"
expect_contains "who may" "$(cat err)" "only who holds a root key"
other=$(baraza who --state away --json | grep -o '"key":"[0-9a-f]*"' | head -n 1 | cut -d'"' -f4)
by_root rekey log --new "$other" --as finch
sync founder
expect_contains "a key of nobody's" "$(baraza list --all --only refused --json --state founder \
    --passphrase-file "$PASS")" "key-not-held"

step "the log's key: the first checkpoint under it bears both"
change log
wait_until 20 "a checkpoint with both signatures" eval '[ "$(signers)" -eq 2 ]'
log2=$new
stop_hard hub
start_hub
say_something online "After the change of the log."
settle online 60
wait_until 20 "a checkpoint of the new key alone" eval '[ "$(signers)" -eq 1 ]'
expect_equal "the site's word for it" "$(keys_of online log)" "$log2"

step "intake and exchange, the hub killed right after each approval; a root, by two who are left"
change intake
stop_hard hub
start_hub
change exchange
wait_until 20 "the former key to be shown" grep -q 'former-key.*answers=yes\|former-key.*yes' hub.log
stop_hard hub
start_hub
by_root rekey root --old lark --name egret --name-passphrase-file "$PASS" --as wren --json
act=$(field id out)
by_root grant "$other" --role secretariat --as wren --json
waiting=$(field id out)
sync founder
by_root approve "${act:0:12}" --as finch
sync founder
expect_status 0 baraza who --state founder
expect_contains "the old root" "$(grep 'lark, here' out)" "(replaced)"
! grep -q '^waits' out || die "what was pending is not void"
expect_status 2 baraza approve "${waiting:0:12}" --state founder --as finch --passphrase-file "$PASS"
by_root grant "$other" --role secretariat --as egret --json
act=$(field id out)
sync founder
by_root approve "${act:0:12}" --as finch
sync founder
expect_contains "a grant by the new root" "$(baraza who --state hub)" "secretariat"

step "the site that was online goes on under all of them"
say_something online "After all changes."
settle online 60

step "the site that was away comes back: shown the way at the next port, then as ever"
say_something away "Said while away."
sync away
for key in log intake exchange; do
    expect_equal "the $key key at the site that was away" "$(keys_of away $key)" "$(keys_of hub $key)"
done

step "the site without network: what is sealed to the old intake key opens, and the way back brings the new keys"
expect_status 0 baraza bundle in before.bundle --state hub
say_something courier "Sealed to the first intake key, after it was changed."
mkdir stick
expect_status 0 baraza bundle out stick --state courier
expect_status 0 baraza bundle in stick --state hub
covered() { baraza export --state hub --out x.export --force && baraza verify x.export --charter founder/charter; }
wait_until 20 "a checkpoint over it" covered
expect_status 0 baraza bundle out --all stick --state hub
expect_status 0 baraza bundle in stick --state courier
settled courier || die "the bundle did not bring custody and receipts"
expect_equal "the log key by bundle" "$(keys_of courier log)" "$(keys_of hub log)"
say_something courier "After all of it, by bundle."
rm stick/*
expect_status 0 baraza bundle out stick --state courier
expect_status 0 baraza bundle in stick --state hub
expect_status 0 baraza bundle out --all stick --state hub
expect_status 0 baraza bundle in stick --state courier
settled courier || die "the second journey did not come back"

step "who joins now is told the keys of now, also with an invitation of before"
newcomer heron drafter
expect_status 0 baraza join late.invitation --name late --state late --passphrase-file "$PASS"
sync founder heron late
expect_equal "the newcomer's word" "$(keys_of heron exchange)" "$(keys_of hub exchange)"

step "receipts of before and after, and the whole record, check"
expect_status 0 baraza verify --proof before.tlog-proof --leaf before.entry --key "$before_key"
id=$(baraza log --state hub --kind contribution --json | tail -n 1 | grep -o '"id":"[0-9a-f]*"' | cut -d'"' -f4)
expect_status 0 baraza prove "$id" --state hub --out after
after_key=$(sed -n "s/.*--key '\(.*\)'$/\1/p" out)
[ "$before_key" != "$after_key" ] || die "the receipts are of one key"
expect_status 0 baraza verify --proof after.tlog-proof --leaf after.entry --key "$after_key"
expect_status 1 baraza verify --proof after.tlog-proof --leaf after.entry --key "$before_key"
for one in before after; do # with the charter alone: the receipt proves the change of key itself
    expect_status 0 baraza verify --proof $one.tlog-proof --leaf $one.entry --charter founder/charter
done
expect_status 0 baraza receipt "$id" --state hub --out whole
expect_status 0 baraza receipt --check whole* --charter founder/charter
sed '/^extra /d' after.tlog-proof >bare.tlog-proof
expect_status 1 baraza verify --proof bare.tlog-proof --leaf after.entry --charter founder/charter
said=$(baraza list --state online --json --passphrase-file "$PASS" | tail -n 1 | grep -o '"id":"[0-9a-f]*"' |
    cut -d'"' -f4)
expect_status 0 baraza prove "$said" --state online --out from-site
expect_status 0 baraza verify --proof from-site.tlog-proof --leaf from-site.entry --charter founder/charter
expect_status 0 baraza export --state hub --out record.export
expect_status 0 baraza verify record.export --charter founder/charter
expect_status 0 baraza prove "$id" --record record.export --charter founder/charter --out again
in_record contribution 10

step "former keys put away: a site that slept through it all finds the way by one bundle"
say_something asleep "Slept through it all, sealed to a key that is gone."
asleep=$(baraza who --me --state asleep | cut -d- -f2)
for service in log exchange intake; do expect_status 0 baraza hub retire $service --state hub; done
expect_equal "secrets at the hub" "$(find hub/keys -name 'log*' -o -name 'exchange*' -o -name 'intake*' | wc -l)" 3
stop hub
start_hub
say_something away "Under the keys of now alone."
sync away
expect_status 75 baraza sync --wait --timeout 6 --state asleep --passphrase-file "$PASS"
expect_contains "what to do" "$(cat out err)" "a bundle from the hub brings it"
expect_status 0 baraza bundle out asleep.up.bundle --state asleep
expect_status 1 baraza bundle in asleep.up.bundle --state hub
expect_contains "a bundle to the key that is gone" "$(cat out)" "put away"
expect_status 0 baraza bundle out --to "$asleep" asleep.bundle --state hub
expect_status 1 baraza bundle in asleep.bundle --state asleep # from no checkpoint that the hub knows it by, but
expect_contains "what it brought all the same" "$(cat err)" "keys of the hub were changed, and this site knows it now"
expect_equal "the exchange key by bundle" "$(keys_of asleep exchange)" "$(keys_of hub exchange)"
expect_status 0 baraza bundle out asleep.again.bundle --state asleep
expect_status 0 baraza bundle in asleep.again.bundle --state hub
expect_contains "its words in it" "$(cat out)" "put off (sealed to a key that the hub has put away"
start_node asleep
wait_until 10 "the daemon of the site" test -S asleep/agent.sock
expect_status 0 baraza unlock --state asleep --passphrase-file "$PASS"
settle asleep 60
in_record contribution 12
stop asleep
stop online
stop hub
