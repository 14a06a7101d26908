#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# What is said of words later: corrected, by one and by two who do not agree; withdrawn, for some uses and for all. The
# originals stay in the record, and no export gives out what was taken back.
. "$(dirname "$0")/lib.sh"

# id_of STATE TEXT: the id of the contribution with these words.
id_of() {
    baraza list --state "$1" --json | grep -F "$2" | head -n 1 | grep -o '"id":"[0-9a-f]*"' | cut -d'"' -f4
}

step "a forum far from any network"
found
newcomer site facilitator
newcomer other facilitator
start_hub
sync founder
sync site other
stop hub
for who in site other; do
    expect_status 0 baraza unlock $who --state $who --passphrase-file "$PASS"
done
expect_status 0 baraza session open XM-KIV-2026-003 --area XM-KIV --state site
for words in "They took the land." "The bridge is down." "The well is dry." "The market burned."; do
    expect_status 0 baraza add --state site --group herders --theme land-disputes --scope record --scope publish-text \
        --ask "Look into it." "$words"
done
expect_status 0 baraza add --state site --sensitivity restricted "Only for named roles."
land=$(id_of site "They took the land.")
bridge=$(id_of site "The bridge is down.")
well=$(id_of site "The well is dry.")
market=$(id_of site "The market burned.")
named=$(id_of site "Only for named roles.")

step "what the room thought of it is counted by hands, at the table where it was said"
for hands in 51/50 34 34/ /50 34/50/1 0/0 -1/50; do
    expect_status 2 baraza add --state site --group elders --hands "$hands" "The market should move."
done
expect_status 2 baraza add --state site --group elders --table "table two" "The market should move."
expect_status 0 baraza add --state site --group elders --support contested --hands 34/50 --table 2 \
    "The market should move."
expect_status 0 baraza show "$(id_of site "The market should move.")" --state site
for words in 'support: contested' 'hands: [34,50]' 'table: 2'; do
    expect_contains "the room" "$(cat out)" "$words"
done

step "a correction takes a reason, and keeps what it does not touch"
expect_status 2 baraza correct "$land" --state site --text "They took the sand."
expect_contains "a correction without reason" "$(cat err)" "--reason CODE"
expect_status 2 baraza correct "$land" --state site --reason misherd --text "They took the sand."
expect_contains "a misspelt reason" "$(cat err)" 'did you mean "misheard"'
expect_status 2 baraza correct "$land" --state site --reason misheard
expect_contains "a correction of nothing" "$(cat err)" "say what is right"
expect_status 65 baraza correct "$land" --state site --reason wrong-context --flag child
expect_status 0 baraza correct "$land" --state site --reason misheard --text "They took the sand." --why "Loud rain."
expect_status 0 baraza show "$land" --state site
for words in "They took the land." "[corrected: misheard]" "the correction of it" "They took the sand." "Loud rain." \
    "Look into it."; do
    expect_contains "the original and its correction" "$(cat out)" "$words"
done
expect_equal "what was asked for is in both" "$(grep -c 'ask: Look into it.' out)" 2
expect_equal "the group is not said again" "$(grep -c herders out)" 1
expect_status 0 baraza correct "${land:0:12}" --state site --reason wrong-speaker --group women --group herders
expect_status 0 baraza show "$land" --state site
expect_contains "the first correction" "$(cat out)" "a later one takes its place"
expect_status 0 baraza list --state site
expect_contains "the list" "$(cat out)" "[corrected: wrong speaker or group]"

step "consent is taken back, for one use and for all"
expect_status 2 baraza withdraw "$well" --state site
expect_contains "a withdrawal without reason" "$(cat err)" "--reason TEXT"
expect_status 2 baraza withdraw "$well" --state site --scope publish --reason "Not in print."
expect_status 0 baraza withdraw "$well" --state site --scope publish-text --reason "Not in print."
expect_status 0 baraza withdraw "$market" --state site --reason "Afraid of neighbours."
expect_status 0 baraza correct "$market" --state site --reason mistyped --text "The market burned twice."
expect_status 0 baraza correct "$named" --state site --reason mistyped --text "Only for very few."
expect_status 0 baraza list --state site
expect_contains "one use" "$(cat out)" "[withdrawn: publish the text]"
expect_contains "all of it" "$(cat out)" "(withdrawn)  [withdrawn]"
expect_status 0 baraza list --state site --json
expect_contains "the scopes" "$(cat out)" '"withdrawn":["publish-text"]'
expect_status 0 baraza show "$market" --state site
expect_contains "the original stays" "$(cat out)" "The market burned."
expect_contains "its withdrawal" "$(cat out)" "Afraid of neighbours."

step "somebody at another site says otherwise; what she does not have she cannot change"
expect_status 0 baraza correct "$bridge" --state site --reason incomplete --text "The bridge is down since May."
expect_status 2 baraza correct "$bridge" --state other --reason incomplete --text "The bridge was never up."
expect_contains "what may be sealed" "$(cat err)" "--sensitivity"
expect_status 0 baraza correct "$bridge" --state other --reason incomplete --text "The bridge was never up." \
    --sensitivity open
expect_contains "what is said of an original that is not here" "$(cat err)" "not here"

step "the hub shows all of it, as it came from either"
start_hub
sync site other
in_record correction 6
in_record withdrawal 2
expect_status 0 baraza log --state hub
for words in "[2 corrections compete]" "typed wrongly: The market burned twice." "[corrected: wrong speaker or group]" \
    "consent to: publish the text" "all consent" "They took the sand."; do
    expect_contains "the log" "$(cat out)" "$words"
done
expect_equal "no entry without effect" "$(grep -c 'no effect' out)" 0
expect_status 0 baraza log --state hub --kind contribution
expect_equal "withdrawn words in the log" "$(grep -c 'market burned' out)" 0
expect_status 0 baraza show "$bridge" --state hub
for words in "The bridge is down." "The bridge is down since May." "The bridge was never up." "says otherwise"; do
    expect_contains "corrections that compete" "$(cat out)" "$words"
done
expect_status 0 baraza trace "$market" --state hub
expect_contains "the trace" "$(cat out)" "(withdrawn)  [withdrawn]"
expect_status 0 baraza trace "$land" --state hub
expect_contains "the trace" "$(cat out)" "They took the sand.  [corrected: wrong speaker or group]"

step "no export gives out what was taken back, nor the corrections of it, nor why"
expect_status 0 baraza export --state hub --parts --out words.export
expect_status 0 baraza export --state hub --parts --json
cp out words.json
for words in "The market burned" "Afraid of neighbours" "Not in print" "Only for"; do
    expect_equal "'$words' in the export" "$(cat words.export words.json | grep -a -c "$words")" 0
done
for words in "They took the land." "They took the sand." "The well is dry." "The bridge was never up."; do
    expect_contains "the export" "$(cat words.json)" "$words"
done
expect_contains "the mark in the export" "$(grep -F "The well is dry." words.json)" '"withdrawn":["publish-text"]'
expect_equal "the whole of a withdrawal is marked" "$(grep -c '"withdrawn":\["record","analyse",' words.json)" 1
expect_status 0 baraza verify words.export --charter founder/charter
expect_status 0 baraza export --state hub --parts --restricted --json
expect_contains "what was asked for by name" "$(cat out)" "Only for very few."
expect_equal "withdrawn is withdrawn" "$(grep -c 'The market burned' out)" 0
expect_status 0 baraza show "$land" --record words.export --charter founder/charter
expect_contains "an auditor sees the correction" "$(cat out)" "They took the sand."
stop hub
