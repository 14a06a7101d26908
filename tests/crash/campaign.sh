#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# People write while, again and again, a program is killed or the power of a computer is cut. Whatever said "saved"
# must be there afterwards, once, and the record must verify.
# Read first: tests/crash/inside.sh (what is promised and how it is looked for), tests/crash/powercut.h (the cut).
#
# usage: campaign.sh [--kills N] [--site-cuts N] [--hub-cuts N] [--erase-cuts N] [--unsynced]
#   --kills N       kill -9 of hub, site and command, by turns
#   --site-cuts N   power cuts of the disk with the site's state
#   --hub-cuts N    power cuts of the disk with the hub's state
#   --erase-cuts N  the same, while the hub carries out redactions
#   --unsynced      plant MDB_NOSYNC on the disk that is cut: the campaign then has to fail
# BARAZA_BIN names the folder with the programs; their trials are in its folder tests/.
# Exit status: 0 nothing lost, 1 something was, 2 usage, 77 skipped (power cuts need root and loop devices).
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
. "$here/../e2e/lib.sh"

kills=0 site_cuts=0 hub_cuts=0 erase_cuts=0 plant=''
while [ $# -gt 0 ]; do
    case $1 in
    --kills | --site-cuts | --hub-cuts | --erase-cuts)
        [[ ${2:-} =~ ^[0-9]+$ ]] || fail 2 "$1 needs a number"
        name=${1#--}
        declare "${name//-/_}=$2"
        shift
        ;;
    --unsynced) plant="LD_LIBRARY_PATH='$BARAZA_BIN/tests' LD_PRELOAD=nosync.so" ;;
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
        0 | 2) stop_hard hub && start_hub && call site ;;
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

# call_when_listening NAME...: has these daemons look for the hub as soon as it serves.
call_when_listening() {
    wait_until 20 "the hub to listen" grep -q '^listening' "$WORK/cut/run.out"
    call "$@"
}

# hub_on_disk FILE [COMMAND]: the hub on the disk serves without a cut until FILE is there; then the command is run.
hub_on_disk() {
    : >"$WORK/serves.out"
    start disk powercut --work-dir "$WORK/cut" --run true --check true --prepare "
        baraza-hub --state hub --listen tcp://127.0.0.1:$HUB_PORT >'$WORK/serves.out' 2>&1 & hub=\$!
        until [ -e '$1' ]; do sleep 0.1; done
        status=0
        ${2:-true} || status=1
        kill \$hub && wait \$hub && exit \$status"
    wait_until 20 "the hub to listen" grep -q '^listening' "$WORK/serves.out"
}

# enrol_on_disk NAME...: brings them into the record of the hub on the disk, before the first cut and without a planted
# fault.
enrol_on_disk() {
    local name
    hub_on_disk "$WORK/enrolled"
    for name in "$@"; do
        start_node "$name"
        wait_until 30 "the entries of $name to be confirmed" settled "$name"
    done
    touch "$WORK/enrolled"
    await disk || die "the hub did not take in $*"
}

# The hub's state, on the disk that will be cut.
found_on_disk() {
    mkdir "$WORK/cut"
    found_settings
    trial --run true --check true --prepare "exec baraza hub init 'Trials of Marisola' --state hub --quiet \
        --founder '$WORK/founder' --prefix records.example.org/trials --address 127.0.0.1:$HUB_PORT \
        --passphrase-file '$PASS'"
}

# The hub's state lies on the disk; the site beside it goes on writing. What it believes to be received was promised.
cut_hub_campaign() {
    local n began=$SECONDS status=0 caller port
    port=$(free_port)
    found_on_disk
    site site
    enrol_on_disk founder site
    start writer bash "$inside" write site cut
    for ((n = 1; n <= hub_cuts && status == 0; n++)); do
        : >"$WORK/cut/run.out"
        call_when_listening site founder &
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

# ask_to_erase: the officer has the words erased of one more text that the hub is known to hold.
ask_to_erase() {
    local row id
    row=$(baraza list --quiet --json --state site --passphrase-file "$PASS" | grep '"state":"confirmed"' |
        grep -vFf "$WORK/asked" | grep '"text":"' | head -n 1)
    id=$(sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p' <<<"$row")
    [ -n "$id" ] || return 0
    expect_status 0 baraza redact "$id" --part said --reason danger --authority speaker --state officer --yes --quiet \
        --passphrase-file "$PASS"
    echo "$id" >>"$WORK/asked"
    sed -n 's/.*"text":"\([^"]*\)".*/\1/p' <<<"$row" >>"$WORK/erased"
}

# As above, and an officer has words erased: after each cut the rest is there and the record verifies, so nothing is
# given out that must be gone; in the end all of it is carried out, and no key opens it on any page.
cut_erasing_campaign() {
    local n began=$SECONDS status=0 caller port canaries=()
    port=$(free_port)
    found_on_disk
    site site
    newcomer officer protection
    enrol_on_disk founder site officer
    echo "no id" >"$WORK/asked"
    : >"$WORK/erased"
    start writer bash "$inside" write site "cut short"
    for ((n = 1; n <= erase_cuts && status == 0; n++)); do
        : >"$WORK/cut/run.out"
        ask_to_erase
        call_when_listening site founder officer &
        caller=$!
        trial --run "exec baraza-hub --state hub --listen tcp://127.0.0.1:$HUB_PORT --erase-after 0" \
            --cut-after-lines 1 --cut-after-ms $((500 + RANDOM % 900)) \
            --check "bash '$inside' received '$WORK/site' >'$WORK/promises'
                exec bash '$inside' hub hub '$WORK/promises' $port '$WORK/erased'" || status=1
        wait $caller
    done
    stop_hard writer
    result "power cut, erasing" $((n - 1)) $((SECONDS - began)) $status
    mapfile -t canaries <"$WORK/erased"
    [ ${#canaries[@]} -gt 0 ] || die "nothing was erased, so nothing was tried"
    hub_on_disk "$WORK/all-asked" "bash '$inside' erased hub '$WORK/erased'"
    settle officer 60
    touch "$WORK/all-asked"
    await disk || die "not everything was erased: $(cat "$WORK/disk.log")"
    stop site
    stop officer
    stop founder
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
[ "$erase_cuts" -eq 0 ] || run_campaign erase-cuts cut_erasing_campaign
