#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Forgotten passphrases and keyholders; a state that is taken away under a program that has it open.
. "$(dirname "$0")/lib.sh"

found
echo "reeds bend in the wind" >fresh
echo "owl's own words" >owls
echo "hawk's own words" >hawks
export BARAZA_STATE=$WORK/site

step "a keyholder has a file under her own passphrase, and a line to give away"
expect_status 0 baraza keyholder new Owl --out owl.keyholder --passphrase-file owls
cp out owl.line
expect_contains "the line" "$(cat out)" "baraza-keyholder/v1:"
expect_equal "mode of the key file" "$(stat -c %a owl.keyholder)" 600
expect_status 73 baraza keyholder new Owl --out owl.keyholder --passphrase-file owls
expect_status 0 baraza keyholder new Hawk --out hawk.keyholder --passphrase-file hawks --json
expect_contains "the line as JSON" "$(cat out)" '"line":"baraza-keyholder/v1:'
expect_status 0 baraza invite --state founder --as registrar --role facilitator --uses 2 --out heron.invitation \
    --passphrase-file "$PASS"

step "joining without one says what that means, with one it does not"
expect_status 65 baraza join heron.invitation --name Heron --keyholder "baraza-keyholder/v1:AAAA" \
    --passphrase-file "$PASS"
[ ! -e site ] || die "a join that failed left a state"
expect_status 0 baraza join heron.invitation --name Heron --keyholder owl.line --passphrase-file "$PASS"
[[ $(cat err) != *"nobody could help"* ]] || die "it is said that nobody could help although Owl can"
expect_status 0 baraza join heron.invitation --name Crane --passphrase-file "$PASS" --helper-passphrase-file "$PASS"
expect_contains "what is said without a keyholder" "$(cat err)" "nobody could help if Crane forgot"
expect_contains "what to do" "$(cat err)" "baraza keyholder add"
expect_status 0 baraza keyholder list
expect_contains "the list" "$(cat out)" "Heron: Owl"
expect_contains "the list" "$(cat out)" "Crane: nobody"
expect_status 0 baraza keyholder list --json
expect_contains "the list as JSON" "$(cat out)" '{"name":"Heron","keyholders":["Owl"]}'

step "one is named later, but not by whoever finds the computer unlocked"
expect_status 0 baraza unlock Crane --passphrase-file "$PASS"
expect_status 2 baraza keyholder add owl.line --as Crane
expect_contains "what is asked for" "$(cat err)" "a passphrase is needed"
expect_status 77 baraza keyholder add owl.line --as Crane --passphrase-file owls
expect_status 0 baraza keyholder add owl.line --as Crane --passphrase-file "$PASS"
expect_status 0 baraza keyholder drop Owl --as Crane --passphrase-file "$PASS"
expect_status 66 baraza keyholder drop Owl --as Crane --passphrase-file "$PASS"

step "a forgotten passphrase is replaced, by her keyholder only"
expect_status 0 baraza session open XM-KIV-2026-003 --area XM-KIV --as Heron --passphrase-file "$PASS"
expect_status 0 baraza add --as Heron "The ford is gone." --passphrase-file "$PASS"
expect_status 77 baraza recover Heron --with hawk.keyholder --keyholder-passphrase-file hawks --passphrase-file fresh
expect_contains "what is said of another's key" "$(cat err)" "Hawk is no keyholder of Heron"
expect_status 77 baraza recover Heron --with owl.keyholder --keyholder-passphrase-file hawks --passphrase-file fresh
expect_contains "what is said of a wrong passphrase" "$(cat err)" "does not open the file of keyholder Owl"
expect_status 65 baraza recover Heron --with owl.line --keyholder-passphrase-file owls --passphrase-file fresh
expect_contains "what is said of the line alone" "$(cat err)" "only the public line"
expect_status 77 baraza recover Crane --with owl.keyholder --keyholder-passphrase-file owls --passphrase-file fresh
cp site/keys/keyring before
expect_status 0 baraza recover Heron --with owl.keyholder --keyholder-passphrase-file owls --passphrase-file fresh
! cmp -s before site/keys/keyring || die "the keyring is the old one"
[ "$(ls site/keys)" = "$(printf '%s\n' invitation keyring keyring.lock outbox transport)" ] ||
    die "something else lies beside the keyring: $(ls site/keys)"
expect_status 0 baraza lock
expect_status 77 baraza add --as Heron "With the old one." --passphrase-file "$PASS"
expect_status 0 baraza add --as Heron "The well is dry." --passphrase-file fresh
expect_status 0 baraza list --passphrase-file fresh
expect_contains "what was written before" "$(cat out)" "The ford is gone."
expect_status 77 baraza passphrase Heron --passphrase-file "$PASS" --new-passphrase-file owls
expect_status 0 baraza passphrase Heron --passphrase-file fresh --new-passphrase-file "$PASS"
expect_status 0 baraza add --as Heron "The bridge holds." --passphrase-file "$PASS"
expect_status 0 baraza recover Heron --with owl.keyholder --keyholder-passphrase-file owls --passphrase-file fresh
! grep -rqaE "reeds bend|own words|phrase for trials" site founder hub owl.keyholder ||
    die "a passphrase is on the disk"

step "whatever is wrong with the rest of a state, its keys are locked; who does not answer is not taken for locked"
cp -a site/conf site/charter .
start site baraza-node
wait_until 10 "the daemon" grep -q node.ready site.log
for harm in "odd = setting" ""; do
    expect_status 0 baraza unlock Crane --passphrase-file "$PASS"
    [ -n "$harm" ] && echo "$harm" >>site/conf || rm site/charter
    baraza lock >out 2>err
    cp -a conf charter site/
    expect_status 0 baraza status
    [[ $(cat out) != *Unlocked* ]] || die "somebody is unlocked after baraza lock"
    running site || start site baraza-node
done
expect_status 0 baraza unlock Crane --passphrase-file "$PASS"
kill -STOP "${e2e_pid[site]}"
expect_status 75 baraza lock --quiet
expect_contains "what is said then" "$(cat err)" "SWITCH THIS COMPUTER OFF NOW"
expect_status 0 baraza status
expect_contains "the status" "$(cat out)" "Whoever is unlocked may still be"
kill -CONT "${e2e_pid[site]}"
expect_status 0 baraza lock
expect_status 0 baraza status
[[ $(cat out) != *nlocked* ]] || die "somebody is unlocked, or may be: $(cat out)"
stop site

step "a file without an end of line is no passphrase, however large it is"
truncate -s 1G endless
expect_status 2 timeout 10 baraza unlock Crane --state site --passphrase-file endless
expect_contains "the reason" "$(cat err)" "longer than"

step "whoever ends a question at the terminal has a terminal again that shows what is typed"
cat >ask.sh <<'TEXT'
trap : INT
baraza unlock Crane --state site
stty -a | grep -oE -- '-?echo ' >echo.now
TEXT
{ sleep 1.5; printf '\003'; sleep 1.5; } | script -qec "bash ask.sh" /dev/null >out 2>&1
expect_contains "it was asked" "$(cat out)" "assphrase"
expect_equal "the terminal" "$(cat echo.now)" "echo "
