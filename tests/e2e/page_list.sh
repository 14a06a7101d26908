#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# What a person sees at the page of the way of what was said: the line that always adds up, the list, one contribution
# with its ticks and the answer to it, and what is wrong, in notices.
. "$(dirname "$0")/lib.sh"

# says TEXT [OPTION...]: one contribution of heron's.
says() {
    local text=$1
    shift
    expect_status 0 baraza add --state heron --session XM-KIV-2026-003 --group women --kind threat \
        --passphrase-file "$PASS" "$@" "$text"
}

# of MEMBER [FILE]: a value of the reply, by a path of jq.
of() {
    jq -r "$1" "${2:-reply}"
}

# ask CALL JSON: a call that must be answered, into the file reply.
ask() {
    page "$@" >reply 2>page.err || die "$* is refused: $(cat page.err reply)"
}

# line: the line of the page adds up, and the list and the command line have the same numbers. Prints it.
line() {
    local state rows
    ask state
    of '"\(.saved) = \(.received) + \(.waiting) + \(.refused) + \(.lost)"' >line
    [ "$(of '.saved == .received + .waiting + .refused + .lost')" = true ] ||
        die "the line does not add up: $(cat line)"
    cp reply state
    baraza status --json --state heron 2>/dev/null |
        jq -r '.contributions | "\(.saved) = \(.received) + \(.pending) + \(.refused) + \(.lost)"' >status
    expect_equal "the line of baraza status" "$(cat status)" "$(cat line)"
    for state in waiting received confirmed answered refused lost; do
        ask list "{\"state\":\"$state\"}"
        rows="${rows:-} $state=$(of .total)"
        expect_equal "rows of $state" "$(of '.rows | length')" "$(of 'if .total > 50 then 50 else .total end')"
    done
    read -r waiting received confirmed answered refused lost <<<"$(tr -c '0-9\n' ' ' <<<"$rows")"
    expect_equal "received, by the list" $((received + confirmed + answered)) "$(of .received state)"
    expect_equal "waiting, by the list" "$waiting" "$(of .waiting state)"
    expect_equal "refused, by the list" "$refused" "$(of .refused state)"
    expect_equal "lost, by the list" "$lost" "$(of .lost state)"
    cat line
}

found
site heron
start_hub
sync founder heron
start_page heron
export BARAZA_STATE=$WORK/heron
page_login

step "nothing was said yet"
expect_equal "the line" "$(line)" "0 = 0 + 0 + 0 + 0"
ask list
expect_equal "rows" "$(of '.rows | length')" 0

step "what is saved waits, then is received and confirmed; the newest stands first"
stop hub
says "The ford at Kivu is gone since the rains."
says "Le château d'eau est vide; on boit l'eau de la rivière." --lang fr
says "قُطِعَت الطريقُ إلى المدرسة" --lang ar
expect_equal "the line" "$(line)" "3 = 0 + 3 + 0 + 0"
ask state
[ "$(of .waiting_bytes.text)" -gt 500 ] || die "it is not said how much waits: $(cat reply)"
expect_equal "what exists only here" "$(of .exclusive.count)" 3
ask list
expect_equal "the first row" "$(of '.rows[0].excerpt')" "قُطِعَت الطريقُ إلى المدرسة"
expect_equal "who spoke" "$(of '.rows[0].groups[0]')" "women's group"
expect_equal "its state" "$(of '.rows[0].state')" saved
ask list '{"language":"fr"}'
expect_equal "who spoke, in French" "$(of '.rows[0].groups[0]')" "groupe de femmes"

step "a word is found without its accents, vowels and capitals, several words in any order, and nothing else"
for search in chateau "RIVIÈRE château" المدرسه قطعت; do
    ask list "{\"search\":\"$search\"}"
    expect_equal "rows with '$search'" "$(of '.rows | length')" 1
done
ask list '{"search":"chateau ford"}'
expect_equal "rows with words of two" "$(of '.rows | length')" 0
ask list '{"search":"the","kind":"need"}'
expect_equal "rows of another kind" "$(of '.rows | length')" 0
ask list '{"group":"women","kind":"threat","session":"XM-KIV-2026-003"}'
expect_equal "rows of the group at the forum" "$(of '.rows | length')" 3
ask list '{"session":"XM-KIV-2026-009"}'
expect_equal "rows of another forum" "$(of '.rows | length')" 0
page list '{"state":"confimed"}' >reply 2>page.err && die "a state that there is not gives rows"
page list "{\"search\":\"$(head -c 401 /dev/zero | tr '\0' a)\"}" >reply 2>page.err && die "any search is taken"
expect_equal "what is said of it" "$(of .error.code)" search-long

step "sending is asked for at the page, and shows in the state"
start_hub
wait_until 20 "the page to hear of the hub" eval \
    'page send >/dev/null && sleep 1 && page state | grep -q "\"waiting\":0,"'
wait_until 20 "all to be confirmed" eval 'page state | grep -q "\"confirmed\":3"'
expect_equal "the line" "$(line)" "3 = 3 + 0 + 0 + 0"
ask state
[ "$(of .hub.heard_s)" -gt 1700000000 ] || die "it is not said when the hub was heard"
expect_equal "what exists only here" "$(of .exclusive.count)" 0

step "one contribution whole: its parts, its ticks with their evidence, a correction, the answer"
ask list '{"search":"ford"}'
id=$(of '.rows[0].id')
expect_status 0 baraza correct "$id" --reason misheard --passphrase-file "$PASS" \
    --text "The ford at Kivo is gone since the rains."
newcomer drafter drafter
sync founder drafter heron
expect_status 0 baraza export --state hub --parts --out all.export
expect_status 0 baraza respond "$id" --as deferred --reason "It goes to the plan." --record all.export --state drafter \
    --passphrase-file "$PASS"
sync drafter
wait_until 20 "the answer at the page" eval 'page send >/dev/null && sleep 1 && page state | grep -q "\"answered\":1"'
ask entry "{\"id\":\"$id\",\"language\":\"fr\"}"
cp reply entry
expect_equal "its state" "$(of .state)" answered
expect_equal "the words that stand" "$(of .parts.said.text)" "The ford at Kivo is gone since the rains."
expect_equal "the ticks" "$(of '[.ticks[].tick] | join(" ")')" "saved received confirmed answered"
expect_equal "their evidence" "$(of '[.ticks[].evidence] | join(" ")')" "signature custody receipt response"
[ "$(of '.ticks[2].checkpoint')" -gt 3 ] || die "no checkpoint stands beside the tick: $(cat reply)"
expect_equal "the correction" "$(of '.corrections[0] | "\(.current) \(.text)"')" \
    "true The ford at Kivo is gone since the rains."
expect_equal "the answer" "$(of '.responses[0] | "\(.code) \(.disposition) \(.reason) \(.in_force)"')" \
    "deferred reporté It goes to the plan. true"
[[ $(cat entry) != *'"slip"'* ]] || die "a slip's code stands beside the words"
expect_equal "the line" "$(line)" "3 = 3 + 0 + 0 + 0"
page receipt "{\"id\":\"$id\"}" >ford.receipt || die "there is no receipt of what is confirmed"
expect_status 0 baraza receipt --check ford.receipt --charter hub/charter
page entry "{\"id\":\"${id:0:62}00\"}" >reply 2>page.err && die "an entry that is not here is shown"
expect_equal "its status" "$(cat page.err)" 404

step "what was taken back is not shown, and found no more; what is sealed is not shown at all"
ask list '{"search":"riviere"}'
taken=$(of '.rows[0].id')
expect_status 0 baraza withdraw "$taken" --reason "She is afraid." --passphrase-file "$PASS"
ask list '{"search":"riviere"}'
expect_equal "rows with words that were taken back" "$(of '.rows | length')" 0
ask list '{"state":"withdrawn"}'
expect_equal "rows taken back" "$(of '.rows | length')" 1
ask entry "{\"id\":\"$taken\"}"
expect_equal "why it is not shown" "$(of .words)" withdrawn
[[ $(cat reply) != *"rivi"* ]] || die "words that were taken back are shown"

step "pages of fifty, each row once, in order; and the same numbers when many wait"
stop hub
for ((i = 0; i < 60; i++)); do printf 'Well number %d is dry.\n' $i; done >many
while IFS= read -r each; do says "$each"; done <many
expect_equal "the line" "$(line)" "63 = 3 + 60 + 0 + 0"
ask list
expect_equal "rows of the first page" "$(of '.rows | length')" 50
of '.rows[].id' >ids
ask list "{\"before\":\"$(of .next)\"}"
expect_equal "rows of the second page" "$(of '.rows | length')" 13
expect_equal "what comes after it" "$(of .next)" null
of '.rows[].id' >>ids
expect_equal "different rows" "$(sort -u ids | wc -l)" 63
ask list
page receipt "{\"id\":\"$(of '.rows[0].id')\"}" >reply 2>page.err && die "there is a receipt of what waits"
expect_equal "what is said of it" "$(of .error.code)" no-receipt
ask list '{"search":"number 7 "}'
expect_equal "rows with a number" "$(of '.rows | length')" 6

step "what this disk loses before the hub has it is counted as lost, in the line and in the list, and said"
stop heron
seq=$(baraza list --json --only waiting | jq -r .number | tail -n 1)
for what in journal outbox; do
    "$BARAZA_BIN/../tests/e2e/damage_store" heron/store $what "$seq" last || die "nothing could be damaged"
done
start_page heron
page_login
ask state
expect_equal "the line" "$(of '"\(.saved) = \(.received) + \(.waiting) + \(.refused) + \(.lost)"')" \
    "63 = 3 + 59 + 0 + 1"
expect_equal "the notice" "$(of '.notices[] | select(.code == "lost") | "\(.weight) \(.args.n)"')" "bad 1"
ask list '{"state":"lost"}'
expect_equal "the row" "$(of '.rows[0] | "\(.state) \(.words)"')" "lost damaged"

step "what is wrong stands in the notices, and goes with its cause"
expect_status 0 baraza bundle out "$WORK" --state heron
ask state
expect_equal "what exists only here once a bundle was made" "$(of .exclusive.count)" 0
stop heron
