#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# A forum day on paper: forms are printed with numbers and codes, typed in later, accounted for at the seal. What is
# printed shows no word that was said, and a slip's code tells its bearer what became of it and nothing else.
. "$(dirname "$0")/lib.sh"

CODE=XM-KIV-2026-003
b() {
    local status=$1
    shift
    expect_status "$status" baraza "$@" --state heron --passphrase-file "$PASS"
}
codes() { grep -o '"code" dir="ltr">[^<]*' "$1" | sed 's/.*>//'; }
pages() { grep -c "$2" "$1"; }
# no_network FILE: nothing in the page asks for anything from outside, and no script is in it.
no_network() {
    ! grep -Eiq '<(script|link|img|iframe|object)|url\(|@import|(src|href)=' "$1" ||
        die "$1 asks for something from outside"
    expect_contains "$1" "$(cat "$1")" "default-src 'none'"
}

step "twenty forms are printed before the forum, and five more at noon"
found
site heron
b 2 session forms $CODE --count 20
b 2 session forms $CODE --out forms.html
b 66 session forms $CODE --again --out forms.html
b 66 session forms XM-KIV-NOT-OPEN --count 20 --out forms.html
expect_contains "before the forum is open" "$(cat err)" "open it first, baraza session open"
b 0 session forms $CODE --count 20 --out forms.html --language fr --second ar --ask "Maison communale" --json
expect_equal "forms" "$(field forms out)" 20
b 73 session forms $CODE --count 5 --out forms.html
b 0 session forms $CODE --count 5 --out more.html --group women --group youth
b 73 session forms $CODE --count 5 --from 24 --out never.html
b 65 session forms XM-KIV-2026-003 --count 5 --from 99998 --out never.html
[ ! -e never.html ] || die "a page was written that must not be"
no_network forms.html
expect_equal "forms on the page" "$(pages forms.html '<section class="form">')" 20
codes forms.html >codes
expect_equal "different codes" "$(sort -u codes | wc -l)" 20
for words in "Votre parole a été entendue." "لقد سُمع صوتك" 'dir="rtl"' "Maison communale" "groupe de femmes" ">20<"; do
    expect_contains "the forms" "$(cat forms.html)" "$words"
done
expect_equal "groups on the others" "$(grep -o "women's group\|>youth\|elders" more.html | sort -u | wc -l)" 2
b 0 session forms $CODE --again --out again.html
expect_equal "forms printed once more" "$(pages again.html '<section class="form">')" 25
[ "$(codes again.html | head -n 20)" = "$(cat codes)" ] || die "a form was printed again with another code"
grep -aqF "$(sed -n 7p codes)" heron/store/data.mdb && die "a code lies on the disk as it is read"

step "three are typed in: by number, by number and code; never twice, never with another's code"
seven=$(sed -n 7p codes)
b 0 add --form 7 --written-by "Second table" --typed-by Heron "The well is dry."
expect_contains "what is said" "$(cat out)" "slip $seven"
b 73 add --form 7 "The well is dry again."
expect_contains "why" "$(cat err)" "form 7 of $CODE was typed in before"
b 0 add --form 8 --slip "$(sed -n 8p codes | tr 'A-Z0' 'a-zo' | tr -d -)" "The school has no roof."
b 65 add --form 9 --slip "$(sed -n 10p codes)" "Whose form is this?"
expect_contains "why" "$(cat err)" "is the code of form 10, not of form 9"
b 65 add --form 9 --slip "${seven:0:10}$([ "${seven:10}" = A ] && echo B || echo A)" "A letter is wrong."
b 65 add --form 26 "Printed elsewhere."
expect_contains "what to do" "$(cat err)" "with --slip"
b 73 add --form 26 --slip "$seven" "A code that is taken."
b 2 add --slip "$seven" "A code without a form."
b 0 add --form 12 "Nobody answers the phone."
b 0 add "Said aloud, not on paper."
said=$(grep '^slip' out | cut -d' ' -f2)
grep -aqF "$seven" heron/store/data.mdb && die "a code lies on the disk as it is read"

step "the seal accounts for every form that was printed, and names those that are missing"
b 65 session seal $CODE --yes --blank 19 --spoiled 2
expect_contains "what is missing" "$(cat err)" "1-6, 9-11, 13-25"
b 65 session seal $CODE --yes --forms 24 --blank 19 --spoiled 2
expect_contains "why" "$(cat err)" "25 forms were printed here for this forum, not 24"
b 65 session seal $CODE --yes --forms 26 --blank 21 --spoiled 2
b 66 session sheet $CODE --out sheet.html
b 0 session attendance $CODE female:18-35:12 male:60-over:4
b 0 session seal $CODE --yes --blank 20 --spoiled 2
seal=$(sed -n 's/.*written on the sheet:  //p' out)
b 0 session show $CODE --json
expect_equal "forms under the seal" "$(field forms out)" 25

step "the sheet to sign, and the slips of what was not on paper: no word that was said is on a page"
for language in en fr pt ar; do
    b 0 session sheet $CODE --out sheet.html --force --language $language
    no_network sheet.html
    for words in "$CODE" "$seal" ">25<" ">20<" ">16<"; do
        expect_contains "the sheet ($language)" "$(cat sheet.html)" "$words"
    done
done
expect_contains "the sheet" "$(cat sheet.html)" '<html lang="ar" dir="rtl">'
b 0 session slips $CODE --out slips.html --ask "<Tuesdays> & Fridays" --second pt
no_network slips.html
expect_equal "codes on the slips" "$(codes slips.html)" "$said"
expect_contains "where to ask" "$(cat slips.html)" "&lt;Tuesdays&gt; &amp; Fridays"
expect_contains "the slip" "$(cat slips.html)" "A sua voz foi ouvida."
! grep -q "$CODE\|Marisola" slips.html || die "a slip says which forum it is from"
b 0 session slips $CODE --out every.html --forms
expect_equal "slips with those of forms" "$(codes every.html | wc -l)" 4
for page in *.html; do
    for words in "well is dry" "no roof" "the phone" "not on paper" "Second table"; do
        ! grep -q "$words" "$page" || die "$page holds words that were said"
    done
done

step "who comes with a slip learns how far it came, and nothing else"
ask() {
    local status=$1
    shift
    expect_status "$status" baraza slip "$@" --passphrase-file "$PASS"
    ! grep -q "well is dry\|no roof\|the phone\|not on paper\|$CODE\|XM-KIV\|women\|\"id\"" out ||
        die "a slip says too much: $(cat out)"
}
ask 0 "$seven" --state heron
expect_contains "before the exchange" "$(cat out)" "waits here to be sent"
ask 0 "$seven" --state heron --json --language pt
expect_equal "its state" "$(field state out)" waiting
expect_contains "in Portuguese" "$(cat out)" "aguarda aqui o envio"
ask 65 "${seven:0:9}" --state heron
other=$(sed -n 1p codes)
ask 66 "$other" --state heron
expect_status 77 baraza slip "$seven" --state heron

step "after it arrived: at the site, at the hub, and of an export"
start_hub
newcomer wren drafter
sync founder heron wren
in_record contribution 4
ask 0 "$seven" --state heron --language fr
expect_contains "in French" "$(cat out)" "figure définitivement au registre"
ask 0 "$seven" --state hub
expect_contains "at the hub" "$(cat out)" "There is no answer to it yet."
ask 66 "$other" --state hub
baraza export --state hub --parts --out words.export 2>/dev/null || die "no export"
baraza export --state hub --out bare.export 2>/dev/null || die "no export"
ask 66 "$seven" --state none --record bare.export --charter founder/charter
expect_contains "why" "$(cat err)" "the words are not in it"
baraza list --state heron --json --passphrase-file "$PASS" | grep "well is dry" >well
well=$(field id well)
grep -q "$seven" well && die "a listing shows a code beside the words"
baraza log --state hub --json | grep -q "$seven" && die "a listing of the hub shows a code beside the words"
baraza export --state hub --parts --json | grep -q "$seven" && die "an export's lines show a code beside the words"

step "somebody who may not answer has not answered"
newcomer crane facilitator
sync founder crane heron
expect_status 0 baraza respond "$well" --as accepted --reason "I say so." --record words.export --state crane \
    --passphrase-file "$PASS"
sync crane heron
in_record response 1
sync heron
baraza list --state heron --json --passphrase-file "$PASS" | grep "well is dry" >well
expect_equal "its tick" "$(field state well)" confirmed
ask 0 "$seven" --state heron
! grep -q "I say so" out || die "an answer without effect is shown"

step "the answer, with its public reason, in the participant's language"
expect_status 0 baraza respond "$well" --as referred --to "Water board" --reason "A pump is in next year's plan." \
    --record words.export --state wren --passphrase-file "$PASS"
sync wren heron
in_record response 2
sync heron
ask 0 "$seven" --state heron --language ar
expect_contains "in Arabic" "$(cat out)" "الرد: مُحال"
expect_contains "the reason" "$(cat out)" "A pump is in next year's plan."
expect_contains "to whom" "$(cat out)" "Water board"
ask 0 "$seven" --state hub --json
expect_equal "its state" "$(field state out)" answered
expect_equal "answers" "$(grep -o '"disposition"' out | wc -l)" 1

step "a slip is enough to take consent back, where the words are and at the secretariat"
b 0 withdraw --slip "$seven" --scope publish-text --reason "Not in print."
newcomer ibis protection
baraza export --state hub --parts --out words.export --force 2>/dev/null || die "no export"
eight=$(sed -n 8p codes)
sync founder ibis
expect_status 0 baraza withdraw --slip "$eight" --reason "She is afraid." --record words.export --state ibis \
    --passphrase-file "$PASS"
expect_status 66 baraza withdraw --slip "$other" --reason "Whose?" --record words.export --state ibis \
    --passphrase-file "$PASS"
b 2 withdraw --slip "$seven" 1234abcd --reason "Which?"
sync ibis heron
in_record withdrawal 2
ask 0 "$seven" --state heron
expect_contains "for some uses" "$(cat out)" "Consent was withdrawn for these uses: publish the text"
ask 0 "$eight" --state hub
expect_contains "wholly" "$(cat out)" "it is given out no more"

step "what was said is erased; the slip still says that it was heard, and what the answer was"
expect_status 2 baraza redact "$well" --slip "$seven" --part said --reason danger --authority speaker --yes --state ibis
expect_status 0 baraza redact --slip "$seven" --part said --reason consent-withdrawn --authority speaker --yes \
    --record words.export --state ibis --passphrase-file "$PASS"
sync ibis
in_record redaction 1
ask 0 "$seven" --state hub
expect_contains "at the hub" "$(cat out)" "What was said has been erased."
expect_contains "the answer" "$(cat out)" "A pump is in next year's plan."
sync heron
ask 0 "$seven" --state heron --json
expect_contains "at the site" "$(cat out)" '"erased":true'
b 0 session forms $CODE --again --out after.html
[ "$(codes after.html)" = "$(codes again.html)" ] || die "after an erasure the forms have other codes"

step "what is wiped here is asked for where the record is"
sync heron
b 0 wipe --yes
ask 66 "$seven" --state heron
expect_contains "why" "$(cat err)" "the words are not in it"
ask 0 "$seven" --state hub
b 0 session forms $CODE --again --out wiped.html
[ "$(codes wiped.html)" = "$(codes again.html)" ] || die "after a wipe the forms have other codes"
b 0 session sheet $CODE --out wiped-sheet.html
b 0 add "One who came late."
b 65 session seal $CODE --yes --blank 24 --spoiled 2
b 0 session seal $CODE --yes --blank 20 --spoiled 2
