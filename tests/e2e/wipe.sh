#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# A person comes before data: the keys of a computer are destroyed at once. What was signed and not delivered still
# travels, by network and by bundle; the hub shows it; nobody reads it here any more; whoever joins anew writes on.
. "$(dirname "$0")/lib.sh"

found
start_hub
for name in heron crane ibis; do
    newcomer $name facilitator
done
sync founder heron crane ibis
for name in heron crane ibis; do
    expect_status 0 baraza session open XM-KIV-2026-00${#name} --state $name --area XM-KIV --passphrase-file "$PASS"
    expect_status 0 baraza add --state $name "The ford of $name is gone." --passphrase-file "$PASS"
done
sync heron crane ibis
key_of() {
    baraza who --state "$1" --json | grep '"name":"'"$1"'"' | grep -o '"key":"[0-9a-f]*"' | cut -d'"' -f4
}
heron=$(key_of heron)
crane=$(key_of crane)
ibis=$(key_of ibis)

step "nothing happens without a clear word"
expect_status 2 setsid baraza wipe --emergency --state heron
expect_contains "what it says without a terminal" "$(cat err)" "--yes"
expect_status 2 baraza wipe --emergency --yes --state hub
[ -e heron/keys/keyring ] && [ -e hub/keys/log ] || die "something was destroyed without a clear word"

step "whatever is wrong with the rest of a state, its keyring is destroyed, also one that its owner may not write to"
cp -a crane gold
chmod 0400 gold/keys/keyring
for harm in "rm harmed/charter" "rm -r harmed/store" "truncate -s 8192 harmed/store/data.mdb" "mkdir harmed/keys/odd" \
    "rm harmed/charter harmed/keys/transport"; do
    rm -rf harmed && cp -a gold harmed && $harm
    exec 7<harmed/keys/keyring
    baraza wipe --emergency --yes --state harmed >out 2>err </dev/null
    status=$?
    [ $status -ne 0 ] || die "after '$harm' it is said that all went well"
    [ -s err ] || die "after '$harm' nothing is said"
    [ ! -e harmed/keys/keyring ] || die "after '$harm' the keyring is still there: $(cat err)"
    [ -z "$(tr -d '\0' <&7)" ] || die "after '$harm' the keyring was removed but not overwritten"
    exec 7<&-
done
rm -rf harmed && cp -a gold harmed
echo "odd = setting" >>harmed/conf
expect_status 0 baraza wipe --emergency --yes --state harmed
expect_contains "what is said of the settings" "$(cat err)" "unknown key 'odd'"
[ ! -e harmed/keys/keyring ] || die "the keyring is still there, because of the settings"
mkdir elsewhere elsewhere/keys
echo "no key of ours" >elsewhere/keys/id
expect_status 66 baraza wipe --emergency --yes --state elsewhere
[ -s elsewhere/keys/id ] || die "files were destroyed in a folder that is no state"

step "a wipe that was cut short opens nothing, and what waits for the hub travels; nobody joins over it by mistake"
for harm in "rm harmed/keys/keyring" "truncate -s 0 harmed/keys/keyring" \
    "dd if=/dev/zero of=harmed/keys/keyring bs=64 count=2 conv=notrunc status=none"; do
    rm -rf harmed stick && mkdir stick && cp -a gold harmed && chmod 0600 harmed/keys/keyring && $harm
    expect_status 0 baraza bundle out stick --state harmed
    expect_status 0 baraza sync --wait --timeout 30 --state harmed
    expect_status 0 baraza list --state harmed
    [[ $(cat out) != *"The ford"* ]] || die "after '$harm' words are shown"
    expect_status 0 baraza status --state harmed
    expect_contains "what status says" "$(cat err)" "baraza wipe --emergency --yes"
    expect_status 66 baraza add --state harmed "One more." --passphrase-file "$PASS"
    expect_contains "what add says" "$(cat err)" "restore that file from a backup"
    expect_status 0 baraza wipe --emergency --yes --state harmed
    expect_contains "how it ends" "$(cat out)" "The keys of this computer are destroyed."
done

step "heron: unlocked, a daemon running, two words that the hub has not; destroyed in a moment, and they still travel"
stop hub
expect_status 0 baraza add --state heron "The well is poisoned." --passphrase-file "$PASS"
expect_status 0 baraza add --state heron "Armed men came." --passphrase-file "$PASS"
start_node heron
wait_until 10 "the daemon" grep -q node.ready heron.log
expect_status 0 baraza unlock heron --state heron --passphrase-file "$PASS"
expect_status 0 baraza status --state heron
expect_contains "the status" "$(cat out)" "Unlocked: heron"
cp heron/keys/keyring stolen
exec 7<heron/keys/keyring # whoever held the file open sees it overwritten
expect_status 0 baraza wipe --emergency --yes --state heron
expect_contains "what is said" "$(cat out)" "2 entries that the hub has not still travel"
expect_contains "what is said" "$(cat out)" "0 are lost for ever"
expect_contains "what is said" "$(cat out)" "last known number 4"
[ -z "$(tr -d '\0' <&7)" ] || die "the keyring was removed but not overwritten"
exec 7<&-
expect_equal "what is left of the keys" "$(ls heron/keys | tr '\n' ' ')" "outbox transport "
expect_status 66 baraza add --state heron "One more." --passphrase-file "$PASS"
expect_contains "what add says" "$(cat err)" "the keys of this computer were destroyed"
expect_contains "what add says to do" "$(cat err)" "join with a new invitation"
expect_status 66 baraza unlock heron --state heron --passphrase-file "$PASS"
expect_status 0 baraza status --state heron
expect_contains "what status says" "$(cat err)" "the keys of this computer were destroyed"
expect_contains "the reconciling line" "$(cat out)" "3 saved = 1 received + 2 pending + 0 refused"
expect_status 0 baraza list --state heron
[[ $(cat out) != *poisoned* && $(cat out) != *Unlocked* ]] || die "words are shown although the keys are destroyed"
# Even with the keyring that was copied before nothing of it opens: the entries' own keys are gone.
cp stolen heron/keys/keyring
expect_status 0 baraza list --state heron --passphrase-file "$PASS"
[[ $(cat out) != *poisoned* ]] || die "a copy of the keyring opens what was wiped"
expect_status 77 baraza add --state heron "One more." --passphrase-file "$PASS"
expect_contains "what add says to an old key" "$(cat err)" "were destroyed on this computer"
rm heron/keys/keyring
start_hub
call heron
in_record contribution 5
expect_status 0 baraza status --state hub
expect_contains "what the hub shows" "$(cat out)" "${heron:0:8}"
expect_contains "what the hub shows" "$(cat out)" "destroyed, last known number 4; 5 of 5 entries are in the record"
expect_contains "what is to be done" "$(cat out)" "baraza revoke"
[[ $(cat out) != *bundle* ]] || die "what came by network is said to have come by bundle"
expect_status 0 baraza who --state hub
expect_contains "who" "$(grep "^${heron:0:8}" out)" "keys destroyed on her computer, last known number 4"
expect_equal "others" "$(grep -c 'keys destroyed' out)" 1
baraza export --state hub --parts --out all.export >/dev/null || die "export failed"
expect_status 0 baraza list --state hub
wait_until 20 "the site to hear of it" settled heron
stop heron

step "crane: no network; a bundle carries what waits, and the word; the hub says that a bundle says so"
expect_status 0 baraza add --state crane "The market burned." --passphrase-file "$PASS"
expect_status 0 baraza wipe --emergency --yes --state crane --json
expect_contains "the JSON" "$(cat out)" \
    "{\"destroyed\":[{\"key\":\"$crane\",\"last\":3}],\"carried\":1,\"lost\":0,\"drafts\":0}"
mkdir stick
expect_status 0 baraza bundle out stick --state crane
expect_status 0 baraza bundle in stick --state hub
in_record contribution 6
expect_status 0 baraza status --state hub --json
expect_contains "the hub's JSON" "$(cat out)" \
    "{\"key\":\"$crane\",\"last\":3,\"entries\":4,\"received\":4,\"by\":\"bundle\",\"revoked\":false}"
expect_status 0 baraza who --state hub
expect_contains "who" "$(grep "^${crane:0:8}" out)" "a bundle says so, ask her"

step "ibis: the outbox too; what the hub has not is gone, and the hub shows how much"
stop hub
expect_status 0 baraza add --state ibis "The bridge is mined." --passphrase-file "$PASS"
expect_status 0 baraza add --state ibis "The school is closed." --passphrase-file "$PASS"
expect_status 0 baraza wipe --emergency --outbox-too --yes --state ibis
expect_contains "what is said" "$(cat out)" "2 are lost for ever"
expect_equal "what is left of the keys" "$(ls ibis/keys | tr '\n' ' ')" "transport "
start_hub
expect_status 75 baraza sync --state ibis --timeout 8
wait_until 20 "the hub to show it" eval "baraza status --state hub | grep -q '^${ibis:0:8}'"
expect_status 0 baraza status --state hub
expect_contains "what the hub shows" "$(grep "^${ibis:0:8}" out)" \
    "last known number 4; 3 of 5 entries are in the record"

step "the registrar revokes; heron joins anew in the same state, with new keys, and writes on"
expect_status 0 baraza revoke "$heron" --reason retired --as registrar --state founder \
    --passphrase-file "$PASS"
expect_status 0 baraza invite --state founder --as registrar --role facilitator --out again.invitation \
    --passphrase-file "$PASS"
sync founder
expect_status 0 baraza join again.invitation --name Heron --state heron --passphrase-file "$PASS"
expect_status 0 baraza add --state heron --session XM-KIV-2026-005 "We are safe." --passphrase-file "$PASS"
expect_status 0 baraza unlock --state heron --passphrase-file "$PASS"
expect_status 0 baraza list --state heron
expect_contains "what was written anew" "$(cat out)" "We are safe."
[[ $(cat out) != *poisoned* ]] || die "what was wiped is shown"
sync heron
in_record contribution 7
expect_status 0 baraza status --state heron
[[ $(cat err) != *destroyed* ]] || die "it is still said that the keys are destroyed"
expect_status 0 baraza who --state hub
expect_contains "who" "$(grep "^${heron:0:8}" out)" "retired"
expect_status 0 baraza lock --state heron
stop hub
