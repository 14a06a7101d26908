#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# A hub that lies with good signatures (evil_hub.c bends its bundles): whatever one site can see it notices at once,
# believes none of it, keeps what it had, and holds a file that proves the lie to somebody who was not there.
. "$(dirname "$0")/lib.sh"
evil_hub=$BARAZA_BIN/../tests/e2e/evil_hub

found
mkdir stick down
site one
expect_status 0 baraza bundle out stick --state founder
expect_status 0 baraza bundle out stick --state one
expect_status 0 baraza bundle in stick --state hub
expect_status 0 baraza bundle out --all stick --state hub
expect_status 0 baraza bundle in stick --state one
cp -a one asked

# ask TEXT: the site says something more; the hub's honest answer is in down/.
ask() {
    rm -rf one stick down
    mkdir stick down
    cp -a asked one
    expect_status 0 baraza add "$1" --session XM-KIV-2026-003 --state one --passphrase-file "$PASS"
    expect_status 0 baraza bundle out stick --state one
    expect_status 0 baraza bundle in stick --state hub
    expect_status 0 baraza bundle out --all down --state hub
}

# lie KIND: takes in what the hub would have written, lying. Its words are in out and err.
lie() {
    local file
    rm -rf bent
    mkdir bent
    for file in down/*.bundle; do
        "$evil_hub" hub one "$1" "$file" "bent/${file##*/}" 2>>bending || true
    done
    [ -n "$(ls bent)" ] || die "nothing was bent for $1: $(cat bending)"
    baraza bundle in bent --state one >out 2>err
}

# counted: "saved received confirmed" of the contributions at the site.
counted() {
    baraza status --json --state one | sed 's/.*"entries":{\([^}]*\)}.*/\1/' | tr ',' '\n' |
        sed -n 's/"\(saved\|received\|confirmed\)":\([0-9]*\)/\2/p' | xargs
}

step "custody of other contents: not received, and the signed lie is kept"
ask "Said before the lie about custody."
before=$(counted)
lie custody
expect_equal "what counts as received" "$(counted)" "$before"
expect_status 0 baraza evidence --out custody.evidence --state one
expect_status 0 baraza export --state hub --out record.baraza
expect_status 1 baraza evidence --check custody.evidence --record record.baraza --charter hub/charter
expect_contains "the lie has its name" "$(cat out)" "false-custody"
expect_status 0 baraza bundle in down --state one
[ "$(counted)" != "$before" ] || die "the honest answer did not count afterwards"

step "a receipt for another place: not confirmed"
ask "Said before the replayed receipt."
before=$(counted | cut -d' ' -f3)
lie receipt
expect_equal "what counts as confirmed" "$(counted | cut -d' ' -f3)" "$before"
expect_contains "it is said" "$(cat out err)" "did not verify"
expect_status 0 baraza bundle in down --state one
[ "$(counted | cut -d' ' -f3)" != "$before" ] || die "the honest receipt did not count afterwards"

step "another record of the same size, and one that grew from another past: nothing of it is taken, both notes are kept"
for kind in past growth; do
    ask "Said before the record was changed: $kind."
    # The same size is seen after the honest answer; what grew differently is seen from where the site stands.
    [ $kind = growth ] || expect_status 0 baraza bundle in down --state one
    before=$(counted)
    lie $kind
    expect_contains "$kind is said" "$(cat out err)" "exclude each other"
    expect_equal "what counts" "$(counted)" "$before"
    baraza status --state one >out 2>err
    expect_contains "status says it from now on" "$(cat out err)" "exclude each other"
    expect_status 0 baraza evidence --out $kind.evidence --state one
    expect_status 0 baraza export --state hub --out record.baraza --force
    expect_status 1 baraza evidence --check $kind.evidence --record record.baraza --charter hub/charter
done
expect_status 1 baraza evidence --check past.evidence --state asked
expect_contains "a fork needs no record to be seen" "$(cat out)" "two records of one size"

step "a revocation kept from one site: it is noticed where a bundle of that site meets another one"
rm -rf stick down bent one two
mkdir stick down
cp -a asked one
site two
site gone
expect_status 0 baraza add "From the third site." --session XM-KIV-2026-003 --state gone --passphrase-file "$PASS"
for name in founder one two gone; do expect_status 0 baraza bundle out stick --state $name; done
expect_status 0 baraza bundle in stick --state hub
expect_status 0 baraza bundle out --all down --state hub
for name in founder one two gone; do baraza bundle in down --state $name >out 2>err; done
key=$(baraza list --json --state gone --passphrase-file "$PASS" | grep -o '"author":"[0-9a-f]*"' | head -n 1 |
    cut -d'"' -f4)
expect_status 0 baraza revoke "$key" --as registrar --reason compromised --state founder --passphrase-file "$PASS"
rm -f stick/* down/*
for name in founder one two; do expect_status 0 baraza bundle out stick --state $name; done
baraza bundle in stick --state hub >out 2>err || die "$(cat out err)"
expect_status 0 baraza bundle out --all down --state hub
mkdir bent
for file in down/*.bundle; do "$evil_hub" hub two withhold "$file" "bent/${file##*/}" 2>>bending || true; done
[ -n "$(ls bent)" ] || die "nothing was withheld: $(cat bending)"
baraza bundle in down --state one >out 2>err
expect_status 0 baraza bundle in bent --state two
expect_status 0 baraza who --state two
expect_contains "the second site does not know" "$(cat out | grep -c compromised)" "0"
rm -f stick/*
expect_status 0 baraza bundle out stick --state two
expect_status 1 baraza bundle in stick --state one
expect_contains "the first one says so at once" "$(cat err)" "was told something else"
expect_status 0 baraza status --state one
expect_contains "and what to do" "$(cat out)" "compare baraza who"

step "two sites that were told the same have nothing to say of it, also when one is behind"
rm -f stick/*
expect_status 0 baraza bundle out stick --state founder
baraza bundle in stick --state one >out 2>err
grep -q "something else" out err && die "$(cat err)"
expect_status 0 baraza bundle in down --state two
rm -f stick/*
expect_status 0 baraza bundle out stick --state two
