# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# tools/test --teeth: plants the faults of tests/faults one at a time in build/teeth and sees that the named test
# notices each. It must never leave a planted program where somebody could run it by mistake: build/teeth has its own.
# To be sourced by tools/test, after setup.sh.

TEETH_SECONDS=60 # a test that takes longer to notice does not count
TEETH_WHOLE=240  # a test that notices nothing may take so long, on a busy machine

# teeth_rows [NAME]: NAME|file|test|what, without blanks around.
teeth_rows() {
    sed -e '/^#/d' -e 's/ *| */|/g' -e 's/ *$//' "$BARAZA_ROOT/tests/faults" |
        awk -F'|' -v wanted="$1" 'NF == 4 && (wanted == "" || $1 == wanted)'
}

# teeth_build FAULT:FILE|"" TARGET...: what the next test runs, with that fault in it. A fault that does not even
# build is no fault.
teeth_build() {
    local planted=$1
    shift
    if ! { cmake -S "$BARAZA_ROOT" -B "$teeth" -G Ninja -DCMAKE_BUILD_TYPE=Debug "-DCMAKE_C_FLAGS_DEBUG=-O1 -g" \
        -DBARAZA_TESTS=ON -DBARAZA_SANITIZE=ON "-DBARAZA_FAULT=$planted" && ninja -C "$teeth" "$@"; } \
        >"$teeth.log" 2>&1 </dev/null; then
        tail -n 20 "$teeth.log" >&2
        fail 1 "build/teeth does not build with '$planted' (whole log: $teeth.log)"
    fi
}

# What a test needs built: a Criterion program is itself, everything else runs the programs.
teeth_target() {
    case $1 in
    unit_*:*) printf '%s\n' "${1%%:*}" ;;
    *) printf 'all\n' ;;
    esac
}

# teeth_run TEST SECONDS: 0 when it passes, 124 when it takes too long, 77 when it cannot run here, else when it fails.
# $teeth/said has what it said.
teeth_run() {
    local name=${1%%:*} filter=${1#*:} limit=$2 status=0
    case $name in
    unit_*:*)
        (cd "$BARAZA_ROOT" && timeout -k 5 "$limit" "$teeth/tests/$name" -j2 --filter "$filter") || status=$?
        ;;
    *)
        (exec {teeth_lock}>&- && exec timeout -k 5 "$limit" ctest --test-dir "$teeth" -R "^$name\$" \
            --output-on-failure --no-tests=error) || status=$?
        ;;
    esac >"$teeth/said" 2>&1 </dev/null
    grep -q 'Not Run\|\*\*\*Skipped' "$teeth/said" && return 77
    # A pattern that fits no test passes in Criterion's eyes; for us it is a mistake in the table.
    if [[ $1 = unit_*:* ]] && sed 's/\x1b\[[0-9;]*m//g' "$teeth/said" | grep -q 'Tested: 0 '; then
        return 0
    fi
    return $status
}

# teeth_try NAME FILE TEST WHAT: one row of the table, in words.
teeth_try() {
    local name=$1 file=$2 test=$3 what=$4 began status=0 verdict
    teeth_build "$name:$file" "$(teeth_target "$test")"
    began=$SECONDS
    teeth_run "$test" $TEETH_SECONDS || status=$?
    case $status in
    0) verdict='NOT NOTICED' ;;
    77) verdict='skipped here' ;;
    124) verdict='too slow' ;;
    *) verdict='noticed' ;;
    esac
    printf '  %-22s %-44s %-13s %3s s  %s\n' "$name" "$test" "$verdict" $((SECONDS - began)) "$what"
    case $verdict in
    noticed) noticed=$((noticed + 1)) ;;
    skipped*) unseen=$((unseen + 1)) ;;
    *) missed=$((missed + 1)) ;;
    esac
}

# teeth_baseline TEST...: each must pass without a fault, or noticing one would mean nothing.
teeth_baseline() {
    local test status
    for test in "$@"; do
        status=0
        teeth_run "$test" $TEETH_WHOLE || status=$?
        [ $status -eq 0 ] || [ $status -eq 77 ] ||
            fail 1 "$test does not pass without any fault (status $status; see $teeth/said)"
    done
}

# teeth_main [NAME]: the whole table, or one row. Exit status 0 when every fault was noticed.
teeth_main() {
    local wanted=${1:-} row rows tests noticed=0 missed=0 unseen=0 name file test what
    teeth=$BARAZA_ROOT/build/teeth
    mkdir -p "$teeth" || fail 73 "cannot write to $BARAZA_ROOT"
    exec {teeth_lock}>"$BARAZA_ROOT/build/.teeth.run.lock"
    flock -n "$teeth_lock" || { say "Waiting for another run of tools/test --teeth here"; flock "$teeth_lock"; }
    mapfile -t rows < <(teeth_rows "$wanted")
    [ ${#rows[@]} -gt 0 ] || fail 2 "tests/faults has no fault named '$wanted'"
    mapfile -t tests < <(printf '%s\n' "${rows[@]}" | cut -d'|' -f3 | sort -u)
    say "Building build/teeth without a fault"
    teeth_build '' all
    say "Running the ${#tests[@]} named tests without a fault"
    teeth_baseline "${tests[@]}"
    say "Planting ${#rows[@]} faults, one at a time"
    for row in "${rows[@]}"; do
        IFS='|' read -r name file test what <<<"$row"
        teeth_try "$name" "$file" "$test" "$what"
    done
    teeth_build '' all
    say "Faults: $noticed noticed, $missed missed, $unseen could not be tried here"
    [ $missed -eq 0 ] && [ $unseen -eq 0 ]
}
