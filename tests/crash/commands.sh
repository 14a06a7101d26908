#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# The power is cut while one command changes what a state rests on: words are erased at a site, its keys are destroyed,
# its store is salvaged, a copy is made, a hub changes its keys, a site takes along what it carries for another. The
# cuts are spread from the command's first millisecond to after its end, each on the same state.
# Read first: tests/crash/look.sh (what must be there afterwards), tests/crash/powercut.h (the cut).
#
# usage: commands.sh CUTS [COMMAND...]   erase, wipe, salvage, backup, rekey, carry: all of them
# BARAZA_BIN names the folder with the programs; their trials are in its folder tests/.
# Exit status: 0 nothing lost, 1 something was, 2 usage, 77 skipped (power cuts need root and loop devices).
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
. "$here/../e2e/lib.sh"
[[ ${1:-} =~ ^[1-9][0-9]*$ ]] || fail 2 "commands.sh needs a number of cuts"
cuts=$1
shift
[ $# -gt 0 ] || set -- erase wipe salvage backup rekey carry
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0"
PATH=$BARAZA_BIN/tests:$PATH
look=$here/look.sh

row() {
    printf '%-24s %8s %10s %6s %6s %8s\n' "$@"
}

# says STATE TEXT: one contribution, and a promise.
says() {
    expect_status 0 baraza add --quiet --state "$1" --session XM-KIV-2026-003 --passphrase-file "$PASS" "$2"
    echo "saved $2" >>"$WORK/promises.$1"
}

# by_stick FROM TO [OPTION...]: what FROM has for TO.
by_stick() {
    local from=$1 to=$2
    shift 2
    rm -rf stick && mkdir stick
    expect_status 0 baraza bundle out "$@" stick --state "$from"
    expect_status 0 baraza bundle in stick --state "$to"
}

# Below gold/: heron, where two redactions wait to be carried out and two texts wait for the hub; plain, the same before
# it heard of them; ibis, which nobody has met; the hub, and what it needs to change a key.
make_gold() {
    local i id
    found
    site heron
    site ibis
    newcomer officer protection
    by_stick founder hub
    for i in 1 2 3 4 5 6; do says heron "heron number $i."; done
    says ibis "ibis number 1."
    by_stick heron hub
    by_stick officer hub
    by_stick hub heron --all
    for i in 2 5; do
        id=$(baraza list --json --state heron --passphrase-file "$PASS" | grep -F "heron number $i." |
            sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p')
        expect_status 0 baraza redact "$id" --part said --reason danger --authority speaker --record hub \
            --state officer --yes --quiet --passphrase-file "$PASS"
        echo "heron number $i." >>erased
        sed -i "/heron number $i\./d" promises.heron
    done
    for i in 7 8; do says heron "heron number $i."; done
    grep -v 'number [78]' promises.heron >promises.of-hub
    mkdir gold
    cp -a heron gold/plain
    by_stick officer hub
    by_stick hub heron --all
    cp -a heron gold/heron
    cp -a hub gold/hub
    mkdir gold/team gold/act
    expect_status 0 baraza bundle out gold/team/ibis.bundle --state ibis
    expect_status 0 baraza hub new-key log --state gold/hub --json
    field key out >new-key
    expect_status 0 baraza rekey log --new "$(cat new-key)" --state founder --as root --passphrase-file "$PASS"
    expect_status 0 baraza bundle out gold/act/founder.bundle --state founder
    PORT=$(free_port)
    export PORT
}

# cut_command NAME TITLE PREPARE RUN: the trials of one command, and their row. Without a cut first, for the time that
# it takes; PREPARE and RUN are run in an empty folder.
cut_command() {
    local name=$1 title=$2 prepare=$3 run=$4 span began=$SECONDS n status=0 tally
    rm -rf uncut && mkdir uncut
    (cd uncut && sh -c "$prepare" && span=$(date +%s%N) && sh -c "$run" >/dev/null 2>"$WORK/err" &&
        echo $((($(date +%s%N) - span) / 1000000)) >"$WORK/span") || die "$name does not work without a cut: $(cat err)"
    span=$(($(cat span) * 5 / 4))
    for ((n = 0; n < cuts && status == 0; n++)); do
        mkdir -p cut
        XDG_STATE_HOME=$WORK/cut/disk/marks powercut --work-dir cut --image-mb 512 \
            --prepare "rm -rf -- *; $prepare" --run "$run" --check "exec bash '$look' $name" \
            --cut-after-ms $((n * span / cuts + RANDOM % (span / cuts + 1))) >looked 2>&1 || status=$?
    done
    case $status in
    0 | 1) ;;
    77) skip "$(sed -n 's/^skipped: //p' looked)" ;;
    *) cat looked && die "a trial of $name broke (status $status)" ;;
    esac
    tally=$(sed -n 's/^promised \([0-9]*\) lost \([0-9]*\) twice \([0-9]*\)$/\1 \2 \3/p' looked | tail -n 1)
    # shellcheck disable=SC2086 # three words
    row "$title" "$n" ${tally:-? ? ?} "$((SECONDS - began)) s"
    [ $status -eq 0 ] || { cat looked; die "$name, cut $n"; }
    [ -n "$tally" ] && [ "${tally%% *}" != 0 ] || die "nothing was promised, so nothing was tried"
}

trials_of() {
    local gold=$WORK/gold
    case $1 in
    erase) cut_command erase "power cut, site erases" "cp -a '$gold/heron' heron" \
        "baraza list --quiet --state heron --passphrase-file '$PASS' >/dev/null &&
            baraza add --quiet --state heron --session XM-KIV-2026-003 --passphrase-file '$PASS' 'heron after.' \
                >/dev/null && echo 'saved heron after.'" ;;
    wipe) cut_command wipe "power cut, wipe" "cp -a '$gold/plain' heron; cp -a '$gold/hub' hub" \
        "exec baraza wipe --emergency --yes --state heron" ;;
    salvage) cut_command salvage "power cut, salvage" "cp -a '$gold/plain' heron" \
        "exec baraza salvage copy --state heron" ;;
    backup) cut_command backup "power cut, backup" "cp -a '$gold/plain' heron" \
        "exec baraza backup copy --state heron" ;;
    rekey) cut_command rekey "power cut, new hub keys" "cp -a '$gold/hub' hub" \
        "baraza hub new-key intake --state hub --json && exec baraza bundle in '$gold/act' --state hub" ;;
    carry) cut_command carry "power cut, carrying" "cp -a '$gold/plain' heron; cp -a '$gold/hub' hub" \
        "exec baraza bundle in '$gold/team' --state heron" ;;
    *) fail 2 "there is no trial of '$1'" ;;
    esac
}

make_gold
row "" trials promised lost twice time
for name in "$@"; do trials_of "$name"; done
