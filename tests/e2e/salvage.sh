#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# A store that a disk has damaged where LMDB keeps its tree, and copies of sound ones: check names, salvage saves, and a
# backup is a whole state.
. "$(dirname "$0")/lib.sh"
# LMDB may end a program where its own pages are damaged: what the program says then is looked at, not the crash.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}handle_segv=0:handle_abort=0"

DAMAGE=$BARAZA_BIN/../tests/e2e/damage_store

# write_thirty NAME: a site with thirty contributions that the hub does not have.
write_thirty() {
    local i
    site "$1"
    sync founder
    echo text >rows.csv
    for ((i = 0; i < 30; i++)); do echo "Sentence $i of $1 here" >>rows.csv; done
    expect_status 0 baraza import --from csv rows.csv --session XM-KIV-2026-003 --state "$1" --passphrase-file "$PASS"
}

# all_of NAME: how many of its sentences the published record holds (words, not only entries).
all_of() {
    baraza log --state hub --kind contribution --json | grep -c "of $1 here"
}

found
start_hub

step "check finds nothing in a store that is sound, and each of these"
write_thirty sound
expect_status 0 baraza check --state sound
expect_status 0 baraza check --state sound --passphrase-file "$PASS"
expect_contains "what was read" "$(cat out)" "the words of 32 entries opened: nothing is damaged"
expect_status 0 baraza check --state hub
for what in journal part vault outbox; do
    rm -rf hurt && cp -a sound hurt
    "$DAMAGE" hurt/store $what 20 || die "nothing was damaged"
    expect_status 1 baraza check --state hurt --passphrase-file "$PASS"
    expect_contains "where" "$(cat out)" "number 20 of notebook"
done

step "a flipped bit in any page of the tree: named or harmless, never less without a word; salvage brings the rest"
may_crash # LMDB believes what it reads (common/ops/process.c)
cases=0 found=0
for ((page = 0; page < 24; page++)); do
    for at in 11 12 17 3000; do
        rm -rf hurt saved && cp -a sound hurt
        "$DAMAGE" hurt/store page $page $at
        case $? in 3) break 2 ;; 0) ;; *) die "damage_store" ;; esac
        cases=$((cases + 1))
        if baraza status --json --state hurt >out 2>err &&
            ! grep -q '"damage":{"entries":0,"lost":0,"hidden":0,' out; then
            found=$((found + 1))
        elif grep -q '"entries"' out; then
            expect_contains "page $page at $at" "$(cat out)" '"entries":{"saved":32,'
        fi
        checked=0
        baraza check --json --state hurt >check 2>err || checked=$?
        [ $checked -le 1 ] || die "check ended with $checked at byte $at of page $page: $(cat err)"
        expect_status 0 baraza salvage saved --state hurt --json
        entries=$(field entries out)
        [ "$entries" -ge 31 ] || die "byte $at of page $page: only $entries entries were saved"
        [ "$entries" -eq 32 ] || expect_equal "check of page $page at $at" $checked 1
        expect_status 0 baraza status --json --state saved
        expect_contains "page $page at $at, saved" "$(cat out)" '"entries":{"saved":32,'
    done
done
[ $cases -ge 40 ] || die "only $cases cases"
[ $found -ge 3 ] || die "only $found were seen"

step "what was salvaged goes on, in a new notebook"
rm -rf hurt saved && cp -a sound hurt
"$DAMAGE" hurt/store page 2 12 || die "nothing was damaged"
expect_status 0 baraza salvage saved --state hurt
expect_status 0 baraza add "Said afterwards, of sound here" --state saved --session XM-KIV-2026-003 \
    --passphrase-file "$PASS"
sync saved
wait_until 10 "the sentences of sound in the record" eval '[ "$(all_of sound)" -eq 31 ]'
expect_status 2 baraza salvage other --state hub
expect_status 73 baraza salvage saved --state hurt

step "a backup of a site and of a hub, made while they run, is a whole state"
start_node saved
mkdir stick
expect_status 0 baraza backup stick --state saved
expect_status 0 baraza backup copied --state hub
stop saved
mv stick/baraza-* restored
expect_status 0 baraza check --state restored --passphrase-file "$PASS"
expect_status 0 baraza add "Said from the copy, of sound here" --state restored --session XM-KIV-2026-003 \
    --passphrase-file "$PASS"
sync restored
wait_until 10 "the sentence from the copy in the record" eval '[ "$(all_of sound)" -eq 32 ]'
expect_status 0 baraza check --state copied
stop hub

step "at a hub a damaged entry, or its words, is named; the others are read, and no export is written"
for what in leaf leaf-part; do
    rm -rf hurt && cp -a hub hurt
    expect_status 0 baraza log --state hub --json
    all=$(wc -l <out)
    "$DAMAGE" hurt/store $what 20 || die "nothing was damaged"
    expect_status 0 baraza log --state hurt --json
    expect_contains "what is damaged" "$(cat err)" "entry 20 of the record"
    expect_equal "entries shown" "$(wc -l <out)" "$([ $what = leaf ] && echo $((all - 1)) || echo "$all")"
    expect_status 0 baraza status --state hurt
    expect_status 1 baraza check --state hurt
    expect_contains "what check says" "$(cat out)" "entry 20 of the record"
    expect_status 65 baraza export --state hurt --parts --out never.baraza
    [ ! -e never.baraza ] || die "an export was written that could not be verified"
done

step "a hub goes on from a backup that has all it published"
mv hub hub.old
mv copied hub
start_hub
stop hub
