#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Tables made elsewhere: every good row once, every byte of it; bad rows named with their cause; twice adds nothing.
. "$(dirname "$0")/lib.sh"

echo "three herons stand" >pass
export BARAZA_STATE=$WORK/site
baraza hub init "Practice" --prefix records.example.org/practice --state hub --founder founder \
    --address 127.0.0.1:4740 --practice --passphrase-file pass >/dev/null || die "hub init"
baraza invite --state founder --as registrar --role facilitator --out invitation --passphrase-file pass >/dev/null ||
    die "invite"
baraza join invitation --name Heron --passphrase-file pass >/dev/null || die "join"

# b COMMAND...: as Heron.
b() {
    baraza "$@" --passphrase-file "$WORK/pass"
}

step "our own forums"
for forum in "$BARAZA_ROOT"/tests/data/forums/XM-*.csv; do
    name=$(basename "$forum" .csv)
    expect_status 0 b import --from csv "$forum" --area "${name:0:6}" --type town-hall
    expect_contains "import of $name" "$(cat out)" " 0 here already + 0 refused; forum $name"
done
expect_status 0 baraza status --json
expect_contains "the count" "$(cat out)" '"saved":148,'
expect_status 0 b list --session XM-TAM-2026-025 --json
expect_contains "an Arabic forum" "$(cat out)" '"lang":"ar"'

step "a file with everything that can be wrong, and every kind of bytes"
mkdir -p here/made.up
{
    printf 'comment_id,Comment-Body,author_id,extra\r\n'
    printf '1,"with, comma and ""quotes""",7,x\r\n'
    printf '2,"two\r\nlines",7,x\r\n'
    printf '3,cafe\xcc\x81 \xe9\x81\x93,8,x\r\n'
    printf '4,,8,x\r\n'
    printf '1,again,8,x\r\n'
    printf '5,a "quote" inside,8,x\r\n'
    printf '6,too,many,x,y\r\n'
    printf '7,=1+1,9,x\r\n'
    printf '8,\xff\xfe,9,x\r\n'
} >here/made.up/comments.csv
expect_status 65 b import --from polis here/made.up --area XM --json
expect_contains "rows" "$(cat out)" '"rows":9,"saved":5,"already":0'
expect_contains "an empty text" "$(cat out)" '{"row":4,"line":6,"why":"its text is empty"}'
expect_contains "an id twice" "$(cat out)" '"row":5,"line":7,"why":"its id \"1\" is that of row 1 already"'
expect_contains "a stray quote" "$(cat out)" '"row":6,'
expect_contains "a column too many" "$(cat out)" '"row":7,"line":9,"why":"it has 5 columns'
expect_contains "columns that are not taken" "$(cat err)" "extra"
expect_status 0 b list --session made.up --json
expect_contains "commas and quotes" "$(cat out)" '"text":"with, comma and \"quotes\""'
expect_contains "line breaks" "$(cat out)" '"text":"two\r\nlines"'
decomposed=$(printf 'cafe\xcc\x81 \xe9\x81\x93')
expect_contains "a text that is not in NFC" "$(cat out)" "\"text\":\"$decomposed\""
expect_contains "a text that looks like a formula" "$(cat out)" '"text":"=1+1"'
expect_contains "bytes that are not text" "$(cat out)" '"text":{"base64":"//4="}'

step "twice, from another place, and with a text that was edited since"
mkdir elsewhere && cp -r here/made.up elsewhere/
sed -i 's/^7,=1+1/7,edited/; s/^4,,8/9,new,8/' elsewhere/made.up/comments.csv
expect_status 65 b import --from polis elsewhere/made.up/comments.csv --json
expect_contains "the second run" "$(cat out)" '"rows":9,"saved":1,"already":5'
expect_contains "the edited row" "$(cat out)" '"changed":[{"row":8,"line":10,'
expect_status 65 b import --from csv here/made.up/comments.csv --area XM
expect_contains "a csv without its columns" "$(cat err)" '"said"'
printf 'said\ncaf\xe9 noir\nbon jour\n' >latin.csv
expect_status 0 b import --from csv latin.csv --area XM
expect_contains "a row that is not UTF-8" "$(cat out)" "1 row is not UTF-8: the bytes are kept"

step "open exports of public conversations"
[ -d "$BARAZA_SHARED/data/polis" ] || skip "no shared material at $BARAZA_SHARED/data/polis"
for conversation in "$BARAZA_SHARED"/data/polis/*/; do
    expect_status 0 b import --from polis "$conversation" --area XM --json
    rows=$(sed -n 's/.*"rows":\([0-9]*\),.*/\1/p' out)
    expect_contains "$conversation" "$(cat out)" "\"saved\":$rows,\"already\":0,\"refused\":[],\"changed\":[]"
    expect_status 0 b import --from polis "${conversation%/}" --json
    expect_contains "$conversation again" "$(cat out)" "\"saved\":0,\"already\":$rows,\"refused\":[],\"changed\":[]"
done

step "an import's forum is nobody's next one; a disk that fills: how many are in is said, and it goes on"
expect_status 0 b session open XM-LAST --area XM
echo text >late.csv && echo "Something else." >>late.csv
expect_status 0 b import --from csv late.csv --area XM
expect_status 0 b add "Said after the import."
expect_contains "where it went" "$(cat out)" "forum XM-LAST"
echo text >many.csv
for ((i = 0; i < 1500; i++)); do echo "Row $i says as much as a row does that somebody typed in."; done >>many.csv
used=$(stat -c %b site/store/data.mdb)
stopped=0
(
    ulimit -f $((used / 2 + 2000)) # in KiB; blocks are 512 bytes
    trap '' XFSZ
    b import --from csv many.csv --area XM >out 2>err
) || stopped=$?
[ $stopped -gt 64 ] || die "the import ended with $stopped: $(cat out err)"
expect_contains "what stopped it" "$(cat err)" "Not saved"
expect_contains "what to do" "$(cat out)" "of 1500 rows in the file"
saved=$(sed -n 's/^[0-9]* rows = \([0-9]*\) saved.*/\1/p' out)
[ "$saved" -gt 0 ] && [ "$saved" -lt 1500 ] || die "saved: $saved"
rows=$(sed -n 's/^\([0-9]*\) rows = .*/\1/p' out)
unsaved=$(sed -n 's/.* + \([0-9]*\) not saved;.*/\1/p' out)
expect_equal "the sum" $((saved + unsaved)) "$rows"
expect_status 0 b import --from csv many.csv --area XM
expect_contains "the second run" "$(cat out)" "1500 rows = $((1500 - saved)) saved + $saved here already + 0 refused"
