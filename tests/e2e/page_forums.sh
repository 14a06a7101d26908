#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# A forum at the page, by its calls as they go over the wire: one that is planned is opened with a click, who came is
# counted, nothing is sealed over drafts, nor what was not read back just so; shares, attestations, and what is printed.
. "$(dirname "$0")/lib.sh"

CODE=XM-KIV-2026-003
call() { # call STATUS NAME JSON [HEADER]: the reply goes to out; refused is expected for any STATUS but 200
    local wanted=$1 status=200
    shift
    page "$@" >out 2>err || status=$(cat err)
    expect_equal "the answer to $1 ($(tr -d '\0' <out))" "$status" "$wanted"
}
refused() { # refused STATUS TROUBLE NAME JSON
    call "$1" "${@:3}"
    expect_contains "what is said" "$(cat out)" "\"code\":\"$2\""
}
draft() { # draft NUMBER TEXT: keeps a draft at the forum $id
    local hex
    hex=$(printf '%032x' "$1")
    call 200 draft/keep '{"id":"'"$hex"'","session":"'"$id"'","version":0,"fields":{"text":"'"$2"'"}}'
}
ticket() { # ticket NAME JSON FILE: prints into a file
    call 200 "$1" "$2"
    "$BARAZA_BIN/../tests/e2e/page_call" --get "$PAGE_PORT" "/print/$(field ticket out)" >"$3" || die "no page to print"
}

step "what the secretariat planned comes down to the page, with who is invited; those of her area first"
found
newcomer heron facilitator
export BARAZA_STATE=$WORK/heron
expect_status 0 baraza forum plan XM-ZAM-2026-001 --area XM-ZAM --date 2026-03-01 --state founder --as registrar \
    --passphrase-file "$PASS"
expect_status 0 baraza forum plan $CODE --area XM-KIV --date 2026-03-04 --group women --group youth \
    --title "The people of Kivuli" --place "Market hall" --state founder --as registrar --passphrase-file "$PASS"
expect_status 0 baraza forum plan XM-KIV-2026-099 --area XM-KIV --date 2026-05-05 --title "The smugglers of Kivuli" \
    --state founder --as registrar --passphrase-file "$PASS" --json
plan=$(field id out)
start_hub
sync founder
expect_status 0 baraza guide show --state founder --json --passphrase-file "$PASS"
cp out guide.json
expect_status 0 baraza guide publish guide.json --state founder --as registrar --passphrase-file "$PASS"
sync founder heron
start_page heron
page_login
call 200 forums
expect_contains "what is planned" "$(cat out)" '"title":"The people of Kivuli","place":"Market hall","plan":"'
expect_contains "who is invited" "$(cat out)" '"date":"2026-03-04","groups":["women","youth"]'
expect_contains "what is open" "$(cat out)" '"open":[]'

step "it is opened by its plan; what is wrong is named and opens nothing"
refused 422 forum-field forum/open '{"plan":"'$CODE'","consent":{"scopes":["everything"]}}'
refused 422 forum-language forum/open '{"plan":"'$CODE'","languages":["not a tag"]}'
refused 422 forum-table forum/open '{"plan":"'$CODE'","tables":[{"name":"1"},{"name":"1"}]}'
refused 404 forum-plan-gone forum/open '{"plan":"XM-KIV-2026-999"}'
refused 422 forum-area forum/open '{"code":"XM-KIV-2026-999"}'
call 200 forum/open '{"plan":"'$CODE'","languages":["sw","fr"],"precision":"district","authorities":["police"],
    "interpreter":true,"tables":[{"name":"1","groups":["women"]},{"name":"2","groups":["youth","herders"]}],
    "consent":{"basis":"group-oral","scopes":["record","analyse"]},"defaults":{"channel":"oral-forum"}}'
id=$(field id out)
refused 409 forum-open forum/open '{"plan":"'$CODE'"}'
call 200 forums
for part in '"area":"XM-KIV","type":"town-hall"' '"title":"The people of Kivuli"' '"languages":["sw","fr"]' \
    '"tables":[{"name":"1","groups":["women"]},{"name":"2","groups":["youth","herders"]}]' '"precision":"district"' \
    '"consent":{"basis":"group-oral","scopes":["record","analyse"]}' '"drafts":0' '"sealed":false' \
    '"groups":["women","youth"]'; do
    expect_contains "the forum" "$(cat out)" "$part"
done
expect_equal "planned ones that are left" "$(grep -o '"plan":' out | wc -l)" 2
expect_contains "what one of them is called" "$(cat out)" "The smugglers of Kivuli"
expect_status 0 baraza show "$id" --json --passphrase-file "$PASS"
for part in '"interpreter":true' '"authorities":["police"]' '"date":"2026-03-04"'; do
    expect_contains "the session" "$(cat out)" "$part"
done

step "who came, as counts; the last one said counts and comes back"
refused 422 attendance-twice forum/attendance '{"id":"'"$id"'","rows":[{"sex":"female","age":"18-35","count":2},
    {"sex":"female","age":"18-35","count":3,"displaced":"unknown"}]}'
refused 422 attendance-code forum/attendance '{"id":"'"$id"'","rows":[{"sex":"Amina","age":"18-35","count":2}]}'
refused 422 attendance-count forum/attendance '{"id":"'"$id"'","rows":[]}'
call 200 forum/attendance '{"id":"'"$id"'","rows":[{"sex":"female","age":"18-35","count":40}]}'
call 200 forum/attendance '{"id":"'"$id"'","rows":[{"sex":"female","age":"18-35","count":30,"displaced":"no"},
    {"sex":"male","age":"60-over","count":28}]}'
expect_equal "people" "$(field people out)" 58
call 200 forum '{"id":"'"$id"'"}'
expect_contains "what comes back" "$(cat out)" '"attendance":[{"sex":"female","age":"18-35","count":30,"displaced":"no"'
expect_equal "people at the forum" "$(field people out)" 58

step "paper forms and slips, each page shown once; their style is allowed, and nothing else is"
ticket print/forms '{"id":"'"$id"'","count":3,"language":"fr","second":"ar","ask":"Maison communale"}' forms.html
expect_equal "forms" "$(grep -c '<section class="form">' forms.html)" 3
expect_contains "in two languages" "$(cat forms.html)" "لقد سُمع صوتك"
call 200 print/forms '{"id":"'"$id"'","again":true,"language":"fr"}'
one=$(field ticket out)
"$BARAZA_BIN/../tests/e2e/page_call" --get "$PAGE_PORT" "/print/$one" >again.html || die "no page to print"
"$BARAZA_BIN/../tests/e2e/page_call" --get "$PAGE_PORT" "/print/$one" >twice.html 2>&1 && die "a ticket is good twice"
! grep -q 'style="' forms.html || die "a page to print has style attributes, which its policy forbids"
refused 422 print-count print/forms '{"id":"'"$id"'","count":5000,"language":"fr"}'
refused 404 print-open print/sheet '{"id":"'"$id"'","language":"fr"}'
refused 404 print-no-slip print/slips '{"id":"'"$id"'","language":"fr"}'

step "nothing is sealed over a draft, whoever's it is, nor when forms do not add up"
for n in 1 2 3 4 5 6; do
    expect_status 0 baraza add --group women --kind threat --table $((n % 2 + 1)) "Number $n." --passphrase-file "$PASS"
done
expect_status 0 baraza add --form 2 --group women --kind need "On paper." --passphrase-file "$PASS"
draft 1 "A draft that was left over."
refused 422 seal-drafts forum/seal '{"id":"'"$id"'","blank":1,"spoiled":1,"confirm":false}'
refused 422 seal-drafts forum/share '{"id":"'"$id"'","confirm":false}'
call 200 forum '{"id":"'"$id"'"}'
expect_equal "drafts" "$(field drafts out)" 1
expect_contains "what was typed in" "$(cat out)" '"forms":{"printed":3,"typed":1,"first":1,"last":3,"missing":"1, 3"}'
expect_contains "the break-out groups" "$(cat out)" '"tables":[{"name":"1","count":3},{"name":"2","count":3}]'
expect_status 65 baraza session seal $CODE --blank 1 --spoiled 1 --yes --passphrase-file "$PASS"
expect_contains "the command, too" "$(cat err)" "has drafts here that are not signed, 1 of them"
call 200 draft/discard '{"id":"'"$(printf '%032x' 1)"'"}'
refused 422 seal-forms forum/seal '{"id":"'"$id"'","confirm":false}'
refused 422 seal-unused forum/seal '{"id":"'"$id"'","blank":3,"spoiled":1,"confirm":false}'

step "what is sealed is what was read back, or nothing"
numbers='"id":"'"$id"'","blank":1,"spoiled":1'
call 200 forum/seal "{$numbers"',"confirm":false}'
for part in '"contributions":7' '"people":58' '"forms":3,"typed":1,"blank":1,"spoiled":1' '"missing_forms":"1, 3"'; do
    expect_contains "what is read back" "$(cat out)" "$part"
done
read=$(field read out)
refused 422 not-right forum/seal "{$numbers"',"confirm":true}'
expect_status 0 baraza add --group women --kind threat "Said meanwhile." --passphrase-file "$PASS"
refused 503 seal-changed forum/seal "{$numbers"',"confirm":true,"read":"'"$read"'"}'
call 200 forum/seal "{$numbers"',"confirm":false}'
read=$(field read out)
refused 503 seal-changed forum/seal '{"id":"'"$id"'","blank":0,"spoiled":2,"confirm":true,"read":"'"$read"'"}'
call 200 forums
expect_contains "still open" "$(cat out)" '"sealed":false'
call 200 forum/seal "{$numbers"',"confirm":true,"read":"'"$read"'"}'
seal=$(field seal out)
expect_contains "the seal to read aloud" "$(cat out)" '"short":["'"${seal:0:4}"'","'"${seal:4:4}"'"'
expect_status 0 baraza session show $CODE --json
expect_equal "sealed" "$(field sealed out)" 8
refused 409 seal-already forum/seal "{$numbers"',"confirm":false}'

step "a facilitator does not attest with her own key; a photographed sheet does, and nothing that is none"
refused 403 attest-role forum/attest '{"id":"'"$id"'"}'
octets() { # octets STATUS NAME FILE
    local status=200
    "$BARAZA_BIN/../tests/e2e/page_call" --octets "$PAGE_PORT" "$2" "$PAGE_TOKEN" "Baraza-Forum: $id" \
        <"$3" >out 2>err || status=$(cat err)
    expect_equal "the answer to $2 ($(cat out))" "$status" "$1"
}
octets 422 forum/attest-sheet passphrase
expect_contains "why" "$(cat out)" '"code":"sheet-kind"'
{ printf '\xff\xd8\xff\xe0'; head -c 200000 /dev/zero; } >sheet.jpg
octets 200 forum/attest-sheet sheet.jpg
call 200 forum '{"id":"'"$id"'"}'
expect_contains "attested" "$(cat out)" '"attested":{"keys":0,"sheets":1}'

step "the sheet in two languages, with the groups' counts only where they betray nobody; slips without a word"
ticket print/sheet '{"id":"'"$id"'","language":"fr","second":"ar"}' sheet.html
for words in "$CODE" "Feuille du forum" "ورقة المنتدى" ">58<" ">8<" "Market hall" "${seal:0:4} ${seal:4:4}"; do
    expect_contains "the sheet" "$(cat sheet.html)" "$words"
done
! grep -q "sous-groupe" sheet.html || die "the sheet counts a group of three"
for n in 1 2 3 4; do
    expect_status 0 baraza add --group women --kind threat --table $((n % 2 + 1)) "More $n." --passphrase-file "$PASS"
    expect_status 0 baraza add --group women --kind threat "In the hall $n." --passphrase-file "$PASS"
done
call 200 forum/seal "{$numbers"',"confirm":false}'
call 200 forum/seal "{$numbers"',"confirm":true,"read":"'"$(field read out)"'"}'
ticket print/sheet '{"id":"'"$id"'","language":"en"}' sheet.html
expect_contains "the groups' counts" "$(cat sheet.html)" 'break-out group <b><bdi>1</bdi></b></th><td class="n">5<'
expect_contains "and what is left of all" "$(cat sheet.html)" 'in the whole room</th><td class="n">6<'
ticket print/slips '{"id":"'"$id"'","language":"pt","second":"en"}' slips.html
expect_equal "slips" "$(grep -c '<article class="slip">' slips.html)" 15
for page in forms.html sheet.html slips.html; do
    ! grep -q "Number \|On paper\|Said meanwhile\|More \|In the hall" "$page" || die "$page holds words that were said"
    expect_contains "$page" "$(cat "$page")" "default-src 'none'"
done

step "the command opens a planned one by its code, with all that is asked once"
expect_status 0 baraza session open XM-ZAM-2026-001 --precision locality --phase policy --interpreter "kik, sw" \
    --observers "the women's league" --authority police --authority civilian --also-area XM-KIV \
    --table 1=women,herders --table 2 --json --passphrase-file "$PASS"
expect_status 0 baraza show "$(field id out)" --json --passphrase-file "$PASS"
for words in '"date":"2026-03-01"' '"precision":"locality"' '"interpreter":"kik, sw"' '"areas":["XM-KIV"]' '"guide":1' \
    '"authorities":["police","civilian"]' '"tables":[{"groups":["women","herders"],"name":"1"},{"name":"2"}]'; do
    expect_contains "the session" "$(cat out)" "$words"
done
expect_status 2 baraza session open XM-KIV-2026-077 --area XM-KIV --table "by the well" --passphrase-file "$PASS"
expect_status 2 baraza session open XM-KIV-2026-077 --area XM-KIV --precision roughly --passphrase-file "$PASS"
expect_contains "what there is" "$(cat err)" "place, locality, district, region"

step "an elder who unlocks on this computer attests it with her own key"
expect_status 0 baraza invite --state founder --as registrar --role attester --out elder.invitation \
    --passphrase-file "$PASS"
expect_status 0 baraza join elder.invitation --name Elder --state heron --helper heron --passphrase-file "$PASS" \
    --helper-passphrase-file "$PASS"
heron_token=$PAGE_TOKEN
page_login Elder
call 200 forums
expect_contains "what she sees" "$(cat out)" '"id":"'"$id"'"'
call 200 forum/attest '{"id":"'"$id"'"}'
PAGE_TOKEN=$heron_token
call 200 forum '{"id":"'"$id"'"}'
expect_contains "attested" "$(cat out)" '"attested":{"keys":1,"sheets":0}'

step "a colleague on the same computer: her drafts, and what she has not closed, keep it open; whose they are is said"
expect_status 0 baraza invite --state founder --as registrar --role facilitator --area XM-KIV --out owl.invitation \
    --passphrase-file "$PASS"
expect_status 0 baraza join owl.invitation --name Owl --state heron --helper heron --passphrase-file "$PASS" \
    --helper-passphrase-file "$PASS"
heron_token=$PAGE_TOKEN
page_login Owl
draft 2 "What Owl heard."
owl_token=$PAGE_TOKEN
PAGE_TOKEN=$heron_token
refused 422 seal-drafts forum/seal '{"id":"'"$id"'","blank":1,"spoiled":1,"confirm":false}'
call 200 forum '{"id":"'"$id"'"}'
expect_contains "whose drafts" "$(cat out)" '"drafts":0,"others_drafts":[{"name":"Owl","drafts":1}]'
call 200 forum/share '{"id":"'"$id"'","confirm":false}' # her drafts do not keep Heron from closing his own share
PAGE_TOKEN=$owl_token
call 200 draft/discard '{"id":"'"$(printf '%032x' 2)"'"}'
expect_status 0 baraza add --as Owl --session $CODE --group women "Owl wrote this." --passphrase-file "$PASS"
PAGE_TOKEN=$heron_token
refused 422 share-open forum/seal '{"id":"'"$id"'","blank":1,"spoiled":1,"confirm":false}'
expect_contains "whose share" "$(cat out)" '"name":"Owl","count":1'
PAGE_TOKEN=$owl_token
call 200 forum/share '{"id":"'"$id"'","confirm":false}'
call 200 forum/share '{"id":"'"$id"'","confirm":true,"read":"'"$(field read out)"'"}'
PAGE_TOKEN=$heron_token

step "for an area that is not hers a forum is opened only when she means it"
sync founder
PAGE_TOKEN=$owl_token
knows_owl() {
    kill -HUP "${e2e_pid[heron]}"
    page forums | grep -q '"areas":\["XM-KIV"\]'
}
wait_until 30 "her accreditation to come down" knows_owl
refused 403 attest-role forum/attest '{"id":"'"$id"'"}' # she is a facilitator, which is known by now
refused 422 forum-outside forum/open '{"code":"XM-ZAM-2026-044","area":"XM-ZAM","languages":["en"]}'
call 200 forums
! grep -q "XM-ZAM-2026-044" out || die "a forum was opened all the same"
call 200 forum/open '{"code":"XM-ZAM-2026-044","area":"XM-ZAM","languages":["en"],"anyway":true}'
call 200 forum/open '{"code":"XM-KIV-2026-045","area":"XM-KIV-NORTH","languages":["en"]}'
PAGE_TOKEN=$heron_token

step "another device closes its share, as a file, and the forum is sealed over both"
newcomer crane facilitator
expect_status 0 baraza session open $CODE --area XM-KIV --state crane --passphrase-file "$PASS"
expect_status 0 baraza add --state crane "From the other table." --passphrase-file "$PASS"
expect_status 0 baraza session share $CODE --state crane --out crane.share --yes --passphrase-file "$PASS"
octets 200 forum/share-in crane.share
expect_equal "contributions in it" "$(field contributions out)" 1
share=$(field share out)
octets 422 forum/share-in sheet.jpg
refused 422 share-twice forum/seal "{$numbers"',"shares":["'"$share"'","'"$share"'"],"confirm":false}'
call 200 forum/seal "{$numbers"',"shares":["'"$share"'"],"confirm":false}'
expect_equal "contributions of all three" "$(field contributions out)" 18
call 200 forum/seal "{$numbers"',"shares":["'"$share"'"],"confirm":true,"read":"'"$(field read out)"'"}'
call 200 forum/share '{"id":"'"$id"'","confirm":false}'
call 200 forum/share '{"id":"'"$id"'","confirm":true,"read":"'"$(field read out)"'"}'
cp out heron.share
stop heron
expect_status 0 baraza session seal $CODE --state crane --share heron.share --yes --passphrase-file "$PASS"
sync founder heron crane
in_record session-seal 4
expect_status 0 baraza session show $CODE --state hub --json
expect_equal "contributions at the hub" "$(field sealed out)" 17
expect_equal "missing" "$(field missing out)" 0

step "what is erased of a plan is shown no more, from when it is known"
newcomer ibis protection
sync founder ibis
baraza export --state hub --parts --out words.export 2>/dev/null || die "no export"
expect_status 0 baraza redact "$plan" --part context --reason mistake --authority court --yes --record words.export \
    --state ibis --passphrase-file "$PASS"
sync ibis heron
start_page heron
page_login heron
call 200 forums
expect_contains "the plan" "$(cat out)" '"code":"XM-KIV-2026-099"'
! grep -q "smugglers" out || die "what was erased of a plan is shown"
