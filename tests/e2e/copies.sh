#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# A site's state that was copied, put back, or runs twice at once: by network and by stick, with and without the mark
# that tells at once. The hub ends up with everything that was saved in either; nothing is overwritten; the person is
# told once, in words, what is here and what is not; and status adds up in each copy.
. "$(dirname "$0")/lib.sh"

# says STATE N WORDS: N contributions.
says() {
    local i
    for ((i = 1; i <= $2; i++)); do
        expect_status 0 baraza add --state "$1" --session XM-KIV-2026-003 --kind need --passphrase-file "$PASS" \
            "$3, number $i of $2"
        cat err >>said
    done
}

# trip STATE: to the hub and back on a stick of its own.
trip() {
    rm -rf "stick-$1" && mkdir "stick-$1"
    expect_status 0 baraza bundle out "stick-$1" --state "$1"
    expect_status 0 baraza bundle in "stick-$1" --state hub
    expect_status 0 baraza bundle out --all "stick-$1" --state hub
    expect_status 0 baraza bundle in "stick-$1" --state "$1"
    cat out >>said
}

# adds_up STATE: saved = received, and nothing waits or was refused.
adds_up() {
    settled "$1" || die "$1 does not reconcile: $(baraza status --state "$1")"
}

# told STATE N PART: it was said N times since `said` was emptied, and status says it for good.
told() {
    expect_equal "how often it was said" "$(grep -c 'This is a copy of a state' said)" "$2"
    expect_contains "the status" "$(baraza status --state "$1")" "$3"
    : >said
}

contributions() {
    baraza log --state hub --kind contribution --json | wc -l
}
forks() {
    baraza log --state hub --kind fork-evidence --json | wc -l
}

found
: >said
for name in heron ibis finch; do site $name; done
start_hub
sync founder heron ibis finch

step "by network, on the same computer: five, put back, three"
cp -a heron earlier
says heron 5 "before the copy was put back"
sync heron
rm -rf heron && mv earlier heron
says heron 3 "after it was put back"
sync heron
in_record contribution 8
adds_up heron
told heron 1 "At least 5 entries were saved on this computer later and are not here"
expect_equal "evidence of forks" "$(forks)" 0

step "by network, on another computer: only the hub can tell"
cp -a ibis earlier
says ibis 5 "before the copy was put back"
sync ibis
rm -rf ibis && mv earlier ibis
XDG_STATE_HOME=$WORK/elsewhere says ibis 3 "after it was put back elsewhere"
expect_equal "what was said while nobody knew" "$(grep -c 'copy' said)" 0
expect_status 0 baraza sync --wait --timeout 60 --state ibis --passphrase-file "$PASS"
cat err >>said
in_record contribution 16
in_record fork-evidence 1
adds_up ibis
told ibis 1 "The hub also holds what the other copy sent (up to 5 entries that are not here)"
XDG_STATE_HOME=$WORK/elsewhere says ibis 1 "in the new notebook"
sync ibis
in_record contribution 17
expect_equal "evidence of forks" "$(forks)" 1
adds_up ibis

step "two copies run at once, each with its daemon"
cp -a finch twin
start_node finch
XDG_STATE_HOME=$WORK/elsewhere start_node twin
for i in 1 2 3; do
    says finch 1 "finch in round $i"
    XDG_STATE_HOME=$WORK/elsewhere says twin 1 "its twin in round $i"
    call finch twin
    sleep 0.3
done
# Which of the two hears of the other only now needs somebody's keys for its new notebook.
expect_status 0 baraza unlock --state finch --passphrase-file "$PASS"
XDG_STATE_HOME=$WORK/elsewhere expect_status 0 baraza unlock --state twin --passphrase-file "$PASS"
# Both have one key, so the hub answers whoever said hello last, and the other is told so.
for name in finch twin; do
    for ((i = 0; i < 100; i++)); do
        call $name
        settled $name && break
        sleep 0.3
    done
    adds_up $name
done
stop finch
stop twin
in_record contribution 23
baraza status --state finch >both
baraza status --state twin >>both
[ "$(grep -c 'This is a copy of a state' both)" -ge 1 ] || die "neither of the two was told: $(cat both)"
stop hub

step "the same by stick: five, put back, three"
site egret
trip founder
trip egret
cp -a egret earlier
says egret 5 "before the copy was put back"
trip egret
rm -rf egret && mv earlier egret
: >said
XDG_STATE_HOME=$WORK/elsewhere says egret 3 "after it was put back elsewhere"
trip egret
told egret 1 "The hub also holds what the other copy sent"
trip egret
adds_up egret
expect_equal "contributions in the record" "$(contributions)" 31

step "two copies, a stick each, in turns and both at once"
cp -a egret twin2
for i in 1 2; do
    says egret 2 "egret in round $i"
    XDG_STATE_HOME=$WORK/another says twin2 2 "its twin in round $i"
    rm -rf stick && mkdir stick
    expect_status 0 baraza bundle out stick --state twin2
    expect_status 0 baraza bundle out stick --state egret
    expect_status 0 baraza bundle in stick --state hub
    expect_status 0 baraza bundle out --all stick --state hub
    expect_status 0 baraza bundle in stick --state egret
    expect_status 0 baraza bundle in stick --state twin2
done
for i in 1 2; do
    trip egret
    trip twin2
done
adds_up egret
adds_up twin2
expect_equal "contributions in the record" "$(contributions)" 39

step "every entry of everybody is in the record, each once"
expect_status 0 baraza export --out record.baraza --state hub
expect_status 0 baraza verify record.baraza --charter hub/charter
