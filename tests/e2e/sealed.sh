#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Sealed parts: who said it, and what was said against the army, are read by those they are sealed to and by nobody
# else. Not a byte of them lies at site, hub or courier, in eight encodings; and whoever opens one says so first.
. "$(dirname "$0")/lib.sh"
canary=$BARAZA_BIN/../tests/e2e/canary

# id_at N: the id of the contribution of that number in the site's notebook.
id_at() {
    baraza list --state site --json | grep "\"number\":$1," | grep -o '"id":"[0-9a-f]*"' | head -n 1 | cut -d'"' -f4
}

step "canaries: names and words with accents, from right to left, with emoji, and 64 KB long; the scanner finds each"
mkdir words planted
printf 'Adjoua Kéïta-Zöngo, rue des Manguiers 7, tél. 0700-11-22' >words/name
printf 'عائشة بنت الوادي، قرب بئر الجنوب' >words/arabic-name
printf 'Les soldats du poste Manté ont brûlé le grenier de Zémio' >words/accents
printf 'الجنود أخذوا الماشية ليلاً عند المعبر القديم' >words/arabic
printf 'They came 🐘🔥 with lorries and took the ferry rope away' >words/emoji
for ((i = 0; i < 1400; i++)); do printf 'day %d they shelled Kivuré village, hut by hut. ' $i; done |
    head -c 65536 >words/long
printf 'Wénceslas Otombo, the one with the blue bicycle' >words/imported-name
printf 'Imported: the patrol at Kilométre Douze takes money' >words/imported
printf 'Corrected: it was the gendarmes of Otémbe, not soldiers' >words/corrected
expect_status 0 "$canary" --plant words planted
for planted in planted/*; do
    "$canary" words "$planted" >out && die "the scanner does not find $planted"
done
expect_equal "planted files" "$(ls planted | wc -l)" $((9 * 8))
rm -r planted

step "two officers whose keys are made here, under passphrases of their own, and an ombudsman who brings one"
found_settings
printf 'the ombudsman alone\n' >ombuds.pass
expect_status 0 baraza protect new ombuds --out ombuds.key --passphrase-file ombuds.pass
cp out ombuds.line
expect_status 73 baraza protect new ombuds --out ombuds.key --passphrase-file ombuds.pass
expect_equal "who may read the key file" "$(stat -c %a ombuds.key)" 600
expect_status 2 baraza hub init "Sealed" --state hub --founder founder --prefix records.example.org/sealed \
    --address "127.0.0.1:$HUB_PORT" --passphrase-file "$PASS" --protect ombuds=ombuds.line
expect_contains "one alone" "$(cat err)" "no one of them can do so unseen"
expect_status 2 baraza hub init "Sealed" --state hub --founder founder --prefix records.example.org/sealed \
    --address "127.0.0.1:$HUB_PORT" --passphrase-file "$PASS" --officer lark --protect ombuds=words/name
expect_status 0 baraza hub init "Sealed" --state hub --founder founder --prefix records.example.org/sealed \
    --address "127.0.0.1:$HUB_PORT" --passphrase-file "$PASS" --officer lark --officer wren --protect ombuds=ombuds.line
mv founder/keys/protect-lark lark.key
grep -rq 'baraza/protect-key' hub && die "a protection key is at the hub"
grep -q "^$(cat ombuds.line)\$" hub/charter || die "the ombudsman's key is not in the charter"
printf 'lark chooses her own\n' >lark.pass
expect_status 0 baraza protect passphrase lark.key --old-passphrase-file "$PASS" --passphrase-file lark.pass
expect_status 77 baraza protect passphrase lark.key --old-passphrase-file "$PASS" --passphrase-file lark.pass
newcomer site facilitator
newcomer lark protection
newcomer spy drafter
start_hub
sync founder site lark spy
stop hub
expect_status 0 baraza unlock site --state site --passphrase-file "$PASS"
expect_status 0 baraza session open XM-KIV-2026-003 --area XM-KIV --state site

step "sealing says to whom, and that the author cannot read it either; too few, or unknown, are refused"
add() { expect_status 0 baraza add --state site "$@"; }
expect_status 2 baraza add --state site --sensitivity sealed --seal-to lark "Never written down."
expect_contains "one recipient" "$(cat err)" "at least 2"
expect_status 2 baraza add --state site --sensitivity sealed --seal-to lark --seal-to wern "Never written down."
expect_contains "an unknown one" "$(cat err)" "lark, wren, ombuds"
expect_status 2 baraza add --state site --seal-to lark --seal-to wren "Never written down."
add --sensitivity sealed --group women --theme armed-groups --kind threat --summary "$(cat words/accents)" \
    "$(cat words/emoji)"
expect_contains "what is said before" "$(cat err)" "sealed to lark, wren and ombuds: nobody else can read it then"
sealed=$(id_at 2)
baraza add --state site --sensitivity sealed --seal-to lark --seal-to ombuds <words/accents >/dev/null 2>&1 ||
    die "words from standard input"
baraza add --state site --sensitivity sealed --lang ar --identity-file words/arabic-name - <words/arabic >/dev/null \
    2>&1 || die "words in Arabic"
arabic=$(id_at 4)
baraza add --state site --sensitivity sealed - <words/long >/dev/null 2>&1 || die "64 KB"
add --identity "$(cat words/name)" "The road is unsafe after dark."
named=$(id_at 6)
expect_status 2 baraza add --state site --sensitivity sealed --form 3 --written-by "Somebody" "Never written down."
expect_contains "a name in the clear" "$(cat err)" "--identity"
add --sensitivity restricted --flag names-person "Only for named roles: the mill."
expect_contains "advice" "$(cat err)" "--sensitivity sealed"

step "what will be sealed is typed here, and no editor is opened for it"
printf '#!/bin/sh\ntouch %s/edited\nexit 1\n' "$WORK" >editor
chmod +x editor
{ sleep 1; printf '%s\n\004' "$(cat words/name)"; sleep 1; printf '%s\n\004' "$(cat words/accents)"; sleep 1; } |
    EDITOR=$WORK/editor script -qec "baraza add --state site --sensitivity sealed --identity -" /dev/null >typed 2>&1
expect_contains "what is asked" "$(cat typed)" "Who said it, and how to reach them"
expect_contains "what was typed" "$(cat typed)" "saved "
[ ! -e edited ] || die "an editor was opened"
rm typed
printf '#!/bin/sh\nbaraza lock --state %s/site && echo "Typed while it was locked." >"$1"\n' "$WORK" >editor
before=$(baraza list --state site --json | wc -l)
{ sleep 3; echo "no passphrase of hers"; sleep 1; } |
    EDITOR=$WORK/editor timeout 20 script -qec "baraza add --state site" /dev/null >typed 2>&1
expect_contains "who is locked while she writes" "$(cat typed)" "Passphrase of site"
expect_equal "nothing was saved" "$(baraza list --state site --json | wc -l)" "$before"
expect_status 0 baraza unlock site --state site --passphrase-file "$PASS"

step "of a child or of gender-based violence nothing verbatim is taken; help is read out in four languages"
before=$(baraza list --state site --json | wc -l)
for said in "en:into wrong hands" "fr:entre de mauvaises mains" "pt:em mãos erradas" "ar:في أيدٍ غير مأمونة"; do
    expect_status 65 baraza add --state site --language "${said%%:*}" --flag gender-based-violence "$(cat words/name)"
    expect_contains "what is read out" "$(cat out)" "${said#*:}"
    expect_contains "what is said" "$(cat err)" "Nothing was saved"
done
expect_status 65 baraza add --state site --flag child --json "$(cat words/name)"
expect_contains "what is read out" "$(cat out)" '"referral":"Thank you for your trust.'
baraza add --state site --flag child --identity-file words/name - <words/accents >out 2>err && die "words about a child"
expect_status 65 baraza correct "$named" --state site --reason incomplete --flag child --text "$(cat words/name)"
expect_status 2 baraza add --state site --flag child --no-words --identity "$(cat words/name)"
expect_status 2 baraza add --state site --flag child --no-words "$(cat words/name)"
expect_equal "nothing was saved" "$(baraza list --state site --json | wc -l)" "$before"
add --flag child --no-words --kind need
expect_status 0 baraza list --state site
expect_contains "that it was raised" "$(cat out)" "(no words were taken)"
expect_status 0 baraza show "$(id_at 9)" --state site --json
expect_contains "its flag" "$(cat out)" '"flags":["child"]'
expect_equal "what was said" "$(grep -c '"said"\|"identity"' out)" 0

step "a code that the codebook does not have is refused with the near one, and taken on purpose only"
for option in "--group wimmen:women" "--theme land-dispute:land-disputes" "--scope publish-txt:publish-text" \
    "--flag names-persn:names-person"; do
    # shellcheck disable=SC2086
    expect_status 2 baraza add --state site ${option%%:*} "Never written down."
    expect_contains "the near code" "$(cat err)" "did you mean \"${option#*:}\"?"
done
expect_status 2 baraza correct "$named" --state site --reason wrong-speaker --group wimmen
add --group ferrymen --new-code "The ferry rope is gone."
expect_status 2 baraza session open XM-KIV-2026-005 --area XM-KIV --state site --scope publish-txt
expect_status 2 baraza session open XM-KIV-2026-005 --area XM-KIV --state site --sensitivity sealed --seal-to lark

step "a forum whose words are all sealed, and rows of a table with identity, sensitivity and recipients of their own"
expect_status 0 baraza session open XM-KIV-2026-004 --area XM-KIV --state site --sensitivity sealed --seal-to wren \
    --seal-to ombuds
baraza add --state site --session XM-KIV-2026-004 - <words/accents >/dev/null 2>err || die "$(cat err)"
expect_contains "the forum's recipients" "$(cat err)" "sealed to wren and ombuds"
{
    echo 'id,said,identity,sensitivity,seal-to,flags,group,author'
    printf '1,"%s","%s",sealed,lark;wren,,women,\n' "$(cat words/imported)" "$(cat words/imported-name)"
    printf '2,A well is needed.,"%s",,,,youth,\n' "$(cat words/imported-name)"
    echo '3,She told us of her brother.,,,,child,women,'
    echo '4,A market is needed.,,secret,,,youth,'
    echo '5,A school is needed.,,sealed,lark,,youth,'
    echo '6,A bridge is needed.,,sealed,,,youth,Somebody Known'
    echo '7,A road is needed.,,,,,yuoth,'
    echo '8,A dam is needed.,,,,names-unti,youth,'
    echo '9,The chief of the mill has it.,,,,names-person,youth,'
} >table.csv
expect_status 65 baraza import --state site --from csv table.csv --area XM-KIV
cp out imported; cp err refused
expect_contains "the result" "$(cat imported)" "9 rows = 3 saved + 0 here already + 6 refused"
expect_contains "what is said before" "$(cat refused)" "nobody else can read them then, you neither"
expect_contains "advice" "$(cat refused)" "flagged as dangerous and not sealed: 1 of the rows"
expect_contains "the file" "$(cat refused)" "table.csv itself still has it in the clear"
for part in "row 3 (line 4)" "gender" "row 4" 'did you mean' "row 5" "at least 2" "row 6" "in the clear" \
    'did you mean "youth"' 'did you mean "names-unit"'; do
    expect_contains "refused rows" "$(cat refused imported)" "$part"
done
rm table.csv
expect_status 0 baraza list --state site --json
cp out here.json

step "a correction of sealed words is sealed too, to those who have the original, or is not written"
expect_status 0 baraza correct "$sealed" --state site --reason misheard --text "$(cat words/corrected)" \
    --why "$(cat words/corrected)" --theme crime
expect_contains "to whom" "$(cat err)" "sealed to lark, wren and ombuds"
expect_status 2 baraza correct "$sealed" --state site --reason wrong-speaker --group youth
expect_contains "what cannot be said again" "$(cat err)" "--text"
expect_status 2 baraza correct "$(printf 'ab%.0s' {1..32})" --state site --reason misheard --text "Not known here."
expect_contains "an original that is not here" "$(cat err)" "--sensitivity"

step "readers show whom it is sealed to, not bytes, at the site and at the hub"
expect_status 0 baraza list --state site
expect_contains "the list" "$(cat out)" "(sealed to lark, wren and ombuds)"
expect_contains "the list" "$(cat out)" "[identity sealed]"
expect_contains "the list" "$(cat out)" "[restricted]"
expect_status 0 baraza show "$sealed" --state site
expect_contains "show" "$(cat out)" '"lark","wren","ombuds"'
expect_contains "show" "$(cat out)" 'guarded:  sealed'
expect_status 0 baraza bundle out stick --state site
start_hub
sync site
in_record correction 1
expect_status 0 baraza log --state hub
expect_contains "the log" "$(cat out)" "(sealed to wren and ombuds)"
expect_status 0 baraza log --state hub --kind correction
expect_contains "the log of corrections" "$(cat out)" "misheard: (sealed to lark, wren and ombuds)"
expect_status 0 baraza trace "$sealed" --state hub
expect_contains "trace" "$(cat out)" "(sealed)"

step "no canary at site, in the bundle, at the hub, in logs, in marks; locked and after the hub has stopped"
expect_status 0 baraza export --state hub --parts --out words.export
expect_status 0 baraza export --state hub --parts --restricted --sealed --out officers.export
expect_status 0 baraza export --state hub --parts --restricted --json
cp out words.json
expect_status 2 baraza export --state hub --parts --sealed --json
expect_status 0 baraza lock --state site
"$canary" words site hub stick marks hub.log here.json words.export officers.export words.json founder lark >hits ||
    die "$(cat hits)"
for words in "The road is unsafe after dark." "A well is needed."; do
    grep -aq "$words" words.export || die "'$words' is not in the export"
done
expect_status 0 baraza verify officers.export --charter founder/charter

step "an officer opens: the record is told first, then the words are shown"
opening() { baraza open "$@" --state lark --passphrase-file "$PASS" --key lark.key --key-passphrase-file lark.pass; }
expect_status 0 opening "$named" --part identity --reason contact-back --record officers.export \
    --text "She asked for news."
expect_contains "the identity" "$(cat out)" "$(cat words/name)"
expect_contains "what is said" "$(cat err)" "the record says that you opened this"
expect_status 0 opening "$arabic" --part said --reason check --record officers.export --json
expect_contains "the words" "$(cat out)" "$(cat words/arabic)"
expect_status 0 opening "$sealed" --part said --reason check --record hub --out opened.txt
expect_status 73 opening "$sealed" --part said --reason check --record hub --out opened.txt
expect_equal "on standard output" "$(wc -c <out)" 0
expect_contains "the file" "$(cat opened.txt)" "$(cat words/emoji)"
expect_equal "who may read the file" "$(stat -c %a opened.txt)" 600
corrected=$(baraza log --state hub --kind correction --json | grep -o '"id":"[0-9a-f]*"' | head -n 1 | cut -d'"' -f4)
for part in said reason; do
    expect_status 0 opening "$corrected" --part $part --reason check --record officers.export
    expect_contains "part $part of the correction" "$(cat out)" "$(cat words/corrected)"
done
sync lark
in_record opened 5
expect_status 0 baraza log --state hub --kind opened
for words in "to contact the speaker again: identity" "She asked for news." "(protection)"; do
    expect_contains "the log of openings" "$(cat out)" "$words"
done
expect_status 0 baraza show "$named" --state hub
expect_contains "show" "$(cat out)" "[opened 1 time]"
expect_status 0 baraza log --state hub --kind contribution --json
expect_contains "an opening in JSON" "$(grep "$named" out)" '"opened":[{"id":"'
expect_status 0 baraza export --state hub --out later.export
expect_status 0 baraza verify later.export --charter founder/charter --json
expect_contains "the verified record" "$(cat out)" '"opened":5'
"$canary" words hub lark/store hub.log later.export >hits || die "what was opened was kept: $(cat hits)"

step "nobody opens without the key, the passphrase, the role, a reason, or a record that can be told"
before=$(baraza list --all --state lark --passphrase-file "$PASS" --json | grep -c '"opened"')
expect_status 2 opening "$named" --part identity --record officers.export
expect_status 2 opening "$named" --part identity --reason curiosity --record officers.export
expect_status 77 baraza open "$named" --part identity --reason check --record officers.export --state lark \
    --passphrase-file "$PASS" --key lark.key --key-passphrase-file "$PASS"
expect_status 77 baraza open "$named" --part identity --reason check --record officers.export --state spy \
    --passphrase-file "$PASS" --key lark.key --key-passphrase-file lark.pass
expect_contains "no role" "$(cat err)" "no-role"
theirs=$(grep '"session":"XM-KIV-2026-004"' here.json | grep -o '"id":"[0-9a-f]*"' | head -n 1 | cut -d'"' -f4)
expect_status 77 opening "$theirs" --part said --reason check --record officers.export
expect_contains "another's" "$(cat err)" "other-key"
expect_contains "another's" "$(cat err)" "sealed to wren and ombuds"
expect_status 66 opening "$named" --part identity --reason check --record words.export
expect_contains "kept back" "$(cat err)" "withheld"
expect_status 65 opening "$named" --part said --reason check --record officers.export
expect_contains "not sealed" "$(cat err)" "not-sealed"
expect_status 66 opening "$sealed" --part identity --reason check --record officers.export
expect_contains "never given" "$(cat err)" "not-given"
words=$(
    trap '' XFSZ
    ulimit -f 0 # whatever is written fails
    baraza open "$named" --part identity --reason check --record officers.export --state lark \
        --passphrase-file "$PASS" --key lark.key --key-passphrase-file lark.pass 2>&1
    echo "status $?"
)
expect_contains "opened without telling" "$words" "status 74"
expect_contains "what is said then" "$words" "nothing was opened"
[[ $words != *"$(cat words/name)"* ]] || die "words were shown without telling"
expect_equal "openings that were told" \
    "$(baraza list --all --state lark --passphrase-file "$PASS" --json | grep -c '"opened"')" "$before"
stop hub
