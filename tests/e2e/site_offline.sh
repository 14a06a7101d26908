#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# A site without network, from an invitation on a stick to contributions that are signed and on disk; who may read
# them, what is refused and in which words. Nothing here needs a hub that runs.
. "$(dirname "$0")/lib.sh"

echo "three herons stand in the reeds" >pass
echo "another one" >other
export BARAZA_STATE=$WORK/site

# id JSON: the first id in it.
id() {
    sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p' <<<"$1" | head -n 1
}

step "a consultation is founded; the founder's state is apart from the hub's"
expect_status 0 baraza hub init "Practice in Marisola" --prefix records.example.org/practice --state hub \
    --founder founder --address 127.0.0.1:4740 --language fr --language en --practice --passphrase-file pass
expect_contains "what hub init says" "$(cat out)" "practice, not real"
expect_contains "the mark" "$(cat err)" "PRACTICE, NOT REAL"
fingerprint=$(sed -n 3p out)
[ -e hub/keys/log ] && [ ! -e hub/keys/keyring ] || die "the hub's keys are not where they belong"
[ -e founder/keys/keyring ] && [ ! -e founder/keys/log ] || die "the founder's keys are not where they belong"
expect_equal "mode of the hub's log key" "$(stat -c %a hub/keys/log)" 600
expect_equal "mode of the state" "$(stat -c %a founder)" 700
expect_status 73 baraza hub init "Again" --prefix records.example.org/practice --state hub --founder founder2 \
    --address 127.0.0.1:4740 --passphrase-file pass
[ ! -e founder2 ] || die "a founding that failed left a founder's state"
expect_status 0 baraza who --state hub
expect_contains "the hub's roster" "$(cat out)" "registrar, secretariat"

step "an invitation is handed over; joining needs no network"
expect_status 0 baraza invite --state founder --as registrar --role facilitator --area XM-KIV --uses 2 \
    --out heron.invitation --passphrase-file pass
expect_equal "mode of the invitation" "$(stat -c %a heron.invitation)" 600
expect_status 0 baraza join heron.invitation --name Heron --passphrase-file pass
expect_contains "what join says" "$(cat out)" "${fingerprint# }"
sed 's/^\(.\{40\}\)A/\1B/;t;s/^\(.\{40\}\)./\1A/' heron.invitation >damaged
expect_status 65 baraza join damaged --name Crane --state third --passphrase-file pass
expect_contains "what is said of a damaged invitation" "$(cat err)" "copy it again, whole"
expect_status 2 baraza join heron.invitation --name $'Cra\x1b[31mne' --state third --passphrase-file pass
expect_contains "a name that would colour the terminal" "$(cat err)" "no control characters"
expect_status 2 baraza status --state ""
expect_contains "no state named" "$(cat err)" "--state needs a directory"
[ ! -e third ] || die "a join that failed left a state"

step "a second person on the same computer has her own passphrase"
expect_status 0 baraza join heron.invitation --name Acacia --passphrase-file other --helper Heron \
    --helper-passphrase-file pass
expect_status 2 baraza session open XM-KIV-2026-003 --area XM-KIV --passphrase-file pass
expect_contains "what is said when two people write" "$(cat err)" "--as NAME"
expect_status 77 baraza session open XM-KIV-2026-003 --area XM-KIV --as Acacia --passphrase-file pass
expect_contains "what is said of a wrong passphrase" "$(cat err)" "does not unlock Acacia"

step "what is said is saved: from arguments, from standard input, byte for byte but for NFC"
expect_status 66 baraza add --as Heron too early --passphrase-file pass
expect_contains "what is said before a forum is open" "$(cat err)" "no forum is open here"
expect_status 0 baraza session open XM-KIV-2026-003 --area XM-KIV --lang sw --title "Kivandi" --as Heron \
    --passphrase-file pass
expect_status 0 baraza unlock Heron --passphrase-file pass
expect_status 0 baraza add --as Heron --group women --kind threat --theme land-disputes They took the land.
expect_contains "what add says" "$(cat out)" "saved "
printf 'cafe\xcc\x81\n\n' >decomposed
baraza add --as Heron --lang fr --json <decomposed >out || die "add from standard input failed"
expect_contains "what add --json says" "$(cat out)" '"state":"saved"'
second=$(id "$(cat out)")
expect_status 0 baraza show "${second:0:7}" --json
expect_contains "the text" "$(cat out)" '"text":"café"'
expect_status 2 baraza add --as Heron --kind thread x
expect_contains "a misspelt kind" "$(cat err)" 'did you mean "threat"'
expect_status 65 baraza add --as Heron --flag child "something nobody should write down"
expect_contains "what is said of a child" "$(cat err)" "Nothing was saved"
expect_status 2 baraza add --as Heron --forum XM "an option that is none"
expect_status 0 baraza status
expect_contains "the reconciling line" "$(cat out)" "2 saved = 0 received + 2 pending + 0 refused"

step "locked, the words are not shown; nothing of them lies on the disk"
expect_status 0 baraza list
expect_contains "the list" "$(cat out)" "They took the land."
expect_status 0 baraza lock --json
expect_contains "what lock --json says" "$(cat out)" '"locked":["Heron","Acacia"]'
expect_status 2 baraza list --only waitin
expect_contains "a misspelt state" "$(cat err)" 'did you mean "waiting"'
expect_status 66 baraza list --session XM-KIV-1999-001
expect_status 0 baraza list
[[ $(cat out) != *"took the land"* ]] || die "the words are shown although nobody is unlocked"
! grep -rq "They took the land" site || die "words that were said lie open on the disk"
! grep -rq "three herons" site founder hub || die "a passphrase lies on the disk"

step "words given as arguments are hidden from others while a passphrase is awaited"
mkfifo awaited
exec 8<>awaited
baraza add --as Heron --summary "About the ford." "The ford is gone." --passphrase-file - <awaited >out 2>err &
adding=$!
wait_until 10 "the arguments to be hidden" eval "line=\$(tr '\\0' ' ' </proc/$adding/cmdline) && \
    [[ \$line == *--as* && \$line != *ford* ]]"
kill -0 $adding || die "add did not wait for its passphrase"
kill $adding
wait $adding 2>/dev/null
exec 8>&-

step "a copied state begins a new notebook and loses nothing"
cp -a site copy
expect_status 0 baraza add --state copy --as Heron "after the copy" --passphrase-file pass
expect_contains "what is said of a copied state" "$(cat err)" "goes on in a new notebook"
expect_status 0 baraza list --state copy --all --json --passphrase-file pass
expect_contains "the copy's notebooks" "$(cat out)" '"entry":"resume"'
expect_equal "contributions in the copy" "$(grep -c '"entry":"contribution"' out)" 3

step "settings: file, then environment, then flags; what is unknown is refused"
echo "language = pt" >>site/conf
expect_status 0 baraza --print-config
expect_contains "the configuration" "$(cat out)" "language = pt"
BARAZA_LANGUAGE=ar expect_status 0 baraza --print-config
expect_contains "the configuration" "$(cat out)" "language = ar"
echo "langauge = pt" >>site/conf
expect_status 78 baraza status
expect_contains "what is said of a misspelt key" "$(cat err)" "langauge"
sed -i '/langauge/d' site/conf
chmod go+rx site
expect_status 77 baraza status
expect_contains "what is said of an open state" "$(cat err)" "chmod go-rwx"
expect_status 66 baraza status --state nowhere
expect_contains "what is said where there is no state" "$(cat err)" "baraza join"
expect_status 2 baraza lst
expect_contains "a misspelt command" "$(cat err)" 'did you mean "list"'
step "practice is marked in all that is shown, and a real consultation is not"
HUB_PORT=$(free_port)
start_hub
stop hub
expect_contains "the hub's log" "$(cat hub.log)" practice=yes
for command in "status" "list" "session list" "who" "who --state $WORK/hub" "export --state $WORK/hub --out p.export" \
    "verify p.export --charter $WORK/hub/charter"; do
    chmod go-rwx "$WORK/site"
    # shellcheck disable=SC2086
    expect_status 0 baraza $command --quiet --passphrase-file "$WORK/pass"
    expect_equal "the mark of $command" "$(grep -c '^=== PRACTICE, NOT REAL ===$' err)" 1
    # shellcheck disable=SC2086
    [[ $command == export* ]] || baraza $command --json --passphrase-file "$WORK/pass" >marked.json 2>err </dev/null ||
        die "$command --json failed: $(cat err)"
    expect_equal "lines of $command --json without the mark" "$(grep -vc '"practice":true' marked.json)" 0
done
expect_status 0 baraza hub init "Real" --prefix records.example.org/real --state real --founder real-founder \
    --address 127.0.0.1:4740 --passphrase-file pass
expect_equal "the mark of a real one" "$(grep -c PRACTICE err)" 0
expect_status 0 baraza who --state real --json
! grep -q practice out || die "a real consultation was marked"

for command in "hub init" invite join grant approve revoke accept-late who unlock lock passphrase recover wipe \
    "keyholder new" "keyholder add" "keyholder drop" "keyholder list" "session open" "session list" \
    add import list show status \
    sync export verify prove "clause add" "clause list" "clause show" link respond trace gap log; do
    # shellcheck disable=SC2086
    expect_status 0 baraza $command --help
    expect_contains "help of $command" "$(cat out)" "examples:"
done
