#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Couriers, from the page of a site that never has a network: a bundle onto a stick or into a browser's downloads, and
# what comes back the same ways. Killed in the midst of it, with a stick that is full, gone, or no stick at all.
. "$(dirname "$0")/lib.sh"

of() {
    jq -r "$1" "${2:-reply}"
}

ask() {
    page "$@" >reply 2>page.err || die "$* is refused: $(cat page.err reply)"
}

# refuses CODE CALL JSON [HEADER...]: it is, for that reason.
refuses() {
    local code=$1
    shift
    page "$@" >reply 2>page.err && die "$* is not refused: $(cat reply)"
    expect_equal "the reason of $*" "$(of .error.code)" "$code"
}

# over: what an errand came to, into the file reply.
over() {
    local limit=$((SECONDS + 30))
    while :; do
        ask bundle/job
        [ "$(of .doing)" = null ] && return 0
        [ $SECONDS -lt $limit ] || die "the work does not end: $(cat reply)"
        sleep 0.1
    done
}

says() {
    expect_status 0 baraza add --state heron --session XM-KIV-2026-003 --kind need --passphrase-file "$PASS" "$1"
}

# hex TEXT: as the id of a stick that is mounted there.
hex() {
    printf '%s' "$1" | od -An -tx1 | tr -d ' \n'
}

# plug NAME OPTIONS: mounts a stick; the test is skipped where that is not permitted.
plug() {
    mkdir -p "$WORK/media/$1"
    mount -t tmpfs -o "$2" stick "$WORK/media/$1" 2>/dev/null || skip "mounting a stick needs root"
    plugged+=("$WORK/media/$1")
}
plugged=()
pull_all() {
    local each
    for each in "${plugged[@]}"; do umount "$each" 2>/dev/null || umount -l "$each"; done
}
trap 'status=$?; pull_all; (exit $status); e2e_end' EXIT

mkdir media media/folder
plug "my stick" size=8m
found
site heron
for i in 1 2 3; do says "The survey of 198$i is on no map."; done
expect_status 0 baraza bundle out founder.bundle --state founder
expect_status 0 baraza bundle in founder.bundle --state hub
export BARAZA_STICKS="$WORK/media"
start_page heron
page_login

step "only what is mounted is a stick, and nobody can name another place"
ask sticks
expect_equal "the sticks" "$(of '[.sticks[].label] | join(",")')" "my stick"
expect_equal "it can be written" "$(of '.sticks[0].writable')" true
[ "$(of '.sticks[0].free')" -gt 4000000 ] || die "its room is not told: $(cat reply)"
stick=$(of '.sticks[0].id')
for place in "$WORK/media/folder" "$WORK/heron/keys" /etc ""; do
    refuses stick-gone bundle/out "{\"stick\":\"$(hex "$place")\"}"
    refuses stick-gone bundle/in "{\"stick\":\"$(hex "$place")\"}"
done
[ -z "$(ls media/folder)" ] || die "something was written to a folder that is no stick"

step "out to a stick, to the hub, and back: one at a time, and the page goes on"
ask bundle/out "{\"stick\":\"$stick\"}"
refuses job-busy bundle/in "{\"stick\":\"$stick\"}"
ask state
over
expect_equal "what is in it" "$(of '.result.entries')" 5
name=$(of '.result.name')
[ -s "media/my stick/$name" ] || die "there is no $name on the stick"
ask state
expect_equal "what exists only here" "$(of .exclusive.count)" 0
expect_status 0 baraza bundle in "media/my stick" --state hub
expect_status 0 baraza bundle out --all "media/my stick" --state hub
ask bundle/in "{\"stick\":\"$stick\"}"
over
expect_equal "what came of it" "$(of '.result | "\(.taken) \(.received) \(.confirmed) \(.refused_n)"')" "1 5 5 0"
ask state
expect_equal "the line" "$(of '"\(.saved) = \(.received) + \(.waiting) + \(.refused)"')" "3 = 3 + 0 + 0"
[ "$(of .hub.heard_s)" -gt 1700000000 ] || die "a hub that answers by courier was never heard: $(cat reply)"
ask bundle/in "{\"stick\":\"$stick\"}"
over
expect_equal "the same again" "$(of '.result | "\(.received) \(.refused_n)"')" "0 0"

step "as a file from a browser's downloads, and back through it, piece by piece"
says "The wells are measured in steps."
ask bundle/out
over
size=$(of .result.bytes)
[[ $(of .result.name) == 20*-from-*.bundle ]] || die "a download is called $(of .result.name)"
page bundle/get '{"offset":0}' >down.bundle || die "what was made cannot be fetched"
expect_equal "its size" "$(stat -c %s down.bundle)" "$size"
refuses job-none bundle/get '{"offset":0}'
[ ! -e heron/page-out.bundle ] || die "what was fetched still takes room"
expect_status 0 baraza bundle in down.bundle --state hub
key=${name%.bundle}
expect_status 0 baraza bundle out answer.bundle --to "${key##*-}" --state hub
put() {
    dd if="$1" bs=512 skip="$2" count="$3" status=none | "$BARAZA_BIN/../tests/e2e/page_call" --octets "$PAGE_PORT" \
        bundle/put "$PAGE_TOKEN" "Baraza-Offset: $(($2 * 512))" >reply 2>page.err
}
put answer.bundle 0 1 || die "the first piece is refused: $(cat reply page.err)"
put answer.bundle 2 1 && die "a piece may be left out"
expect_equal "what is said of it" "$(of '"\(.error.code) \(.error.args.size)"')" "upload-offset 512"
put answer.bundle 1 60 || die "the other pieces are refused: $(cat reply)"
ask bundle/in
over
expect_equal "what came of it" "$(of '.result | "\(.taken) \(.received) \(.confirmed)"')" "1 1 1"
head -c 400 /dev/urandom >rubbish
put rubbish 0 1 || die "bytes are refused before they are looked at"
ask bundle/in
over
[ ! -e heron/page-in.bundle ] || die "what was read still takes room"
expect_equal "what is said of rubbish" "$(of '.result.refused[0].reason')" broken

step "a stick that is full is said to be full; nothing of it has a name; nothing here is lost"
plug full size=64k
head -c 65536 /dev/zero >media/full/film
says "$(printf 'The path is longer every year. %.0s' {1..400})"
ask bundle/out "{\"stick\":\"$(hex "$WORK/media/full")\"}"
over
expect_equal "the reason" "$(of .failed.code)" stick-full
[ -z "$(ls -A media/full | grep -v film)" ] || die "something was left on the stick: $(ls -A media/full)"
ask bundle/in "{\"stick\":\"$(hex "$WORK/media/full")\"}"
over
expect_equal "a stick without a bundle" "$(of .failed.code)" stick-no-bundle

step "a stick whose name is no text, as an old computer wrote it"
old=$'caf\xe9'
plug "$old" size=8m
ask sticks
ask bundle/out "{\"stick\":\"$(hex "$WORK/media/$old")\"}"
over
[ -s "media/$old/$(of .result.name)" ] || die "nothing is on the stick: $(cat reply)"

step "the daemon is killed in the midst of it: what has a name is whole, and all goes on"
rm -f "media/my stick"/*
for pause in 0 0.05 0.1 0.2 0.4; do
    ask bundle/out "{\"stick\":\"$stick\"}"
    sleep $pause
    children=$(pgrep -P "${e2e_pid[heron]}")
    stop_hard heron
    for child in $children; do
        wait_until 10 "the other process to end too" eval "! kill -0 $child 2>/dev/null"
    done
    start_page heron
    page_login
done
ask bundle/out "{\"stick\":\"$stick\"}"
over
expect_equal "what is in it" "$(of '.result.entries')" 1
expect_status 0 baraza bundle in "media/my stick" --state hub
[[ $(cat out) != *refused:* ]] || die "half a bundle has a name: $(cat out)"
rm -f "media/my stick"/*
expect_status 0 baraza bundle out --all "media/my stick" --state hub
for pause in 0 0.05 0.1 0.2 0.4; do
    ask bundle/in "{\"stick\":\"$stick\"}"
    sleep $pause
    stop_hard heron
    start_page heron
    page_login
done
ask bundle/in "{\"stick\":\"$stick\"}"
over
[ "$(of .failed)" = null ] || die "it cannot be taken any more: $(cat reply)"
ask state
expect_equal "the line" "$(of '"\(.saved) = \(.received) + \(.waiting) + \(.refused)"')" "5 = 5 + 0 + 0"
[ -z "$(ls heron | grep bundle)" ] || die "something was left in the state: $(ls heron)"
stop heron
expect_status 0 baraza check --state heron
