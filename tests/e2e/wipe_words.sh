#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# The ordinary wipe: words leave a computer once the hub has them, with a receipt for each, and their forum is sealed.
. "$(dirname "$0")/lib.sh"

found
start_hub
newcomer stork facilitator
sync founder stork

step "what has no receipt stays, and so does what belongs to a forum that is not sealed"
at=(--state stork --passphrase-file "$PASS")
for code in XM-KIV-2026-011 XM-KIV-2026-012; do
    expect_status 0 baraza session open $code --area XM-KIV "${at[@]}"
    for n in 1 2 3; do
        expect_status 0 baraza add "Word $n of $code." --session $code "${at[@]}"
    done
done
sync stork
expect_status 0 baraza wipe --yes "${at[@]}"
expect_contains "before a seal" "$(cat out)" "wiped the words of 0 entries"
expect_contains "why" "$(cat out)" "kept 6: their forum is not sealed"
expect_status 0 baraza session attendance XM-KIV-2026-011 female:18-35:3 "${at[@]}"
expect_status 0 baraza session seal XM-KIV-2026-011 --yes "${at[@]}"
expect_status 0 baraza wipe --yes "${at[@]}"
expect_contains "before the seal has a receipt" "$(cat out)" "wiped the words of 0 entries"
sync stork
stop hub
expect_status 0 baraza add "Word 4 of XM-KIV-2026-012." --session XM-KIV-2026-012 "${at[@]}"
expect_status 2 baraza wipe --before tomorrow "${at[@]}"
expect_status 0 baraza wipe --yes --before 2000-01-01 "${at[@]}"
expect_contains "all is later" "$(cat out)" "written on that day or after it"
cp stork/keys/keyring before.keyring
echo "reeds bend in the wind" >fresh
expect_status 0 baraza keyholder new Owl --out owl.keyholder --passphrase-file "$PASS"
expect_status 0 baraza keyholder add owl.keyholder "${at[@]}"
expect_status 0 baraza unlock "${at[@]}"
expect_status 0 baraza wipe --yes --json "${at[@]}"
expect_contains "what goes" "$(cat out)" \
    '{"wiped":3,"kept_waiting":1,"kept_without_receipt":0,"kept_forum_not_sealed":3,'
! cmp -s stork/keys/keyring before.keyring || die "the store key was not renewed"
expect_status 0 baraza list --state stork
expect_equal "what is left to read" "$(grep -c 'Word' out)" 4
expect_equal "what is shown of the others" "$(grep -c '(wiped)' out)" 3
[[ $(cat err) != *damaged* ]] || die "what was wiped is said to be damaged"
expect_status 0 baraza status --state stork
expect_contains "the reconciling line" "$(cat out)" "7 saved = 6 received + 1 pending + 0 refused; 6 confirmed"
[[ $(cat out err) != *amaged* ]] || die "what was wiped is counted as damaged"
expect_status 0 baraza wipe --yes "${at[@]}"
expect_contains "again" "$(cat out)" "wiped the words of 0 entries"
expect_status 0 baraza lock --state stork
# A keyholder's box outlasts the renewal of the store key.
expect_status 0 baraza recover --with owl.keyholder --keyholder-passphrase-file "$PASS" --passphrase-file fresh \
    --state stork
expect_status 0 baraza list --state stork --passphrase-file fresh
expect_equal "what is left to read" "$(grep -c 'Word' out)" 4
expect_status 0 baraza passphrase --passphrase-file fresh --new-passphrase-file "$PASS" --state stork
start_hub
sync stork
stop hub
