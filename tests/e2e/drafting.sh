#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# From a sentence to a clause, an action and an answer, and back: clause, link, respond, log, trace, gap, on a record
# that a hub published and on an export of it.
. "$(dirname "$0")/lib.sh"

# saved COMMAND...: runs it with --json and prints the id of the first entry that it saved.
saved() {
    "$@" --json >"$WORK/saved" 2>"$WORK/err" </dev/null || die "'$*' failed: $(cat "$WORK/err")"
    field id "$WORK/saved"
}

step "two forums, said and sent"
found
newcomer site facilitator
newcomer desk drafter
start_hub
sync founder
for code in XM-KIV-2026-003 XM-DUN-2026-007; do
    expect_status 0 baraza session open $code --area XM-KIV --state site --passphrase-file "$PASS"
    for i in 1 2 3; do
        expect_status 0 baraza add --state site --session $code --group women --kind threat --theme land-disputes \
            --passphrase-file "$PASS" "Stone $i was moved in the night."
    done
done
expect_status 0 baraza add --state site --lang ar --session XM-KIV-2026-003 --passphrase-file "$PASS" \
    "الطريق غير آمن ليلاً"
sync site desk
in_record contribution 7

step "the record as people read it"
expect_status 0 baraza log --state hub
expect_contains "the log" "$(cat out)" "XM-KIV-2026-003"
expect_contains "the log" "$(cat out)" "(facilitator)"
expect_contains "the log" "$(cat out)" "Stone 1 was moved in the night."
expect_contains "Arabic in the log, isolated" "$(cat out)" $'\xe2\x81\xa8'"الطريق"
baraza log --state hub --kind contribution --theme land-disputes --json >land.json || die "log --theme failed"
expect_equal "contributions about land" "$(wc -l <land.json)" 6
expect_contains "themes in the log" "$(head -n 1 land.json)" '"themes":["land-disputes"]'
expect_status 0 baraza log --state hub --session XM-DUN-2026-007 --kind contribution --json
expect_equal "those of one forum" "$(wc -l <out)" 3
expect_equal "the last two" "$(baraza log --state hub -n 2 | wc -l)" 2
expect_status 2 baraza log --state hub --kind contributon
expect_contains "a misspelt kind" "$(cat err)" 'did you mean "contribution"'
mapfile -t land < <(grep -o '"id":"[0-9a-f]*"' land.json | cut -d'"' -f4)
expect_status 0 baraza export --state hub --out first.export

step "a threat is written and linked; nothing is known of it before it is sent"
expect_status 0 baraza unlock desk --state desk --passphrase-file "$PASS"
threat=$(saved baraza clause add --state desk --type threat --title "land disputes" "Neighbours are at odds over land.")
expect_status 0 baraza clause list --state desk
expect_contains "her clauses" "$(cat out)" "land disputes"
expect_status 0 baraza lock --state desk
expect_status 0 baraza clause list --state desk --json
expect_contains "her clauses, locked" "$(cat out)" '"locked":true'
[[ $(cat out) != *'"title"'* ]] || die "a locked clause has a title"
expect_status 0 baraza unlock desk --state desk --passphrase-file "$PASS"
expect_status 66 baraza link --state desk "${land[0]:0:10}" "${threat:0:10}"
expect_contains "what is said of an id that is not here" "$(cat err)" "--record"
expect_status 2 baraza link --state desk --record first.export "${land[0]:0:10}" "${threat:0:10}" --relation originate
expect_contains "a misspelt relation" "$(cat err)" 'did you mean "originates"'
expect_status 2 baraza link --state desk --record first.export "${land[0]:0:10}" "${threat:0:10}" --relation answers
expect_contains "a relation between clauses" "$(cat err)" "from clause to clause"
expect_status 2 baraza link --state desk --record first.export "${threat:0:10}" "${land[0]:0:10}" --relation answers
expect_contains "a clause where a contribution is" "$(cat err)" "where a clause is needed"
expect_status 0 baraza link --state desk --record first.export "${land[@]}" "${threat:0:10}" --reason "Each says so."
expect_equal "links" "$(grep -c '^saved .* link' out)" 6
sync desk
in_record link 6

step "the gap: a threat with no action"
expect_status 1 baraza gap --rule G1 --state hub
expect_equal "the finding" "$(head -n 1 out | sed 's/  \[.*//')" \
    "G1 land disputes: 6 contributions, 2 forums, 0 actions"
expect_contains "what it was computed from" "$(cat out)" "Computed from: checkpoint of "
expect_status 1 baraza gap --rule G1 --state hub --json
expect_equal "contributions of the finding" "$(field contributions out)" 6
expect_status 2 baraza gap --rule G99 --state hub
expect_contains "an unknown rule" "$(cat err)" "a threat with no action"

step "an action answers it, in a second version; people are answered"
action=$(saved baraza clause add --state desk --type action --title "land court" --aim "no quarrel with knives" \
    --timing "from March" "A court that travels.")
second=$(saved baraza clause add --state desk --revises "${action:0:12}" --text "A court that travels twice a year.")
expect_status 0 baraza clause show "${action:0:12}" --state desk
expect_contains "the new text" "$(cat out)" "A court that travels twice a year."
expect_contains "what the new version kept" "$(cat out)" "no quarrel with knives"
expect_contains "the new version" "$(cat out)" "version 2: ${second:0:12}"
expect_status 2 baraza link --state desk "$action" "$threat"
expect_contains "between two clauses the relation is asked for" "$(cat err)" "--relation answers"
expect_status 0 baraza link --state desk "$action" "$threat" --relation answers
expect_status 0 baraza link --state desk "$action" "$threat" --relation answers --reason "Said again."
expect_status 66 baraza link --state desk "$action" "$threat" --relation answers --as Nobody
expect_status 0 baraza clause show "$threat" --state desk
expect_equal "what was linked twice is shown" "$(grep -c "land court" out)" 1
expect_status 2 baraza respond --state desk "${land[0]}" --as accepted
expect_contains "a response without reason" "$(cat err)" "--reason"
expect_status 2 baraza respond --state desk "${land[0]}" --disposition accepted-in-parts --reason x
expect_contains "a misspelt disposition" "$(cat err)" 'did you mean "accepted-in-part"'
expect_status 2 baraza respond --state desk "${land[0]}" --disposition already-covered --reason "It is there."
expect_status 0 baraza respond --state desk --record first.export "${land[0]:0:12}" "${land[1]:0:12}" \
    --disposition accepted-in-part --where "$action" --reason "Twice a year; four times is beyond the budget."
sync desk
in_record response 1
expect_status 0 baraza gap --rule G1 --state hub
expect_status 1 baraza gap --rule G4 --state hub --json
expect_equal "contributions without a response" "$(grep -c '"rule":"G4"' out)" 5

step "one sentence, followed to its clause and back; the same from an export"
expect_status 0 baraza export --state hub --parts --out second.export
for from in "--state hub" "--record second.export --charter founder/charter"; do
    # shellcheck disable=SC2086
    expect_status 0 baraza trace ${land[0]:0:12} $from
    for words in "Stone 1 was moved" "land disputes" "land court" "Twice a year; four times"; do
        expect_contains "the trace ($from)" "$(cat out)" "$words"
    done
    # shellcheck disable=SC2086
    expect_status 0 baraza trace $second $from
    expect_contains "the trace back ($from)" "$(cat out)" "said at XM-DUN-2026-007"
done
expect_status 0 baraza trace "${land[0]}" --record first.export --charter founder/charter
expect_contains "the trace in an export without words" "$(cat out)" "(not shown)"

step "the answer reaches the site"
sync site
expect_status 0 baraza list --state site --only answered --json
expect_equal "answered at the site" "$(wc -l <out)" 2
stop hub
