# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# What end-to-end tests share: a temporary directory, background programs that end with the test, waiting with a
# limit, and assertions that say what they expected. To be sourced first; the test then runs in $WORK, which is
# removed when the test passes and kept, with its place printed, when it fails (but not with E2E_DISCARD set). It also
# has say, fail and $BARAZA_ROOT of tools/setup.sh.
#
# It starts only what it is told to, and ends only that, by process id.
set -uo pipefail

BARAZA_BIN=${BARAZA_BIN:?BARAZA_BIN must name the folder with the programs, for example build/test/bin}
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../tools/setup.sh"
BARAZA_SHARED=$(realpath -m "${BARAZA_SHARED:-$BARAZA_ROOT/../shared}")
PATH=$BARAZA_BIN:$PATH
WORK=$(temp_dir e2e)
E2E_TOP=$WORK # whatever a test calls WORK for a while
# Marks and states must not reach the home of whoever runs the tests.
export PATH WORK HOME=$WORK/home XDG_STATE_HOME=$WORK/marks BARAZA_SHARED
unset BARAZA_STATE XDG_RUNTIME_DIR XDG_CONFIG_HOME XDG_DATA_HOME
# Nor does a daemon of a test take the port of theirs: start_page asks for another one.
export BARAZA_PAGE_PORT=0
mkdir -p "$HOME"

declare -A e2e_pid=() e2e_from=()

e2e_end() {
    local status=$? name tries
    trap - EXIT
    for name in "${!e2e_pid[@]}"; do kill -TERM "${e2e_pid[$name]}" 2>/dev/null; done
    for name in "${!e2e_pid[@]}"; do
        for ((tries = 0; tries < 20; tries++)); do
            kill -0 "${e2e_pid[$name]}" 2>/dev/null || break
            sleep 0.1
        done
        kill -KILL "${e2e_pid[$name]}" 2>/dev/null
        wait "${e2e_pid[$name]}" 2>/dev/null
    done
    if [ $status -eq 0 ] || [ $status -eq 77 ] || [ -n "${E2E_DISCARD:-}" ]; then
        # What was started by a program that was killed may live a moment longer.
        rm -rf "$E2E_TOP" 2>/dev/null || { sleep 1 && rm -rf "$E2E_TOP"; }
    else
        # Whoever was unlocked without a daemon has an agent that would stay for hours.
        find "$E2E_TOP" -name agent.sock -exec sh -c 'timeout 5 baraza lock --state "${1%/*}"' - {} \; >/dev/null 2>&1
        for name in "${!e2e_pid[@]}"; do
            printf -- '--- last words of %s\n' "$name"
            tail -n 15 "$WORK/$name.log"
        done
        printf 'The state of the failed test is kept in %s\n' "$E2E_TOP"
    fi
    exit $status
}
trap e2e_end EXIT
trap 'exit 143' TERM INT
cd "$WORK" || exit 1

# die TEXT...: ends the test as failed, with the place.
die() {
    local depth=0 place
    while place=$(caller $depth) && [[ $place == *lib.sh ]]; do depth=$((depth + 1)); done
    printf 'FAILED at %s: %s\n' "$place" "$*"
    exit 1
}

# skip TEXT...: ends the test as skipped.
skip() {
    printf 'skipped: %s\n' "$*"
    exit 77
}

# may_crash: from here on a program may be ended by a signal, as it would be outside of tests: that is no finding of
# the sanitizers', and it is not them who keep it from leaving a core file.
may_crash() {
    export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}handle_segv=0:handle_sigbus=0:disable_coredump=0"
}

# step TEXT...: a heading in the test's story.
step() {
    printf '== %s\n' "$*"
}

# free_port: prints a TCP port that nobody listens on, below the range that the kernel hands out itself.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        grep -qi ":$(printf '%04X' $port) " /proc/net/tcp /proc/net/tcp6 2>/dev/null || break
    done
    printf '%d\n' $port
}

# start NAME COMMAND...: runs a program in the background; its words go to $WORK/NAME.log.
start() {
    local name=$1
    shift
    "$@" >>"$WORK/$name.log" 2>&1 </dev/null &
    e2e_pid[$name]=$!
}

# running NAME: true while it has not ended.
running() {
    kill -0 "${e2e_pid[$1]:?no program was started as $1}" 2>/dev/null
}

# stop NAME [STATUS]: asks it to end (TERM) and expects it to do so within ten seconds with STATUS (0).
stop() {
    local pid=${e2e_pid[$1]:?no program was started as $1} status=0
    kill -TERM "$pid" 2>/dev/null
    wait_until 10 "$1 to end after TERM" eval "! kill -0 $pid 2>/dev/null"
    wait "$pid" 2>/dev/null || status=$?
    unset "e2e_pid[$1]"
    [ $status -eq "${2:-0}" ] || die "$1 ended with status $status, ${2:-0} was expected: $(tail -n 5 "$WORK/$1.log")"
}

# stop_hard NAME: kill -9.
stop_hard() {
    local pid=${e2e_pid[$1]:?no program was started as $1}
    kill -KILL "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    unset "e2e_pid[$1]"
}

# await NAME: waits until it ends by itself, and returns its status.
await() {
    local pid=${e2e_pid[$1]:?no program was started as $1}
    unset "e2e_pid[$1]"
    wait "$pid"
}

# wait_until SECONDS WHAT COMMAND...: tries the command ten times a second until it succeeds.
wait_until() {
    local limit=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $limit ] || die "waited in vain for $what"
        sleep 0.1
    done
}

# expect_status N COMMAND...: the command's words go to $WORK/out and $WORK/err.
expect_status() {
    local wanted=$1 status=0
    shift
    "$@" >"$WORK/out" 2>"$WORK/err" </dev/null || status=$?
    [ $status -eq "$wanted" ] && return 0
    head -n 20 "$WORK/out" "$WORK/err"
    die "'$*' ended with status $status, $wanted was expected"
}

# expect_equal WHAT GOT WANTED
expect_equal() {
    [ "$2" = "$3" ] || die "$1 is '$2', '$3' was expected"
}

# expect_contains WHAT TEXT PART
expect_contains() {
    [[ $2 == *"$3"* ]] || die "$1 does not contain '$3': $2"
}

# --- a consultation: hub in $WORK/hub, founder in $WORK/founder, sites in $WORK/NAME, one passphrase for all ---

# found_settings: sets HUB_PORT and PASS, the file with the passphrase.
found_settings() {
    HUB_PORT=$(free_port)
    PASS=$WORK/passphrase
    export HUB_PORT PASS
    echo "a phrase for trials" >"$PASS"
}

# found: the hub's and the founder's state.
found() {
    found_settings
    expect_status 0 baraza hub init "Trials of Marisola" --state hub --founder founder \
        --prefix records.example.org/trials --address "127.0.0.1:$HUB_PORT" --passphrase-file "$PASS"
}

# site NAME: invites and joins a site, and opens the forum XM-KIV-2026-003 there.
site() {
    expect_status 0 baraza invite --state founder --as registrar --role facilitator --area XM-KIV \
        --out "$1.invitation" --passphrase-file "$PASS"
    expect_status 0 baraza join "$1.invitation" --state "$1" --name Heron --passphrase-file "$PASS"
    expect_status 0 baraza session open XM-KIV-2026-003 --state "$1" --area XM-KIV --type town-hall --lang en \
        --passphrase-file "$PASS"
}

# start_hub: starts the hub and waits until it serves.
start_hub() {
    : >"$WORK/hub.log"
    start hub baraza-hub --state hub --listen "127.0.0.1:$HUB_PORT"
    wait_until 20 "the hub to listen" grep -q '^listening' "$WORK/hub.log"
}

# start_node NAME: starts the daemon of a site (or of the founder), under its own name.
start_node() {
    e2e_from[$1]=$(stat -c %s "$WORK/$1.log" 2>/dev/null || echo 0)
    start "$1" baraza-node --state "$1"
}

# start_page NAME: starts the daemon of a site with its page at PAGE_PORT, which it sets.
start_page() {
    PAGE_PORT=$(free_port)
    rm -f "$WORK/$1/page" # of a daemon that was killed
    BARAZA_PAGE_PORT=$PAGE_PORT start_node "$1"
    wait_until 20 "the page of $1" grep -q ^http: "$WORK/$1/page"
}

# page CALL [JSON]: one call of the page at PAGE_PORT by whoever is in PAGE_TOKEN; the reply is printed, its status
# (when it is not 200) stands on standard error. Fails when it was refused. Further words are header lines.
page() {
    local call=$1 json=${2:-'{}'}
    shift $(($# > 1 ? 2 : 1))
    printf '%s' "$json" | "$BARAZA_BIN/../tests/e2e/page_call" "$PAGE_PORT" "$call" "${PAGE_TOKEN:-}" "$@"
}

# page_login [NAME]: unlocks that person (or the only one) at the page and sets PAGE_TOKEN.
page_login() {
    PAGE_TOKEN=
    page hello >"$WORK/hello" || die "the page does not answer"
    local key
    key=$(grep -o "\"name\":\"${1:-[^\"]*}\",\"key\":\"[0-9a-f]*" "$WORK/hello" | head -n 1 | sed 's/.*"//')
    PAGE_TOKEN=$("$BARAZA_BIN/../tests/e2e/page_call" --token "$PAGE_PORT" "$key" "$PASS") ||
        die "nobody could log in at the page: $PAGE_TOKEN"
}

# settled NAME: true when everything that was saved there is received, confirmed, and nothing was refused.
settled() {
    baraza status --json --state "$1" --passphrase-file "$PASS" |
        grep -q '"entries":{"saved":\([0-9]*\),"received":\1,"pending":0,"refused":0,"confirmed":\1,'
}

# is_ready NAME: true when the daemon that start_node started last has said that it is.
is_ready() {
    grep -q node.ready < <(tail -c "+$((${e2e_from[$1]} + 1))" "$WORK/$1.log")
}

# call NAME...: has these daemons try the hub at once. Before a daemon is ready it is not called: HUP would end it.
call() {
    local name
    for name in "$@"; do
        wait_until 20 "the daemon of $name" is_ready "$name"
        kill -HUP "${e2e_pid[$name]}"
    done
}

# settle NAME SECONDS: has its daemon try the hub at once, and waits until it is settled.
settle() {
    call "$1"
    wait_until "$2" "everything of $1 to be received and confirmed" settled "$1"
}

# newcomer NAME ROLE...: invites a person and lets her join in a state of her own, called NAME like herself.
newcomer() {
    local name=$1 role roles=()
    shift
    for role in "$@"; do roles+=(--role "$role"); done
    expect_status 0 baraza invite --state founder --as registrar "${roles[@]}" --out "$name.invitation" \
        --passphrase-file "$PASS"
    expect_status 0 baraza join "$name.invitation" --name "$name" --state "$name" --passphrase-file "$PASS"
}

# sync NAME...: exchanges without a daemon until all is received and confirmed.
sync() {
    local name
    for name in "$@"; do
        expect_status 0 baraza sync --wait --timeout 60 --state "$name" --passphrase-file "$PASS"
    done
}

# in_record KIND N: waits until the published record holds N entries of that kind.
in_record() {
    wait_until 20 "$2 entries of kind $1 in the record" eval \
        '[ "$(baraza log --state hub --kind '"$1"' --json | wc -l)" -eq '"$2"' ]'
}

# field NAME FILE: the first value of a member of that name in lines of JSON (text or number).
field() {
    grep -o "\"$1\": *\(\"[^\"]*\"\|[0-9]*\)" "$2" | head -n 1 | sed 's/^[^:]*: *//; s/"//g'
}
