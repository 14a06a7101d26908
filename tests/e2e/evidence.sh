#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# A hub that signs two pasts is found out by a site within one exchange, and what the site holds proves it to others
# who never spoke with it.
. "$(dirname "$0")/lib.sh"

found
start_hub
site one
site two
sync founder
for name in one two; do
    expect_status 0 baraza add "Said at $name." --session XM-KIV-2026-003 --state $name --passphrase-file "$PASS"
    sync $name
done

step "an honest hub: what each site holds fits the record"
expect_status 0 baraza export --state hub --out record.baraza
for name in one two; do
    expect_status 0 baraza evidence --out $name.evidence --state $name
    expect_status 0 baraza evidence --check $name.evidence --record record.baraza --charter hub/charter
    expect_contains "it fits" "$(cat out)" "fit this record"
done
expect_status 73 baraza evidence --out one.evidence --state one
expect_contains "it says why" "$(cat err)" "--force"
grep -aq "Said at" one.evidence && die "words are in the evidence"

step "the hub shows one past to the first site, and another to the second"
stop hub
cp -a hub past
start_hub
expect_status 0 baraza add "Said, and then unsaid." --session XM-KIV-2026-003 --state one --passphrase-file "$PASS"
sync one
expect_status 0 baraza evidence --out one.evidence --force --state one
stop hub
rm -rf hub
mv past hub
start_hub
expect_status 0 baraza add "Another past." --session XM-KIV-2026-003 --state two --passphrase-file "$PASS"
sync two
expect_status 0 baraza evidence --out two.evidence --force --state two

step "the first site notices in its next exchange, keeps both signed records, and says so"
baraza sync --state one --timeout 20 >out 2>err
baraza status --state one >out 2>err
expect_contains "it says so" "$(cat out err)" "exclude each other"
expect_status 0 baraza evidence --out proof --state one
expect_status 1 baraza evidence --check proof --state two
expect_contains "a fork, by itself" "$(cat out)" "the hub signed two records of one size"
expect_status 1 baraza evidence --check proof --json --state two
expect_contains "for programs" "$(cat out)" "\"forked\""

step "beside the record that the hub gives out, each lie is named; the other site's words fit"
expect_status 0 baraza export --state hub --out other.baraza
expect_status 1 baraza evidence --check one.evidence --record other.baraza --charter hub/charter
expect_contains "the past" "$(cat out)" "rewritten"
expect_contains "what was dropped" "$(cat out)" "dropped"
expect_status 0 baraza evidence --check two.evidence --record other.baraza --charter hub/charter

step "an older record is no proof of a lie, and is not called good"
expect_status 1 baraza evidence --check two.evidence --record record.baraza --charter hub/charter
expect_contains "shorter" "$(cat out)" "ask for a newer copy"

step "a file that is none, cut, or of others is refused with a reason"
head -c 100 proof >cut
expect_status 65 baraza evidence --check cut --state two
expect_contains "the reason" "$(cat err)" "damaged or cut off"
expect_status 65 baraza evidence --check record.baraza --state two
expect_contains "the reason" "$(cat err)" "no file of evidence"
