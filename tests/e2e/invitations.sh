#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# The ways an invitation goes: a letter and words over a telephone, a page to print, a code on the terminal. Each
# enrols at a hub that runs.
. "$(dirname "$0")/lib.sh"

invite() {
    expect_status 0 baraza invite --state founder --as registrar --role facilitator --area XM-KIV \
        --passphrase-file "$PASS" "$@"
}

step "words over a telephone, and a letter that is no secret"
found
invite --words --out heron.letter
sed -n '3,5p' out >words
expect_equal "words" "$(wc -w <words)" 18
expect_contains "the letter" "$(head -n 1 heron.letter)" "baraza/letter/v1"
expect_status 65 baraza join heron.letter --state heron --name Heron --passphrase-file "$PASS"
expect_status 65 baraza join heron.letter --words <(sed '1s/[a-z]*/xylophone/' words) --state heron --name Heron \
    --passphrase-file "$PASS"
sed '1s/[a-z]*/xylophone/' words >misheard
expect_status 65 baraza join heron.letter --words misheard --state heron --name Heron --passphrase-file "$PASS"
expect_contains "a word that is none" "$(cat err)" 'word 1, "xylophone"'
tac words >turned
expect_status 65 baraza join heron.letter --words turned --state heron --name Heron --passphrase-file "$PASS"
expect_contains "words in a wrong order" "$(cat err)" "misheard"
[ ! -e heron ] || die "a join that failed left a state"
tr 'a-z\n' 'A-Z ' <words >shouted
expect_status 0 baraza join heron.letter --words shouted --state heron --name Heron --passphrase-file "$PASS"
expect_status 2 baraza invite --state founder --as registrar --role facilitator --words --passphrase-file "$PASS"
invite --words --out other.letter --json
expect_contains "words in JSON" "$(cat out)" '"words":"'
expect_status 65 baraza join other.letter --words words --state other --name Other --passphrase-file "$PASS"

step "a page to print, and a code on the terminal"
invite --page egret.html --qr --language ar
expect_equal "mode of the page" "$(stat -c %a egret.html)" 600
expect_contains "the page, Arabic first" "$(head -n 2 egret.html)" 'lang="ar"'
for language in en fr pt ar; do
    expect_equal "sections in $language" "$(grep -c "<section lang=\"$language\"" egret.html)" 1
done
expect_equal "what the page would fetch" "$(grep -ciE '(src|href)=|url\(|@import' egret.html)" 0
expect_contains "the page's code" "$(cat egret.html)" "<svg "
expect_contains "the page's fingerprint" "$(cat egret.html)" \
    "$(sha256sum <(sed '/^$/,$d' founder/charter) | cut -c 1-4)"
[ "$(grep -c '█' out)" -gt 20 ] || die "no code on the terminal: $(cat out)"
sed -n 's/^<p class="text" dir="ltr">\(.*\)<\/p>$/\1/p' egret.html >egret.text
expect_status 0 baraza join egret.text --charter founder/charter --state egret --name Egret --passphrase-file "$PASS"
before=$(baraza status --state founder --json | field saved /dev/stdin)
expect_status 2 baraza invite --state founder --as registrar --role facilitator --out x.invitation \
    --address "not an address" --passphrase-file "$PASS"
expect_equal "what was saved of an invitation that nobody can use" \
    "$(baraza status --state founder --json | field saved /dev/stdin)" "$before"

step "both are enrolled once they meet the hub"
start_hub
sync founder heron egret
in_record enrol 2
stop hub

step "who opens a forum in an area that she was not invited for is told at once; in hers, nothing"
expect_status 0 baraza session open XM-LOM-2026-001 --area XM-LOM --state heron --passphrase-file "$PASS"
expect_contains "the area" "$(cat err)" "may not hold forums in XM-LOM"
expect_contains "the area, later" "$(baraza status --state heron)" "Forum XM-LOM-2026-001 counts for nothing"
expect_status 0 baraza session open XM-KIV-2026-901 --area XM-KIV-NIM --state heron --passphrase-file "$PASS"
! grep -q "may not hold" err || die "her own area: $(cat err)"
expect_equal "forums of hers that count for nothing" "$(baraza status --state heron | grep -c 'counts for nothing')" 1
