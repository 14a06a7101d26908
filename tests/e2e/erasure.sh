#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Words are erased: a protection officer asks, the hub carries it out and says so, nothing on its disk opens them with
# any key there is, and everything that was proved is still proved. A device that was away, and a bundle made before,
# bring nothing back.
. "$(dirname "$0")/lib.sh"
every_key=$BARAZA_BIN/../tests/e2e/every_key
[ -x "$every_key" ] || skip "every_key was not built"

# id_of STATE TEXT: the id of the contribution with these words.
id_of() {
    baraza list --state "$1" --json | grep -F "$2" | head -n 1 | grep -o '"id":"[0-9a-f]*"' | cut -d'"' -f4
}

# carried_out N: the hub has said in the published record that N redactions are carried out. (Sites say it too.)
carried_out() {
    wait_until 20 "the hub to have carried out $1 redactions" eval \
        '[ "$(baraza log --state hub --kind erased --json | grep -c "\"author\":\"$hub_author\"")" -eq '"$1"' ]'
}

step "three sites, and a protection officer"
found
newcomer near facilitator
newcomer away facilitator
newcomer officer protection
newcomer drafter drafter
start_hub
sync founder
sync near away officer drafter
for who in near away officer drafter; do
    expect_status 0 baraza unlock $who --state $who --passphrase-file "$PASS"
done
for who in near away; do
    expect_status 0 baraza session open XM-KIV-2026-003 --area XM-KIV --state $who
done
hub_author=$(baraza who --state hub --json | grep '"hub"' | grep -o '"key":"[0-9a-f]*"' | head -n 1 | cut -d'"' -f4)
[ -n "$hub_author" ] || die "who is the hub's author?"
canary="The colonel took the herd at night."
better="Somebody took the herd at night, the tall colonel."
late="My cousin Odalo saw the graves by the river."
kept="The well is dry since the rains failed."
expect_status 0 baraza add --state near --group herders "$canary"
expect_status 0 baraza add --state near --group women "$kept"
night=$(id_of near "$canary")
well=$(id_of near "$kept")
expect_status 0 baraza correct "$night" --state near --reason misheard --text "$better"
sync near
expect_status 0 baraza clause add --type threat --title "Herds are stolen." --text "Herds are stolen at night." \
    --state drafter
clause=$(grep -o '[0-9a-f]\{8,\}' out | head -n 1)
expect_status 0 baraza link "$night" "$clause" --as originates --reason "said there" --record hub --state drafter
expect_status 0 baraza respond "$night" --as noted --reason "Patrols are planned." --record hub --state drafter
sync drafter
in_record response 1
expect_status 0 baraza export --parts --state hub --out before.baraza
expect_status 0 baraza verify before.baraza --charter hub/charter
expect_status 0 baraza prove "$night" --state hub --out night
proof_key=$(sed -n "s/.*--key '\(.*\)'/\1/p" out)
cp hub/keys/store old-store-key
old_key=$(head -c 64 old-store-key)

step "what away wrote stays there for now, and a bundle of it is made before anything is erased"
expect_status 0 baraza add --state away "$late"
far=$(id_of away "$late")
expect_status 0 baraza bundle out old.bundle --state away

step "only a protection officer, only parts there are, and only with a reason"
expect_status 2 baraza redact "$night" --reason danger --authority speaker --record hub --state officer
expect_contains "a redaction of nothing" "$(cat err)" "--part NAME"
expect_status 2 baraza redact "$night" --part saying --reason danger --authority speaker --record hub \
    --state officer --yes
expect_contains "a part that is not there" "$(cat err)" "context, said, speaker"
expect_status 65 baraza redact "$night" --part said --reason danger --authority speaker --record hub --state near --yes
expect_contains "somebody who may not" "$(cat err)" "only a protection officer"
expect_status 2 baraza redact "$night" --part said --reason danger --authority speaker --record hub --state officer
expect_contains "without being asked" "$(cat err)" "--yes"

step "two redactions, one of them of an entry that the record does not have yet"
expect_status 0 baraza redact "$night" --part said --part speaker --reason danger --authority speaker --record hub \
    --state officer --yes
expect_contains "what it does" "$(cat err)" "every site destroy these parts"
expect_contains "what it cannot do" "$(cat err)" "opened elsewhere"
expect_status 0 baraza redact "$far" --part said --reason names-a-person --authority protection --state officer --yes
sync officer
carried_out 1
wait_until 10 "the hub to have said it" grep -q redactions-carried-out hub.log
[ "$(head -c 64 hub/keys/store)" != "$old_key" ] || die "the store key is the same"
[ ! -e hub/keys/store.new ] && [ ! -e hub/keys/store.old ] || die "a key file was left behind"

step "what is erased is shown to nobody, and said to be erased"
expect_status 0 baraza log --state hub
expect_contains "the log" "$(cat out)" "(erased by entry "
expect_contains "the log" "$(cat out)" "carried out: redaction"
! grep -qF -e "$canary" -e "$better" out || die "the log shows erased words"
expect_contains "what was kept" "$(cat out)" "$kept"
expect_status 0 baraza show "$night" --state hub
expect_contains "the entry" "$(cat out)" "signature good, included, parts erased by entry "
expect_contains "the entry" "$(cat out)" "said: erased"
! grep -qF -e "$canary" -e "$better" out || die "show shows erased words"
expect_status 0 baraza show "$night" --state hub --json
expect_contains "the entry as JSON" "$(cat out)" '"erased":[{"part":"said","index":'
expect_status 0 baraza trace "$clause" --state hub
expect_contains "the trace" "$(cat out)" "(erased by entry "
expect_status 0 baraza clause show "$clause" --state hub
expect_contains "the clause's source" "$(cat out)" "(erased by entry "
! grep -qF "$canary" out || die "the clause's source shows erased words"
baraza gap --state hub >out 2>&1
[ $? -le 1 ] || die "gap: $(cat out)"

step "the export says so, and every proof still verifies"
expect_status 0 baraza export --parts --state hub --out after.baraza
! grep -qF -e "$canary" -e "$better" after.baraza || die "the export has erased words"
expect_status 0 baraza verify after.baraza --charter hub/charter
expect_contains "verify" "$(cat out)" "signature good, included, parts erased by entry "
expect_contains "verify" "$(cat out)" ": said, speaker"
expect_status 0 baraza verify after.baraza --charter hub/charter --json
expect_equal "entries with erased parts" "$(field erased out)" 2
expect_status 0 baraza verify --proof night.tlog-proof --leaf night.entry --key "$proof_key"
expect_status 0 baraza prove "$night" --state hub --out again
expect_contains "prove" "$(cat out)" "included, parts erased by entry "
expect_status 0 baraza export --state hub --out bare.baraza
expect_status 0 baraza verify bare.baraza --charter hub/charter
expect_status 0 baraza log --record after.baraza --charter hub/charter
expect_contains "the log of the export" "$(cat out)" "(erased by entry "

step "no key there is opens them on any page; the one that was destroyed would"
expect_status 0 "$every_key" hub "$canary" "$better" "$late"
expect_status 1 "$every_key" --key "$old_key" hub "$canary" "$better"
expect_contains "the destroyed key" "$(cat out)" "a sealed value opens to it"
expect_status 1 "$every_key" hub "$kept"

step "the device that was away: its entry is taken without what is erased, by network and by the old bundle"
expect_status 0 baraza bundle in old.bundle --state hub
sync away
in_record contribution 3
carried_out 2
expect_status 0 baraza show "$far" --state hub
expect_contains "the late entry" "$(cat out)" "parts erased by entry "
! grep -qF "$late" out || die "the late entry shows erased words"
expect_status 0 "$every_key" hub "$canary" "$better" "$late"
expect_status 0 baraza status --state away --json
expect_status 0 baraza export --parts --state hub --out last.baraza
expect_status 0 baraza verify last.baraza --charter hub/charter

step "a hub that is killed in the midst finishes at its next start"
for i in 1 2 3 4 5 6; do
    expect_status 0 baraza add --state near "Words number $i that will have to go away again."
done
sync near
in_record contribution 9
for i in 1 2 3 4 5 6; do
    said=$(id_of near "Words number $i that")
    expect_status 0 baraza redact "$said" --part said --reason danger --authority speaker --record hub \
        --state officer --yes
    expect_status 0 baraza sync --wait --timeout 60 --state officer --passphrase-file "$PASS"
    sleep "0.$((i * 17 % 10))"
    # A copy that was made of it meanwhile opens with the keys in it, or was not made.
    if baraza backup --state hub "backup-$i" >out 2>err; then
        expect_status 0 baraza export --parts --state "backup-$i" --out copy.baraza --force
    else
        expect_contains "a copy that was not made" "$(cat err)" "keys of the store were renewed"
    fi
    stop_hard hub
    start_hub
done
rm -rf backup-*
carried_out 8
wait_until 20 "the renewal to be over" eval '[ ! -e hub/keys/store.new ]'
expect_status 0 "$every_key" hub "Words number 1 that" "Words number 3 that" "Words number 6 that" "$canary"
expect_status 0 baraza export --parts --state hub --out end.baraza
expect_status 0 baraza verify end.baraza --charter hub/charter --json
expect_equal "entries with erased parts" "$(field erased out)" 9
stop hub
expect_status 0 "$every_key" hub "$canary" "$better" "$late"
