#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# tools/test fails for what Criterion passes over: a leak, an undefined behaviour, an empty program, too few tests.
# It runs in a small project of its own, in a directory with a blank in its name.
set -uo pipefail
root=$(pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/baraza runner.XXXXXX")
trap 'rm -rf "$work"' EXIT
unset ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS BARAZA_SHARED CRITERION_VERBOSITY_LEVEL

mkdir -p "$work/tools" "$work/tests"
cp "$root/tools/setup.sh" "$root/tools/test" "$work/tools/"
cp "$root/tests/leaks.txt" "$work/tests/"
cat >"$work/CMakeLists.txt" <<'TEXT'
cmake_minimum_required(VERSION 3.25)
project(planted LANGUAGES C)
enable_testing()
find_package(PkgConfig REQUIRED)
pkg_check_modules(CRITERION REQUIRED IMPORTED_TARGET criterion)
add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all)
add_link_options(-fsanitize=address,undefined)
foreach(name good leak undefined empty red partly)
  string(TOUPPER ${name} macro)
  add_executable(unit_${name} planted.c)
  target_compile_definitions(unit_${name} PRIVATE ${macro})
  target_link_libraries(unit_${name} PRIVATE PkgConfig::CRITERION)
  add_test(NAME unit_${name} COMMAND unit_${name})
endforeach()
add_test(NAME plain_good COMMAND sh -c "exit 0")
add_test(NAME plain_partly COMMAND sh -c "echo 'skipped: the other half'")
add_test(NAME plain_away COMMAND sh -c "echo 'skipped: nothing here'; exit 77")
add_test(NAME plain_bad COMMAND sh -c "echo it broke; exit 3")
set_tests_properties(plain_away PROPERTIES SKIP_RETURN_CODE 77)
TEXT
cat >"$work/planted.c" <<'TEXT'
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#ifndef EMPTY
Test(planted, passes)
{
    cr_assert(1);
}
#endif
#ifdef LEAK
Test(planted, leaks)
{
    void *volatile p = malloc(77);
    cr_assert(p != NULL);
    p = NULL;
}
#endif
#ifdef UNDEFINED
Test(planted, overflows, .signal = SIGABRT)
{
    volatile int i = 2147483647;
    i = i + 1;
    abort();
}
#endif
#ifdef RED
Test(planted, fails)
{
    cr_assert(0);
}
#endif
#ifdef PARTLY
Test(planted, skips)
{
    cr_skip_test("no vectors");
}
#endif
TEXT
printf '# the least\n1\n' >"$work/tests/minimum"

# expect NAME STATUS SUMMARY ARGUMENT...: runs tools/test and looks at its status and its last line.
expect() {
    local name=$1 wanted=$2 summary=$3 status=0 words
    shift 3
    words=$("$work/tools/test" "$@" 2>&1) || status=$?
    if [ $status -ne "$wanted" ] || ! [[ $(tail -n 1 <<<"$words") =~ $summary ]]; then
        printf 'FAILED: %s: status %d, %d was expected, and "%s":\n%s\n' "$name" $status "$wanted" "$summary" "$words"
        exit 1
    fi
}

expect "what is good passes" 0 '^Summary: 2 passed, 0 failed, 0 skipped$' --only '_good'
expect "a leak fails" 1 '^Summary: 2 passed, 1 failed, 0 skipped$' --only unit_leak
expect "undefined behaviour fails" 1 '^Summary: . passed, [1-9] failed, 0 skipped$' --only unit_undefined
expect "an empty program fails" 1 '^Summary: 0 passed, 1 failed, 0 skipped$' --only unit_empty
expect "a red test fails" 1 '^Summary: 1 passed, 1 failed, 0 skipped$' --only unit_red
expect "a skip is counted" 0 '^Summary: 1 passed, 0 failed, 1 skipped$' --only unit_partly
expect "a skip is a failure when asked" 1 '^Summary: 1 passed, 1 failed, 0 skipped$' --only unit_partly --no-skip
expect "half a skip is counted" 0 '^Summary: 1 passed, 0 failed, 1 skipped$' --only plain_partly
expect "only skips are no success" 1 '^Summary: 0 passed, 1 failed, 1 skipped$' --only plain_away
expect "a program that breaks fails" 1 '^Summary: 0 passed, 1 failed, 0 skipped$' --only plain_bad
expect "a name that matches nothing fails" 1 'no test' --only nothing
sed -i '/foreach/s/ leak undefined empty red//; /plain_bad/d' "$work/CMakeLists.txt"
expect "all of it passes" 0 '^Summary: 4 passed, 0 failed, 3 skipped$'
printf '8\n' >"$work/tests/minimum"
expect "a lost test fails" 1 '^Summary: 4 passed, 1 failed, 3 skipped$'
printf '7\n' >"$work/tests/minimum"
expect "the minimum itself is enough" 0 '^Summary: 4 passed, 0 failed, 3 skipped$'
printf 'every planted fault failed the run\n'
