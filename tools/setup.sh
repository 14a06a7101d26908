# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# What every command of tools/ needs before its own work: the Debian packages and a build. To be sourced by bash.
# It installs nothing that is there already, and must never touch anything outside build/ and apt.
#
#   . "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/setup.sh"
#   setup_packages build test      # exits 69 with the line to run when something is missing and we are not root
#   build_release                  # the programs are then in $BARAZA_ROOT/build/release/bin
#   build_test                     # the same under the sanitizers, with the tests: $BARAZA_ROOT/build/test
#
# Several may run at once, from any directory: a lock per build directory, and one for apt, makes them wait.

BARAZA_ROOT=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")

readonly SETUP_PACKAGES_BUILD=(gcc libc6-dev cmake ninja-build pkg-config libzmq3-dev libmsgpack-dev liblmdb-dev
    libsodium-dev libssl-dev libzstd-dev libutf8proc-dev libjansson-dev libinih-dev
    libqrencode-dev libsystemd-dev libmicrohttpd-dev)
readonly SETUP_PACKAGES_MAN=(scdoc)
readonly SETUP_PACKAGES_TEST=(scdoc libcriterion-dev e2fsprogs dbus jq)
readonly SETUP_PACKAGES_PAGE=(chromium nodejs npm fonts-noto-core poppler-utils)
readonly SETUP_PACKAGES_FUZZ=(clang libclang-rt-14-dev)

BUILD_TARGETS=()

# A bare system has no locale at all, and then tools stop at the first letter that is not English. This one is built in.
export LC_ALL=C.UTF-8

# say TEXT...: one line for the person who runs the command.
say() {
    printf '%s\n' "$*"
}

# fail CODE TEXT...: the reason on standard error, and out.
fail() {
    local code=$1
    shift
    printf 'tools/%s: %s\n' "${0##*/}" "$*" >&2
    exit "$code"
}

# temp_dir NAME: makes a new temporary directory on a disk and prints its path. The store refuses file systems that
# live in memory, which /tmp is on some machines.
temp_dir() {
    local base=${TMPDIR:-/tmp}
    case $(stat -f -c %T "$base") in tmpfs | ramfs) base=/var/tmp ;; esac
    mktemp -d "$base/baraza-$1.XXXXXX"
}

# Prints those of the given packages that are not installed. pkg-config is a virtual name from bookworm on, and npm may
# have come with another node than Debian's, so for these it counts that the command is there.
setup_missing() {
    local package
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed && continue
        case $package in
        pkg-config | npm) command -v "$package" >/dev/null && continue ;;
        nodejs) command -v node >/dev/null && continue ;;
        esac
        printf '%s\n' "$package"
    done
}

# setup_packages SET...: installs what is missing of the named sets (build, man, test, page, fuzz).
setup_packages() {
    local set wanted=() missing=() log status=0
    for set in "$@"; do
        case $set in
        build) wanted+=("${SETUP_PACKAGES_BUILD[@]}") ;;
        man) wanted+=("${SETUP_PACKAGES_MAN[@]}") ;;
        test) wanted+=("${SETUP_PACKAGES_TEST[@]}") ;;
        page) wanted+=("${SETUP_PACKAGES_PAGE[@]}") ;;
        fuzz) wanted+=("${SETUP_PACKAGES_FUZZ[@]}") ;;
        *) fail 70 "setup_packages: no set of packages is named '$set'" ;;
        esac
    done
    command -v dpkg-query >/dev/null ||
        fail 69 "this is not a Debian system; install the equivalents of: ${wanted[*]}"
    mapfile -t missing < <(setup_missing "${wanted[@]}")
    [ ${#missing[@]} -eq 0 ] && return 0
    if [ "$(id -u)" -ne 0 ]; then
        printf 'tools/%s: %d packages are missing. Run this line, then start again:\n\n' "${0##*/}" ${#missing[@]} >&2
        printf '  sudo apt-get update && sudo apt-get install -y --no-install-recommends %s\n\n' "${missing[*]}" >&2
        exit 69
    fi
    log=$(mktemp "${TMPDIR:-/tmp}/baraza-apt.XXXXXX")
    say "Installing ${#missing[@]} packages: ${missing[*]}"
    mkdir -p /run/lock
    (
        flock 9
        mapfile -t missing < <(setup_missing "${missing[@]}")
        [ ${#missing[@]} -eq 0 ] && exit 0
        export DEBIAN_FRONTEND=noninteractive
        apt-get -o DPkg::Lock::Timeout=600 update &&
            apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "${missing[@]}"
    ) 9>/run/lock/baraza-apt.lock >"$log" 2>&1 </dev/null || status=$?
    if [ $status -ne 0 ]; then
        tail -n 20 "$log" >&2
        fail 69 "apt could not install what is missing (whole log: $log)"
    fi
    rm -f "$log"
}

# Shows how far a running ninja is, from its log, until process $1 ends: one line that is overwritten on a terminal,
# a line every 15 seconds elsewhere.
build_watch() {
    local pid=$1 log=$2 name=$3 shown=0 step
    while kill -0 "$pid" 2>/dev/null; do
        sleep 0.2
        step=$(tail -n 1 "$log" 2>/dev/null | sed -n 's/^\[\([0-9]*\)\/\([0-9]*\)\].*/\1 of \2/p')
        [ -n "$step" ] || continue
        if [ -t 1 ]; then
            printf '\r\033[KBuilding %s: %s' "$name" "$step"
        elif [ $((SECONDS - shown)) -ge 15 ]; then
            say "Building $name: $step"
            shown=$SECONDS
        fi
    done
    if [ -t 1 ]; then printf '\r\033[K'; fi
}

# build_in NAME CMAKE-OPTION...: configures and builds build/NAME; the log is build/NAME.log. Exits 1 with the
# compiler's words when it fails. BUILD_TARGETS, an array, names the targets when not all are wanted.
build_in() {
    local name=$1 dir=$BARAZA_ROOT/build/$1 log=$BARAZA_ROOT/build/$1.log lock status=0 began=$SECONDS pid
    shift
    mkdir -p "$BARAZA_ROOT/build" || fail 73 "cannot write to $BARAZA_ROOT"
    exec {lock}>"$BARAZA_ROOT/build/.$name.lock"
    flock -n "$lock" || { say "Waiting for another build of build/$name"; flock "$lock"; }
    # A tree that was copied or moved takes its build directory along, and CMake refuses to go on in it.
    if [ -f "$dir/CMakeCache.txt" ]; then
        grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$BARAZA_ROOT" "$dir/CMakeCache.txt" || rm -rf "$dir"
    fi
    if ! cmake -S "$BARAZA_ROOT" -B "$dir" -G Ninja "$@" >"$log" 2>&1 </dev/null; then
        tail -n 30 "$log" >&2
        fail 1 "build/$name could not be configured (whole log: $log)"
    fi
    (exec {lock}>&- && exec ninja -C "$dir" "${BUILD_TARGETS[@]}") >>"$log" 2>&1 </dev/null &
    pid=$!
    build_watch "$pid" "$log" "build/$name"
    wait "$pid" || status=$?
    exec {lock}>&-
    if [ $status -ne 0 ]; then
        grep -E -A 12 '^FAILED: |(error|Error|undefined reference):? ' "$log" | head -n 60 >&2
        fail 1 "build/$name does not build (whole log: $log)"
    fi
    say "Built build/$name in $((SECONDS - began)) s"
}

build_release() {
    build_in release -DCMAKE_BUILD_TYPE=Release
}

build_test() {
    build_in test -DCMAKE_BUILD_TYPE=Debug "-DCMAKE_C_FLAGS_DEBUG=-O1 -g" -DBARAZA_TESTS=ON -DBARAZA_SANITIZE=ON \
        -DBARAZA_WERROR=ON
}
