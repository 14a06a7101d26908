#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# People write while, again and again, a program is killed or the power of a computer is cut. Whatever said "saved"
# must be there afterwards, once, and the record must verify.
# Read first: tests/crash/inside.sh (what is promised and how it is looked for), tests/crash/powercut.h (the cut).
#
# usage: campaign.sh [--kills N] [--site-cuts N] [--hub-cuts N] [--unsynced]
#   --kills N       kill -9 of hub, site and command, by turns
#   --site-cuts N   power cuts of the disk with the site's state
#   --hub-cuts N    power cuts of the disk with the hub's state
#   --unsynced      plant MDB_NOSYNC on the disk that is cut: the campaign then has to fail
# BARAZA_BIN names the folder with the programs; their trials are in its folder tests/.
# Exit status: 0 nothing lost, 1 something was, 2 usage, 77 skipped (power cuts need root and loop devices).
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
. "$here/../e2e/lib.sh"

kills=0 site_cuts=0 hub_cuts=0 plant=''
while [ $# -gt 0 ]; do
    case $1 in
    --kills | --site-cuts | --hub-cuts)
        [[ ${2:-} =~ ^[0-9]+$ ]] || fail 2 "$1 needs a number"
        name=${1#--}
        declare "${name//-/_}=$2"
        shift
        ;;
    --unsynced) plant="LD_PRELOAD='$BARAZA_BIN/tests/nosync.so'" ;;
    *) fail 2 "unknown argument '$1'" ;;
    esac
    shift
done

# The planted fault is preloaded before the sanitizer's own library, which it does not get in the way of.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0"
PATH=$BARAZA_BIN/tests:$PATH
inside=$here/inside.sh

row() {
    printf '%-24s %8s %10s %6s %6s %8s\n' "$@"
}

# result NAME TRIALS SECONDS STATUS: a row from the last comparison, in $WORK/look; the end when something was lost.
result() {
    local tally
    tally=$(sed -n 's/^promised \([0-9]*\) lost \([0-9]*\) twice \([0-9]*\)$/\1 \2 \3/p' "$WORK/look" | tail -n 1)
    # shellcheck disable=SC2086 # three words
    row "$1" "$2" ${tally:-? ? ?} "$3 s"
    [ "$4" -eq 0 ] || { grep -E '^(lost|twice): ' "$WORK/look" || cat "$WORK/look"; exit 1; }
    [ "${tally%% *}" != 0 ] || die "nothing was promised, so nothing was tried"
}

# trial OPTION...: one power cut. Ends this script when it could not be made; else leaves its status.
trial() {
    local status=0
    # Large, because a hub keeps some of its disk free; the file is sparse.
    powercut --work-dir "$WORK/cut" --image-mb 512 "$@" >"$WORK/look" 2>&1 || status=$?
    case $status in
    0 | 1) return $status ;;
    77) skip "$(sed -n 's/^skipped: //p' "$WORK/look")" ;;
    *) cat "$WORK/look" && die "a trial broke (status $status)" ;;
    esac
}

# The command that somebody is running just now, as a child of the writer.
kill_command() {
    local child
    read -r child _ <"/proc/${e2e_pid[writer]}/task/${e2e_pid[writer]}/children" || return 0
    [ -z "${child:-}" ] || kill -KILL "$child" 2>/dev/null
}

kill_campaign() {
    local n began=$SECONDS status=0
    found
    site site
    start_hub
    start_node founder
    wait_until 30 "the founder's entries to be confirmed" settled founder
    start_node site
    start writer bash "$inside" write site kill
    start second bash "$inside" write site "second kill"
    for ((n = 0; n < kills; n++)); do
        sleep "0.$((RANDOM % 5))$((RANDOM % 10))"
        case $((n % 5)) in
        0 | 2) stop_hard hub && start_hub && kill -HUP "${e2e_pid[site]}" ;;
        1 | 3) stop_hard site && start_node site ;;
        4) kill_command ;;
        esac
    done
    stop_hard writer
    stop_hard second
    settle site 120
    stop site
    stop founder
    stop hub
    cat "$WORK/writer.log" "$WORK/second.log" >"$WORK/promises"
    bash "$inside" hub hub "$WORK/promises" "$(free_port)" >"$WORK/look" 2>&1 || status=$?
    result "kill -9" "$kills" $((SECONDS - began)) $status
}

# The site's state lies on the disk; its marks too, because a real cut spares none of a computer's files.
cut_site_campaign() {
    local n began=$SECONDS status=0 prepare
    mkdir "$WORK/cut"
    found
    expect_status 0 baraza invite --state founder --as registrar --role facilitator --area XM-KIV --out invitation \
        --passphrase-file "$PASS"
    : >"$WORK/promises"
    prepare=(--prepare "exec >'$WORK/prepare.out'
        baraza join '$WORK/invitation' --state site --name Heron --passphrase-file '$PASS' &&
        baraza session open XM-KIV-2026-003 --state site --area XM-KIV --type town-hall --lang en \
            --passphrase-file '$PASS'")
    for ((n = 1; n <= site_cuts && status == 0; n++)); do
        XDG_STATE_HOME=$WORK/cut/disk/marks trial "${prepare[@]}" \
            --run "${plant:+export $plant}
                bash '$inside' write site 'second cut $n' & exec bash '$inside' write site 'cut $n'" \
            --cut-after-lines $((1 + RANDOM % 10)) --cut-after-ms $((RANDOM % 150)) \
            --check "cat '$WORK/cut/run.out' >>'$WORK/promises'
                exec bash '$inside' site site '$WORK/promises'" || status=1
        prepare=()
    done
    result "power cut, site" $((n - 1)) $((SECONDS - began)) $status
}

# Has the daemons look for the hub as soon as it serves.
call_when_listening() {
    wait_until 20 "the hub to listen" grep -q '^listening' "$WORK/cut/run.out"
    kill -HUP "${e2e_pid[site]}" "${e2e_pid[founder]}"
}

# Brings founder and site into the record of the hub on the disk, before the first cut and without a planted fault.
enrol_on_disk() {
    start disk powercut --work-dir "$WORK/cut" --run true --check true --prepare "
        baraza-hub --state hub --listen tcp://127.0.0.1:$HUB_PORT >'$WORK/enrol.out' 2>&1 & hub=\$!
        until [ -e '$WORK/enrolled' ]; do sleep 0.1; done
        kill \$hub && wait \$hub"
    wait_until 20 "the hub to listen" grep -q '^listening' "$WORK/enrol.out"
    start_node founder
    wait_until 30 "the founder's entries to be confirmed" settled founder
    start_node site
    wait_until 30 "the site's entries to be confirmed" settled site
    touch "$WORK/enrolled"
    await disk || die "the hub did not take in founder and site"
}

# The hub's state lies on the disk; the site beside it goes on writing. What it believes to be received was promised.
cut_hub_campaign() {
    local n began=$SECONDS status=0 caller port
    port=$(free_port)
    mkdir "$WORK/cut"
    found_settings
    trial --run true --check true --prepare "exec baraza hub init 'Trials of Marisola' --state hub --quiet \
        --founder '$WORK/founder' --prefix records.example.org/trials --address 127.0.0.1:$HUB_PORT \
        --passphrase-file '$PASS'"
    site site
    enrol_on_disk
    start writer bash "$inside" write site cut
    for ((n = 1; n <= hub_cuts && status == 0; n++)); do
        : >"$WORK/cut/run.out"
        call_when_listening &
        caller=$!
        trial --run "$plant exec baraza-hub --state hub --listen tcp://127.0.0.1:$HUB_PORT" \
            --cut-after-lines 1 --cut-after-ms $((400 + RANDOM % 900)) \
            --check "bash '$inside' received '$WORK/site' >'$WORK/promises'
                exec bash '$inside' hub hub '$WORK/promises' $port" || status=1
        wait $caller
    done
    stop_hard writer
    stop site
    stop founder
    result "power cut, hub" $((n - 1)) $((SECONDS - began)) $status
}

# Each campaign in a directory of its own.
run_campaign() {
    local WORK=$WORK/$1
    mkdir "$WORK" && cd "$WORK" || exit 1
    export TMPDIR=$WORK # what a kill leaves behind goes with it
    "$2"
}

row "" trials promised lost twice time
[ "$kills" -eq 0 ] || run_campaign kills kill_campaign
[ "$site_cuts" -eq 0 ] || run_campaign site-cuts cut_site_campaign
[ "$hub_cuts" -eq 0 ] || run_campaign hub-cuts cut_hub_campaign
