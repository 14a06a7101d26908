#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Drafts, through the page and the commands: kept when it is said, there after kill -9, each to her own, two windows
# that do not fight, and gone for good: no key that is left opens on any byte what was discarded or removed.
. "$(dirname "$0")/lib.sh"
every_key=$BARAZA_BIN/../tests/e2e/every_key
[ -x "$every_key" ] || skip "every_key was not built"

# draft N: the id of draft number N of this test.
draft() {
    printf 'd0%030x' "$1"
}

# keep N VERSION TEXT [MORE]: keeps a draft by the page; what it answers is in the file kept.
keep() {
    page draft/keep "$(printf '{"id":"%s","session":"%s","version":%d,"fields":{"text":"%s","groups":["women"]}%s}' \
        "$(draft "$1")" "$SESSION" "$2" "$3" "${4:-}")" >kept 2>status
}

# opens N PASSPHRASE ARGUMENTS... TEXT...: every_key ends with N, with the keys that this passphrase opens.
opens() {
    local status=$1 pass=$2
    shift 2
    expect_status "$status" "$every_key" --pass "$pass" "$@"
}

found
site site
start_hub
start_node founder
echo "two acacias bend" >acacia.pass
expect_status 0 baraza invite --state founder --as registrar --role facilitator --area XM-KIV --out acacia.invitation \
    --passphrase-file "$PASS"
expect_status 0 baraza join acacia.invitation --state site --name Acacia --passphrase-file acacia.pass \
    --helper Heron --helper-passphrase-file "$PASS"
export BARAZA_STATE=$WORK/site
expect_status 0 baraza add --as Heron --passphrase-file "$PASS" --group women --kind need "Something that was signed."
SESSION=$(baraza session list --json | grep -o '"id":"[0-9a-f]*"' | head -n 1 | cut -d'"' -f4)
[ -n "$SESSION" ] || die "no forum"

took="They took the land of the Odalo family by the river"
heard="Somebody heard it through the wall of the school"
start_page site
page_login Heron

step "a draft is kept with each pause, and the number and time of it are said"
keep 1 0 "They took"
expect_contains "the first answer" "$(cat kept)" '{"version":1,"number":1,"kept_s":'
keep 1 1 "$took" || die "the second pause is not kept: $(cat kept)"
keep 2 0 "$heard" || die "a second draft is not kept: $(cat kept)"
expect_contains "the second draft" "$(cat kept)" '{"version":1,"number":2,"kept_s":'
keep 3 0 "A third" || die "a third draft is not kept"

step "kill -9, and all of it is there"
stop_hard site
rm site/page # the address of the one that was killed
start_page site
page_login Heron
page draft/list >listed || die "drafts are not listed: $(cat listed)"
for text in "$took" "$heard" "A third"; do expect_contains "what is restored" "$(cat listed)" "\"text\":\"$text\""; done
expect_contains "what else was given" "$(cat listed)" '"groups":["women"]'
expect_contains "what a draft still lacks" "$(cat listed)" '"needs":['
[ "$(grep -o '"kept_s":' listed | wc -l)" = 3 ] || die "a time is missing"

step "two windows: nothing is written over, and both texts are at hand"
keep 1 2 "$took, said the elder" || die "the first window: $(cat kept)"
keep 1 2 "of the other window" && die "one window wrote over the other"
expect_equal "the status" "$(cat status)" 409
expect_contains "what is said" "$(cat kept)" '"code":"draft-changed","args":{"number":1}'
expect_contains "what stands there" "$(cat kept)" "\"theirs\":{\"version\":3,\"number\":1,\"kept_s\":"
expect_contains "its words" "$(cat kept)" "$took, said the elder"
keep 1 2 "$took, said the elder" || die "an answer that was lost is not given again: $(cat kept)"
expect_contains "the same version" "$(cat kept)" '{"version":3,'

step "what cannot be kept as it is is refused, and changes nothing"
page draft/list >before
for bad in '"text":null' '"text":-1' '"text":1.5' '"a":[[[[[[[1]]]]]]]'; do
    page draft/keep '{"id":"'"$(draft 1)"'","session":"'"$SESSION"'","version":3,"fields":{'"$bad"'}}' >kept 2>status &&
        die "kept: $bad"
    expect_contains "the answer to $bad" "$(cat kept)" '"code":"not-right"'
done
for bad in '{}' '{"id":"00","session":"'"$SESSION"'","version":0,"fields":{}}' \
    '{"id":"'"$(printf '%032d' 0)"'","session":"'"$SESSION"'","version":0,"fields":{}}' \
    '{"id":"'"$(draft 9)"'","session":"'"$SESSION"'","version":0,"fields":[]}' \
    '{"id":"'"$(draft 9)"'","session":"'"$SESSION"'","version":"0","fields":{}}' \
    '{"id":"'"$(draft 9)"'","session":"'"$SESSION"'","version":0,"fields":{},"anew":1}'; do
    page draft/keep "$bad" >kept 2>status && die "kept: $bad"
    expect_contains "the answer to $bad" "$(cat kept)" '"code":"not-right"'
done
keep 9 0 "$(head -c 65537 /dev/zero | tr '\0' w)" && die "a draft without end is kept"
expect_contains "the answer" "$(cat kept)" '"code":"draft-too-long","args":{"limit":64}'
keep 9 4 "of a store that was put back" && die "a draft that is not here is kept over"
expect_contains "the answer" "$(cat kept)" '"code":"draft-gone"'
page draft/list >after
expect_equal "what is kept" "$(cat after)" "$(cat before)"

step "another person at this computer sees, opens and discards none of it, whatever she reads"
mine=$PAGE_TOKEN
page lock >/dev/null
PASS=$WORK/acacia.pass page_login Acacia
expect_equal "what she is shown" "$(page draft/list)" '{"drafts":[]}'
page draft/get '{"id":"'"$(draft 1)"'"}' >out 2>err && die "she reads another's draft"
expect_contains "what is said" "$(cat out)" '"code":"draft-gone"'
page draft/discard '{"id":"'"$(draft 1)"'"}' >out || die "discarding nothing is refused"
keep 1 0 "Acacia's own, under the same id" || die "her own is not kept: $(cat kept)"
opens 0 acacia.pass site "$took" "$heard"
opens 1 acacia.pass site "Acacia's own, under"
opens 1 "$PASS" site "$took"
expect_status 0 baraza drafts --as Acacia
[ "$(wc -l <out)" = 1 ] || die "the command shows her other than her own: $(cat out)"
expect_contains "her draft" "$(cat out)" "  d0000000  XM-KIV-2026-003, draft 1, kept 20"

step "for whom the page does not open there are commands"
expect_status 0 baraza status
expect_contains "the line that adds up" "$(cat out)" "confirmed, 0 answered; 4 drafts"
expect_status 0 baraza drafts --as Heron --json --passphrase-file "$PASS"
[ "$(wc -l <out)" = 3 ] || die "three drafts are kept: $(cat out)"
expect_contains "a row" "$(cat out)" '"number":2,"session":"'"$SESSION"'","forum":"XM-KIV-2026-003","kept":"20'
expect_status 0 baraza drafts show "$(draft 2)" --as Heron --passphrase-file "$PASS"
expect_contains "what it says" "$(cat out)" "$heard"
expect_status 66 baraza drafts show "$(draft 8)" --as Heron --passphrase-file "$PASS"
expect_status 2 baraza drafts discard "$(draft 3)" --as Heron --passphrase-file "$PASS"
expect_status 0 baraza drafts discard "$(draft 3)" --as Heron --passphrase-file "$PASS" --yes
expect_status 66 baraza drafts show "$(draft 3)" --as Heron --passphrase-file "$PASS"
page lock >/dev/null

step "discarded is gone: no key that is left opens it on any byte, and the key that it had would"
page_login Heron
cp site/keys/drafts older
opens 1 "$PASS" site "$heard"
page draft/discard '{"id":"'"$(draft 2)"'"}' >out || die "not discarded: $(cat out)"
opens 0 "$PASS" site "$heard"
opens 1 "$PASS" --drafts older site "$heard"
opens 1 "$PASS" site "$took"
keep 2 1 "typed on in another window" && die "a discarded draft comes back"
expect_contains "what is said" "$(cat kept)" '"code":"draft-gone"'

step "the text is removed and the rest goes on, and what was typed is gone as well"
page draft/keep '{"id":"'"$(draft 1)"'","session":"'"$SESSION"'","version":3,"anew":true,
    "fields":{"flags":["child"]}}' >kept || die "the text is not removed: $(cat kept)"
expect_contains "the draft goes on" "$(cat kept)" '{"version":4,"number":1,'
page draft/get '{"id":"'"$(draft 1)"'"}' >out || die "the rest is lost"
expect_contains "the rest" "$(cat out)" '"fields":{"flags":["child"]}'
opens 0 "$PASS" site "$took" "They took"
opens 1 "$PASS" --drafts older site "$took"

step "no word of a draft stands in the clear, in the state or in what the daemon said; and none is in a backup"
mkdir words
printf '%s' "$took" >words/took
printf '%s' "$heard" >words/heard
expect_status 0 "$BARAZA_BIN/../tests/e2e/canary" words site site.log founder.log
expect_status 0 baraza backup "$WORK/copy"
expect_contains "what is said of it" "$(cat out)" "2 drafts are not in it"
[ ! -e copy/keys/drafts ] || die "keys of drafts are in a backup"
expect_status 0 baraza drafts --state copy --as Heron --passphrase-file "$PASS"
expect_equal "what is restored" "$(cat out)" ""
expect_status 0 baraza check --state copy
expect_status 0 baraza check

step "a new passphrase loses nothing, a salvaged site has them, and in an emergency they are lost with the keys"
echo "four herons fly" >new.pass
expect_status 0 baraza passphrase Heron --passphrase-file "$PASS" --new-passphrase-file new.pass
expect_status 0 baraza drafts --as Heron --passphrase-file new.pass
expect_contains "her draft" "$(cat out)" "draft 1, kept"
page lock >/dev/null
stop site
expect_status 0 baraza salvage "$WORK/saved"
expect_status 0 baraza drafts --state saved --as Heron --passphrase-file new.pass
expect_contains "her draft" "$(cat out)" "draft 1, kept"
cp -a site/keys keys.before
expect_status 0 baraza wipe --emergency --yes
expect_contains "what is said" "$(cat out)" "2 drafts are lost for ever"
[ ! -e site/keys/drafts ] || die "keys of drafts outlive an emergency"
