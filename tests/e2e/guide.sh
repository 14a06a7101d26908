#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# The secretariat publishes its guide from a text file; a site that exchanges prints its words and groups on forms and
# reads out its referral, in four languages.
. "$(dirname "$0")/lib.sh"

publish() { baraza guide publish "$@" --state founder --as registrar --passphrase-file "$PASS"; }

found
newcomer site facilitator
start_hub
sync founder site
expect_status 0 baraza unlock site --state site --passphrase-file "$PASS"
expect_status 0 baraza session open XM-KIV-2026-003 --area XM-KIV --state site

step "without a guide: what is in use all the same, as a file to edit and publish"
expect_status 0 baraza guide show --state site
expect_contains "without a guide" "$(cat out)" "no guide was published"
expect_contains "what is read out" "$(cat out)" "entre de mauvaises mains"
expect_status 0 baraza guide show --state site --json
cp out own.json
expect_contains "its groups" "$(cat own.json)" '"groups":["community","women"'

step "faults are named, all at once, and nothing is published"
cat >bad.json <<'X'
{"questions": [{"code": "q 1", "text": {"en": "What?"}}, {"code": "q2", "text": {"en": ""}}],
 "groups": ["wimmen", "women", "women"], "scirpt": {"en": "Hello"}, "referral": {"e n": "x"},
 "asks": ["name"], "targets": [{"group": ["women"]}]}
X
expect_status 65 publish bad.json
for part in "question 1: it has a code" "question 2: en is a text" 'groups: "wimmen" is no group' \
    'groups: "women" stands there twice' 'there is no field "scirpt"' 'referral: "e n" is no language tag' \
    'asks: "name" is none of' "target 1:" "Not published: 8 faults"; do
    expect_contains "faults" "$(cat err)" "$part"
done
printf '{"title": {"en": "x"},\n\n "groups": [}\n' >syntax.json
expect_status 65 publish syntax.json
expect_contains "a fault of form" "$(cat err)" "line 3: no JSON object"
cat >nine.json <<'X'
{"groups": ["community", "women", "youth", "elders", "traditional", "religious", "displaced", "miners", "police"]}
X
expect_status 65 publish nine.json
expect_contains "nine groups" "$(cat err)" "groups: a list of at most 8"
echo '[]' >list.json
expect_status 65 publish list.json
echo '{}' >empty.json
expect_status 65 publish empty.json
expect_status 77 baraza guide publish own.json --state site
expect_contains "who is not of the secretariat" "$(cat err)" "published by the secretariat"

step "what is published comes down: forms and referral have its words in four languages, and its groups"
cat >guide.json <<'X'
{"title": {"en": "The forums of Marisola", "fr": "Les forums de Marisola"},
 "questions": [{"code": "q1", "text": {"en": "What makes you feel unsafe?", "fr": "De quoi avez-vous peur ?"}}],
 "groups": ["herders", "women"],
 "script": {"en": "You may stop at any time.", "fr": "Vous pouvez arrêter à tout moment.",
            "pt": "Pode parar a qualquer momento.", "ar": "يمكنك التوقف في أي وقت."},
 "referral": {"en": "Mother Safi's house listens.", "fr": "La maison de mère Safi écoute.",
              "pt": "A casa da mãe Safi escuta.", "ar": "بيت الأم صافي يستمع."},
 "asks": ["sex", "age"], "targets": [{"group": "women", "count": 40}]}
X
expect_status 0 publish guide.json
expect_contains "what is saved" "$(cat out)" "guide, version 1"
sync founder site
in_record guide 1
for said in "en:You may stop at any time.:Mother Safi:herders" \
    "fr:Vous pouvez arrêter à tout moment.:La maison de:éleveurs" \
    "pt:Pode parar a qualquer momento.:A casa da mãe:pastores" "ar:يمكنك التوقف في أي وقت.:بيت الأم صافي:الرعاة"; do
    IFS=: read -r language script referral group <<<"$said"
    expect_status 0 baraza session forms XM-KIV-2026-003 --state site --count 1 --language "$language" \
        --out "forms-$language.html"
    expect_contains "the script" "$(cat "forms-$language.html")" "$script"
    expect_contains "the groups" "$(cat "forms-$language.html")" "$group"
    expect_status 65 baraza add --state site --language "$language" --flag child "Never written down."
    expect_contains "the referral" "$(cat out)" "$referral"
done
grep -q "elders" forms-en.html && die "a form asks for a group that the guide does not name"
expect_status 0 baraza guide show --state site
for part in "guide, version 1" "What makes you feel unsafe?" "Mother Safi"; do
    expect_contains "the guide" "$(cat out)" "$part"
done

step "what is shown can be published again, as the next version"
expect_status 0 baraza guide show --state site --json
sed 's/What makes you feel unsafe?/What frightens you?/' out >second.json
expect_status 0 publish second.json --json
expect_contains "the version" "$(cat out)" '"version":2'
sync founder site
expect_status 0 baraza guide show --state site --json
sed 's/"version":2,"id":"[0-9a-f]*"/"version":1,"id":""/' out >again
sed 's/"version":1,"id":"[0-9a-f]*"/"version":1,"id":""/' second.json >before
cmp again before || die "what was published is not what was in the file"
