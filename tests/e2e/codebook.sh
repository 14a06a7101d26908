#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# The secretariat publishes its codebook from a table; a site that exchanges works with it, in add, import and on
# paper forms in four languages. No version drops a code.
. "$(dirname "$0")/lib.sh"

publish() { baraza codebook publish "$@" --state founder --as registrar --passphrase-file "$PASS"; }

found
newcomer site facilitator
start_hub
sync founder site
expect_status 0 baraza unlock site --state site --passphrase-file "$PASS"
expect_status 0 baraza session open XM-KIV-2026-003 --area XM-KIV --state site

step "before anything is published the starter codebook is shown, in four languages, and as a table to edit"
for label in "en:women's group" "fr:groupe de femmes" "pt:grupo de mulheres" "ar:مجموعة نسائية"; do
    expect_status 0 baraza codebook show --state site --language "${label%%:*}"
    expect_contains "the starter codebook" "$(cat out)" "${label#*:}"
done
expect_status 0 baraza codebook show --state site --json
expect_contains "in JSON" "$(cat out)" '"version":0'
expect_status 0 baraza codebook show --state site --csv
cp out starter.csv
expect_contains "the columns" "$(head -n 1 starter.csv)" \
    "list,code,parent,definition,include,exclude,example,from,replaced,label_en"

step "faults are named with their line, all at once, and nothing is published"
cat >bad.csv <<'X'
list,code,parent,label_en,replaced
group,fishers,,fishing people,
group,fishers,,fishers again,
tribe,x,,an x,
group,two words,,two words,
theme,nameless,,,
theme,wells,water,wells,
theme,dams,,dams,lakes
theme,a,b,a,
theme,b,a,b,
group,one,,"one,
X
expect_status 65 publish bad.csv
for part in 'line 4: "tribe" is no list' 'line 5: "two words" is no code' 'line 6: "nameless" has no label' "line 11:" \
    "Not published:"; do
    expect_contains "faults of rows" "$(cat err)" "$part"
done
grep -v '^tribe\|two words\|nameless\|"one' bad.csv >worse.csv
expect_status 65 publish worse.csv
for part in 'line 3: "fishers" stands on line 2 already' 'parent of "wells": "water"' 'replaced of "dams": "lakes"' \
    '"a" stands above itself'; do
    expect_contains "faults of the table" "$(cat err)" "$part"
done
printf 'list,code,lable_en\ngroup,x,X\n' >heading.csv
expect_status 65 publish heading.csv
expect_contains "an unknown column" "$(cat err)" 'line 1: there is no column "lable_en"'
printf 'list,code,label_en\ngroup,x,%0100d\n' 7 >long.csv
expect_status 65 publish long.csv
expect_contains "a label that fits no form" "$(cat err)" "line 2: label_en has 100 bytes, and 95"
printf 'list,code,label_en\ngroup,x,\xff\n' >latin.csv
expect_status 65 publish latin.csv
expect_status 77 baraza codebook publish starter.csv --state site
expect_contains "who is not of the secretariat" "$(cat err)" "published by the secretariat"
expect_status 0 baraza codebook show --state founder --json --passphrase-file "$PASS"
expect_contains "what was published" "$(cat out)" '"version":0'

step "a first version comes down to the site: add, import and forms have its codes, and no others"
cat >first.csv <<'X'
list,code,parent,label_en,label_fr,label_pt,label_ar,definition
group,fishers,,fishing people,pêcheurs de la lagune,pescadores da lagoa,صيادو البحيرة,"live from it, or trade in fish"
group,potters,,potters,potières,oleiras,صانعات الفخار,
theme,lagoon,,the lagoon,la lagune,a lagoa,البحيرة,
theme,nets,lagoon,nets that were cut,filets coupés,redes cortadas,شباك مقطوعة,
area,XM-KIV,,Kivuré,Kivuré,Kivuré,كيفوري,
X
expect_status 0 publish first.csv
expect_contains "what is said" "$(cat out)" "codebook, version 1"
expect_status 2 baraza add --state site --group fishers "Never written down."
sync founder site
in_record codebook 1
expect_status 0 baraza add --state site --group fishers --theme nets "They cut our nets at night."
expect_status 2 baraza add --state site --group fisher "Never written down."
expect_contains "the near code" "$(cat err)" 'did you mean "fishers"?'
expect_status 2 baraza add --state site --group women "Never written down."
printf 'id,said,group,theme\n1,The lagoon is low.,fishers,lagoon\n2,Never taken.,women,lagoon\n' >table.csv
expect_status 65 baraza import --state site --from csv table.csv --area XM-KIV
expect_contains "the import" "$(cat out)" "2 rows = 1 saved + 0 here already + 1 refused"
for label in "en:fishing people" "fr:pêcheurs de la lagune" "pt:pescadores da lagoa" "ar:صيادو البحيرة"; do
    expect_status 0 baraza session forms XM-KIV-2026-003 --state site --count 2 --language "${label%%:*}" \
        --out "forms-${label%%:*}.html"
    expect_contains "the printed form" "$(cat "forms-${label%%:*}.html")" "${label#*:}"
    expect_status 0 baraza codebook show --state site --language "${label%%:*}"
    expect_contains "the codebook at the site" "$(cat out)" "${label#*:}"
done
grep -q "groupe de femmes" forms-fr.html && die "a form has a group that was not published"
expect_status 0 baraza codebook show --state site --json
expect_contains "in JSON" "$(cat out)" '"version":1'
expect_contains "in JSON" "$(cat out)" '"code":"nets","parent":"lagoon"'

step "a second version may replace a code and never drop one; what is shown can be edited and published again"
grep -v potters first.csv >dropped.csv
expect_status 65 publish dropped.csv
expect_contains "what is dropped" "$(cat err)" '"potters" of the groups was published and is not in this file'
expect_status 0 baraza codebook show --state founder --csv --passphrase-file "$PASS"
sed -E 's/^(group,potters,,,,,,,)/\1artisans/' out >second.csv
echo 'group,artisans,,,,,,,,حرفيون,artisans,artisans de la rive,artesãos' >>second.csv
expect_status 0 publish second.csv --json
expect_contains "the version" "$(cat out)" '"version":2'
sync founder site
in_record codebook 2
expect_status 0 baraza add --state site --group artisans "Clay is far away now."
expect_status 0 baraza add --state site --group potters "A code stays valid for ever."
expect_status 0 baraza codebook show --state site
expect_contains "a replaced code" "$(cat out)" "potters  potters  [replaced by artisans]"
expect_status 0 baraza session forms XM-KIV-2026-003 --state site --count 2 --language fr --out later.html
expect_contains "the new group" "$(cat later.html)" "artisans de la rive"
grep -q "potières" later.html && die "a form asks for a group that is replaced"
expect_status 0 baraza lock --state site
expect_status 77 baraza codebook show --state site
expect_status 0 baraza codebook show --state hub
expect_contains "at the hub" "$(cat out)" "codebook, version 2"
