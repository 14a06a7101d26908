#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Receipts: one file that says that an entry is in the record, made at the site, at the hub or from an export, and
# checked elsewhere with nothing but the charter or its fingerprint. What is forged, cut or of others is refused.
. "$(dirname "$0")/lib.sh"

CODE=XM-KIV-2026-003
b() {
    local status=$1
    shift
    expect_status "$status" baraza "$@" --state heron --passphrase-file "$PASS"
}
# elsewhere STATUS ARGUMENT...: on a computer that has nothing of the consultation.
elsewhere() {
    local status=$1
    shift
    expect_status "$status" env XDG_DATA_HOME="$WORK/elsewhere" baraza "$@"
}
id_of() {
    baraza list --state heron --json --passphrase-file "$PASS" | grep -F "$1" | head -n 1 | grep -o '"id":"[^"]*' |
        cut -d'"' -f4
}

step "who asks too early is told which tick it has"
found
site heron
b 0 add "The well is dry."
b 0 add "The road is unsafe."
well=$(id_of "The well")
b 75 receipt "$well" --out well.receipt
expect_contains "saved only" "$(cat err)" "it is saved, and not received by the hub yet"
[ ! -e well.receipt ] || die "a receipt was made of what is not in the record"
b 66 receipt 00000000
b 2 receipt

step "confirmed: the site makes a receipt, also of what a later entry of the notebook proves, and the slip beside it"
start_hub
sync founder heron
in_record contribution 2
b 0 receipt "${well:0:12}" --out well.receipt --slip-page slip.html --language ar --second en --json
expect_equal "whose" "$(field id out)" "$well"
b 73 receipt "$well" --out well.receipt
expect_contains "the slip" "$(cat slip.html)" "لقد سُمع صوتك"
grep -q "well is dry\|$CODE" well.receipt slip.html && die "a receipt or slip says too much"
b 0 session open XM-KIV-2026-004 --area XM-KIV
sync heron
in_record session 2
last=$(baraza log --state hub --json | grep '"session"' | tail -n 1 | grep -o '"id":"[^"]*' | cut -d'"' -f4)
b 0 receipt "$last" --out last.receipt

step "at the hub and from an export: of any entry, without the notebook around it"
expect_status 0 baraza receipt "$well" --state hub --out hub.receipt
expect_status 2 baraza receipt "$well" --state hub --out never.receipt --slip-page never.html
expect_status 0 baraza export --state hub --out bare.export
elsewhere 0 receipt "$well" --record bare.export --charter founder/charter --out export.receipt
cmp -s hub.receipt export.receipt || die "hub and export say different things of one entry"

step "checked elsewhere: by the charter, by its fingerprint, and not without"
for file in well last hub; do
    elsewhere 0 receipt --check $file.receipt --charter founder/charter
    expect_contains "$file" "$(cat out)" "GOOD  $file.receipt"
    elsewhere 2 receipt --check $file.receipt
    print=$(sed -n '/^  --charter/s/.*"\(.*\)"/\1/p' err)
    elsewhere 0 receipt --check $file.receipt --charter "$print" --json
    expect_contains "$file" "$(cat out)" '"good":true'
done
elsewhere 0 receipt --check well.receipt --charter founder/charter --json
expect_equal "what is proved" "$(field id out)" "$well"
elsewhere 0 verify --proof well.receipt --charter founder/charter
elsewhere 2 verify --proof well.receipt
elsewhere 2 receipt --check well.receipt --record bare.export
b 0 receipt --check well.receipt

step "a proof and its entry: the charter's file says the log's key, its fingerprint alone does not"
expect_status 0 baraza prove "$well" --state hub --out plain
elsewhere 0 verify --proof plain.tlog-proof --leaf plain.entry --charter founder/charter
elsewhere 2 verify --proof plain.tlog-proof --leaf plain.entry --charter "$print"
elsewhere 2 verify --proof plain.tlog-proof --leaf plain.entry
expect_contains "the fingerprint to compare" "$(cat err)" "$print"
elsewhere 2 verify --proof plain.tlog-proof --charter founder/charter
b 0 verify --proof plain.tlog-proof --leaf plain.entry

step "what is not a good receipt is refused with a reason"
refuse() {
    elsewhere 1 receipt --check "$1" --charter founder/charter
    expect_contains "the verdict on $1" "$(cat out)" "NOT GOOD"
}
mkdir other && cd other || exit 1
expect_status 0 baraza hub init "Another" --state hub --founder founder --prefix records.example.org/other \
    --address 127.0.0.1:9 --passphrase-file "$PASS"
cd ..
elsewhere 1 receipt --check well.receipt --charter other/founder/charter
expect_contains "the reason" "$(cat out)" "of another consultation"
size=$(stat -c %s well.receipt)
for cut in 1 2 100 $((size / 2)) $((size - 10)); do
    head -c -"$cut" well.receipt >bent
    refuse bent
done
sed 's/^index \(.*\)/index 1\1/' well.receipt >bent
refuse bent
sed '2s/A/B/' hub.receipt >bent
refuse bent
sed '2d' well.receipt >bent
refuse bent
(sed -n '1,2p' well.receipt && sed '1,2d' last.receipt) >bent # one entry's words with another's proof
refuse bent
head -c 2000000 /dev/zero >bent
refuse bent
: >bent
refuse bent
mkfifo pipe
elsewhere 65 receipt --check pipe --charter founder/charter
elsewhere 66 receipt --check nowhere --charter founder/charter
elsewhere 65 receipt --check well.receipt --charter well.receipt
