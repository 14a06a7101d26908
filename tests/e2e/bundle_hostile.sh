#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Bundles that somebody made to do harm, on the stick before a good one: at the hub, at a site, and at a site that would
# only carry them. Each is refused with a name, stops no other, and leaves nothing anywhere. (hostile_bundles.c tries
# many more on the reader alone, and measures what they cost.)
. "$(dirname "$0")/lib.sh"

# spoil FILE DIR: what can be done to a bundle on its way, as files in DIR. Their names come before those of good ones.
spoil() {
    local size n byte
    size=$(stat -c %s "$1")
    for ((n = 0; n < size && n < 4096; n += 64)); do
        head -c $n "$1" >"$2/00-cut-$(printf '%05d' $n).bundle"
    done
    for n in 40 90 150 250; do
        cp "$1" "$2/00-changed-$n.bundle"
        byte=$(od -An -tu1 -j $n -N 1 "$1")
        printf "\\x$(printf '%02x' $((byte ^ 1)))" |
            dd of="$2/00-changed-$n.bundle" bs=1 seek=$n conv=notrunc status=none
    done
    { cat "$1" && printf x; } >"$2/00-longer.bundle"
    sed '1s/v1/v0/' "$1" >"$2/00-older.bundle"
    printf 'baraza/bundle/v1\n\377\377\377\376rest' >"$2/00-claim.bundle"
    truncate -s 4G "$2/00-sparse.bundle"
    ln -s "$(realpath "$1")" "$2/00-link.bundle"
    ln -s /etc/hostname "$2/00-elsewhere.bundle"
    mkfifo "$2/00-pipe.bundle"
    mkdir "$2/00-folder.bundle"
    echo "not a bundle" >"$2/00-$(printf 'odd \351 \377 "name"').bundle" # names are bytes, and need not be UTF-8
}

# everywhere: all names there are, but for what a store and its lock change in themselves.
everywhere() {
    find "$WORK" -print | grep -v '/store/\|/sites\|/carried\|/err$\|/out$\|before$' | sort
}

# refuses STATE STICK GOOD [STATUS]: every spoilt one is refused by name, GOOD others are taken.
refuses() {
    everywhere >before
    expect_status "${4:-1}" baraza bundle in "$2" --state "$1" --json
    expect_equal "refused without a name" "$(grep '"taken":false' out | grep -vc '"reason":"[a-z-]*"')" 0
    expect_equal "refused for a fault of the reader" "$(grep -c '"reason":"reader"' out)" 0
    expect_equal "taken" "$(grep -c '"taken":true' out)" "$3"
    refused=$(grep -c '"taken":false' out)
    [ "$refused" -ge 60 ] || die "only $refused hostile ones: $(cut -c1-200 out)"
    everywhere | diff before - || die "something was written elsewhere"
}

found
mkdir stick up down
site heron
site ibis
# Long enough to be cut in many places.
for i in 1 2 3 4 5 6 7 8; do
    expect_status 0 baraza add --state heron --session XM-KIV-2026-003 --kind need --passphrase-file "$PASS" \
        "$i $(head -c 300 /dev/urandom | base64 -w 0)"
done

step "entries that are none, in bundles that are good in form"
expect_status 0 "$BARAZA_BIN/../tests/e2e/bad_bundles" hub/charter stick
expect_status 0 baraza bundle out stick/good.bundle --state founder
for hub in "none" "running"; do
    [ $hub = none ] || start_hub
    expect_status 1 baraza bundle in stick --state hub --json
    expect_equal "refused" "$(grep -c '"reason":"message"' out)" 7
    expect_equal "taken" "$(grep -c '"taken":true' out)" 1
    [ $hub = none ] || stop hub
done

step "at the hub"
expect_status 0 baraza bundle out up/z.bundle --state heron
spoil up/z.bundle up
refuses hub up 1
expect_equal "contributions in the record" "$(baraza log --state hub --kind contribution --json | wc -l)" 8

step "the same again, while the hub's daemon runs: a replay changes nothing"
start_hub
size=$(baraza status --state hub --json | sed 's/.*"size":\([0-9]*\).*/\1/')
refuses hub up 1
expect_equal "size of the record" "$(baraza status --state hub --json | sed 's/.*"size":\([0-9]*\).*/\1/')" "$size"

step "at a site that would carry them"
refuses ibis up 1
expect_equal "what ibis carries" "$(find ibis/carried -name '*.bundle' | wc -l)" 1

step "answers, at the site they are for"
key=$(find hub/sites -type f -name '*[0-9a-f]' | while read -r f; do basename "$f" | cut -c1-8; done | sort -u |
    while read -r k; do baraza bundle out --to "$k" "probe-$k.bundle" --state hub >/dev/null 2>&1 &&
        baraza bundle in "probe-$k.bundle" --state heron --json 2>/dev/null | grep -q '"checkpoint"' && echo "$k"; done)
[ -n "$key" ] || die "no answer for heron"
rm -f probe-*
expect_equal "entries of heron that are not confirmed" "$(settled heron && echo none)" none
expect_status 0 baraza bundle out --to "$key" down/z.bundle --state hub
spoil down/z.bundle down
refuses heron down 1
stop hub

step "an old answer, after a newer one; one of another consultation; an answer to somebody else, cut short"
rm -rf down && mkdir down
expect_status 0 baraza bundle out --to "$key" older.bundle --state hub
expect_status 0 baraza add --state heron --session XM-KIV-2026-003 --kind need --passphrase-file "$PASS" "and one more"
expect_status 0 baraza bundle out down --state heron
expect_status 0 baraza bundle in down --state hub
expect_status 0 baraza bundle out --to "$key" newer.bundle --state hub
expect_status 0 baraza bundle in newer.bundle --state heron
expect_status 1 baraza bundle in older.bundle --state heron --json
expect_contains "the reason" "$(cat out)" '"reason":"older"'
settled heron || die "an old answer moved something back"
mv hub here && mv founder founder-here && found
expect_status 1 baraza bundle in newer.bundle --state hub --json
expect_contains "the reason" "$(cat out)" '"reason":"wrong-consultation"'
expect_status 0 baraza bundle out foreign.bundle --state founder
for state in heron ibis here; do
    expect_status 1 baraza bundle in foreign.bundle --state $state --json
    expect_contains "the reason" "$(cat out)" '"reason":"wrong-consultation"'
done
