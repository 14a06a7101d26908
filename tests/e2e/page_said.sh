#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# What people said, through the page: drafts that are signed, refused or stopped, their corrections, consent that is
# taken back, and what a slip's code tells.
. "$(dirname "$0")/lib.sh"

# draft N SESSION FIELDS: keeps draft number N of this test.
draft() {
    page draft/keep "$(printf '{"id":"d0%030d","session":"%s","version":0,"fields":%s}' "$1" "$2" "$3")" >/dev/null ||
        die "draft $1 is not kept"
}

# sign N...: signs these drafts; what came is in `signed`.
sign() {
    local ids n
    ids=$(for n in "$@"; do printf ',"d0%030d"' "$n"; done)
    page draft/sign '{"ids":['"${ids:1}"']}' >signed || die "nothing is signed: $(cat signed)"
}

# refused CALL JSON STATUS CODE
refused() {
    page "$1" "$2" >out 2>err && die "$1 $2 is done"
    expect_equal "the status of $1 $2" "$(cat err)" "$3"
    expect_contains "what is said to $1 $2" "$(cat out)" "\"code\":\"$4\""
}

found
site heron
start_page heron
export BARAZA_STATE=$WORK/heron
page_login
expect_status 0 baraza session open XM-KIV-2026-009 --area XM-KIV --scope record --scope publish-text
session=$(baraza session list --json | grep -F XM-KIV-2026-009 | grep -o '"id":"[0-9a-f]*"' | cut -d'"' -f4)

step "what can be chosen is named in the language that is asked for"
page codes '{"language":"fr"}' >codes || die "no codes"
for words in '"kinds":[{"code":"threat","label":"menace"}' '"code":"women","label":"' '"seal_to":["' \
    '"referral":"Merci' '"correction_reasons":[{"code":"misheard"' '"sexes":[' '"ages":['; do
    expect_contains "the codes" "$(cat codes)" "$words"
done
refused codes '{}' 422 not-right

step "drafts say what they need, and those that need nothing are signed together"
draft 1 "$session" '{"text":"They took the land.","groups":["women","youth"],"kind":"threat","themes":["land-disputes"],
    "support":"contested","hands":[34,50],"lang":"sw","summary":"Land was taken.","question":""}'
draft 2 "$session" '{"text":"The ford is gone."}'
draft 3 "$session" '{"text":"He is nine.","groups":["women"],"flags":["child"]}'
draft 4 "$session" '{"text":"Nobody agreed.","groups":["women"],"scopes":[]}'
draft 5 "$session" '{"text":"Only for two.","groups":["elders"],"sensitivity":"sealed"}'
draft 6 "$session" '{"groups":["women"],"flags":["child"],"no_words":true}'
draft 7 "$session" '{"text":"Who?","groups":["womn"]}'
page draft/list '{}' >list || die "no list"
for needs in '"needs":["groups"]' '"needs":["stop"]' '"needs":["consent"]' '"needs":[]'; do
    expect_contains "what drafts need" "$(cat list)" "$needs"
done
sign 1 2 3 4 5 6 7
expect_equal "how many are saved" "$(grep -o '"entry"' signed | wc -l)" 3
for code in group-needed stop consent-needed code-unknown; do
    expect_contains "the others" "$(cat signed)" "\"code\":\"$code\""
done
slip=$(field slip signed)
land=$(field entry signed)
page draft/list '{}' >list || die "no list"
expect_equal "drafts that stay" "$(grep -o '"version"' list | wc -l)" 4
cp signed first
sign 1
expect_equal "what is signed again is the same entry" "$(field entry signed)" "$land"
expect_equal "with the same slip" "$(field slip signed)" "$slip"
expect_equal "contributions here" "$(baraza list --json | wc -l)" 3

step "they are what was given, and what the forum says of the rest"
expect_status 0 baraza show "$land"
for words in "They took the land." "Land was taken." 'hands: [34,50]' 'support: contested' "publish-text" "sw"; do
    expect_contains "the contribution" "$(cat out)" "$words"
done
[[ $(cat out) != *question* ]] || die "a field that was empty is there"
expect_status 0 baraza list
expect_contains "what is sealed" "$(cat out)" "(sealed to"

step "numbered paper forms are typed in once, by who sits here"
draft 10 "$session" '{"text":"Bridges.","groups":["youth"],"form":7,"written_by":"Acacia"}'
draft 11 "$session" '{"text":"Bridges again.","groups":["youth"],"form":7}'
draft 12 "$session" '{"text":"Roads.","groups":["youth"],"form":8,"slip_code":"K7Q-42M-9XX"}'
sign 10 11 12
expect_equal "how many are saved" "$(grep -o '"entry"' signed | wc -l)" 1
for code in form-typed slip-wrong; do
    expect_contains "the others" "$(cat signed)" "\"code\":\"$code\""
done
expect_status 0 baraza show "$(field entry signed)"
for words in 'form: 7' 'written: Acacia' 'typed: Heron' 'channel: written'; do
    expect_contains "the form" "$(cat out)" "$words"
done

step "a correction has its reason, and says what is right"
refused correct '{"id":"'"$land"'","reason":"misherd","fields":{"text":"They took the sand."}}' 422 code-unknown
refused correct '{"id":"'"$land"'","reason":"misheard","fields":{}}' 422 correct-nothing
refused correct '{"id":"'"$land"'","reason":"wrong-context","fields":{"flags":["child"]}}' 422 stop
refused correct '{"id":"'"${land//[0-9a-f]/0}"'","reason":"misheard","fields":{"text":"x"}}' 422 correct-guard
page correct '{"id":"'"$land"'","reason":"misheard","why":"Rain.","fields":{"text":"They took the sand."}}' >out ||
    die "no correction: $(cat out)"
expect_contains "what came" "$(cat out)" '"entry":"'
expect_status 0 baraza show "$land"
for words in "[corrected: misheard]" "They took the sand." "Rain."; do
    expect_contains "the original and its correction" "$(cat out)" "$words"
done

step "a slip tells how far it came, and nothing of what was said; with it consent is taken back"
page slip '{"code":"'"${slip,,}"'","language":"fr"}' >out || die "the slip is not known"
expect_contains "how far" "$(cat out)" '"state":"waiting"'
expect_contains "in words" "$(cat out)" "C'est noté"
[[ $(cat out) != *land* ]] || die "the slip tells what was said"
refused slip '{"code":"K7Q-42M-9XX"}' 422 slip-wrong
refused withdraw '{"slip":"'"$slip"'","reason":" "}' 422 reason-empty
refused withdraw '{"slip":"'"$slip"'","scopes":["print"],"reason":"No."}' 422 code-unknown
refused withdraw '{"id":"'"${land//[0-9a-f]/0}"'","reason":"No."}' 404 entry-unknown
page withdraw '{"slip":"'"$slip"'","scopes":["publish-text"],"reason":"Not in print."}' >out || die "no withdrawal"
page withdraw '{"id":"'"$land"'","scopes":[],"reason":"She is afraid."}' >out || die "no withdrawal of all"
page slip '{"code":"'"$slip"'","language":"en"}' >out || die "the slip is not known"
expect_contains "what is said of it" "$(cat out)" "The consent to it was withdrawn"
expect_status 0 baraza show "$land"
expect_contains "the mark" "$(cat out)" "[withdrawn]"

step "what is not of its kind is refused, and changes nothing"
before=$(baraza list --json | sort | sha256sum)
many=$(printf ',"d0%030d"' {1..257})
for body in '{}' '{"ids":[]}' '{"ids":"d0"}' '{"ids":{}}' '{"ids":[5]}' '{"ids":["d0"]}' '{"ids":[null]}' \
    '{"ids":["'"${land:0:31}"'g"]}' '{"ids":['"${many:1}"']}'; do
    refused draft/sign "$body" 422 not-right
done
for body in '{}' '{"id":"'"$land"'"}' '{"id":"'"$land"'","fields":[]}' '{"id":"'"${land:1}"'","fields":{"text":"x"}}' \
    '{"id":"'"$land"'","reason":"misheard","fields":{"text":null}}' \
    '{"id":"'"$land"'","reason":"misheard","fields":{"hands":[-1,5]}}' \
    '{"id":"'"$land"'","reason":"misheard","fields":{"hands":[1.5,5]}}'; do
    refused correct "$body" 422 not-right
done
for fields in '{"text":5}' '{"groups":"women"}' '{"groups":[5]}' '{"hands":[1]}' '{"form":"7"}' '{"no_words":1}' \
    '{"text":"x","identity":"Amina Heron"}' '{"text":"x","sensitivity":"sealed"}'; do
    refused correct '{"id":"'"$land"'","reason":"misheard","fields":'"$fields"'}' 422 draft-wrong
done
refused correct '{"id":"'"$land"'","fields":{"text":"x"}}' 422 code-unknown
for body in '{}' '{"id":5,"reason":"x"}' '{"id":"'"$land"'","scopes":"record","reason":"x"}' \
    '{"id":"'"$land"'","scopes":[1],"reason":"x"}' '{"id":"'"$land"'","scopes":["two words"],"reason":"x"}'; do
    refused withdraw "$body" 422 not-right
done
refused slip '{"code":5}' 422 slip-wrong
expect_equal "what is here" "$(baraza list --json | sort | sha256sum)" "$before"

step "whoever is locked out signs nothing"
page lock >/dev/null
refused draft/sign '{"ids":["d0000000000000000000000000000002"]}' 401 locked
