#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Every rule of tools/tidy finds its planted fault, in a small tree of its own, and finds nothing in a clean one.
set -uo pipefail
root=$(pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/baraza-tidy.XXXXXX")
trap 'rm -rf "$work"' EXIT
failures=0
protocol=PROTOCOL # so that this file does not itself cite a clause that is not there

head_lines='// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A file for the test of tidy.'

# A clean tree: one header, used by one source.
plant_clean() {
    rm -rf "${work:?}/tree"
    mkdir -p "$work/tree/tools" "$work/tree/common/base" "$work/tree/common/format" "$work/tree/docs"
    cp -r "$root/tools/tidy" "$work/tree/tools/"
    sed -i '/^[a-z]/d' "$work/tree/tools/tidy/exceptions.txt"
    printf '%s\n// Clauses are named where they are followed: PROTOCOL 1.1.\n\n// Returns one.\nint one(void);\n' \
        "$head_lines" >"$work/tree/common/base/one.h"
    printf '%s\n#include "common/base/one.h"\n\nint one(void)\n{\n    return 1;\n}\n' \
        "$head_lines" >"$work/tree/common/base/one.c"
    printf '# Protocol\n\n## 1 Entries\n\n**1.1** An entry is an entry.\n' >"$work/tree/docs/PROTOCOL.md"
    printf '# one\n' >"$work/tree/README.md"
}

# expect NAME PATTERN: tidy fails and some line matches; with no pattern, it is content.
expect() {
    local status=0 words
    words=$(bash "$work/tree/tools/tidy/tidy" 2>&1) || status=$?
    if [ -z "${2:-}" ] && [ $status -eq 0 ]; then return; fi
    if [ -n "${2:-}" ] && [ $status -eq 1 ] && grep -qE "$2" <<<"$words"; then return; fi
    printf 'FAILED: %s (status %d)\n%s\n' "$1" $status "$words"
    failures=$((failures + 1))
}

# plant NAME PATTERN FILE LINE...: adds the lines to the file of a clean tree.
plant() {
    local name=$1 pattern=$2 file=$3
    shift 3
    plant_clean
    printf '%s\n' "$@" >>"$work/tree/$file"
    expect "$name" "$pattern"
}

many() {
    local i
    for ((i = 0; i < $1; i++)); do printf '%s\n' "$2"; done
}

plant_clean
expect "a clean tree"
plant "a long line" 'one\.c:[0-9]+: line: 130' common/base/one.c "// $(printf 'x%.0s' {1..127})"
plant_clean
mkdir -p "$work/tree/tests"
printf 'MISSING | common/base/one.c | unit_base:one/* | nothing\n' >"$work/tree/tests/faults"
expect "a listed fault that no source has" 'faults:1: fault: common/base/one\.c has no'
printf 'int two = %s(%s);\n' FAULT OTHER >>"$work/tree/common/base/one.c"
expect "a fault that is not listed" 'one\.c:[0-9]+: fault: OTHER is not in'
plant "letters of two bytes count once" '' common/base/one.c "// $(printf 'é%.0s' {1..117})"
plant "a long function" 'one\.c:[0-9]+: function: 73' common/base/one.c \
    'int two(void)' '{' "$(many 71 '    one();')" '}'
plant "a long file" 'one\.c:[0-9]+: file: ' common/base/one.c "$(many 600 '// more')"
plant "a banned call" 'banned: strcpy' common/base/one.c 'void three(void)' '{' '    strcpy(a, b);' '}'
plant "a banned name in a text or comment is none" '' common/base/one.c 'const char *s = "strcpy("; // strcpy(a, b)'
plant "a jump to anywhere" 'goto: one exit' common/base/one.c 'void f(void)' '{' '    goto done;' '}'
plant "a jump backwards" 'goto: a jump back' common/base/one.c 'void f(void)' '{' 'out:' '    goto out;' '}'
plant "a layer upwards" 'layer: common/base/ must not' common/base/one.c '#include "common/format/entry.h"'
plant "an include without its layer" 'include: "one.h"' common/base/one.c '#include "one.h"'
plant "a shell included" 'nobody includes a shell' common/base/one.c '#include "node/node_shell.h"'
plant "a second door" 'door: <lmdb.h>' common/base/one.c '#include <lmdb.h>'
plant "a function without contract" 'one\.h:[0-9]+: comment' common/base/one.h '' 'int two(void);'
plant "a clause that is not there" 'citation: .*7\.3' common/base/one.c "// as $protocol 7.3 says"
plant "a header nobody uses" 'two\.h:1: dead' common/base/two.h "$head_lines"
plant "no licence" 'two\.c:1: licence' common/base/two.c 'int a;'
plant "unfinished work" 'unfinished' common/base/one.c '// TODO the rest'
plant "blanks at the end" 'blank: ' common/base/one.c 'int a; '
exceptions=tools/tidy/exceptions.txt
plant "an exception without need" 'nothing needs this exception' $exceptions 'line common/base/one.c because'
plant "an exception without reason" 'needs a check, a path and a reason' $exceptions 'line common/base/one.c'
plant_clean
printf '// %s\n' "$(printf 'x%.0s' {1..127})" >>"$work/tree/common/base/one.c"
printf 'line common/base/one.c the test wants it so\n' >>"$work/tree/$exceptions"
expect "an exception that is needed"
plant_clean
mkdir "$work/build"
printf '[{"file": "%s/other.c"}]\n' "$work" >"$work/build/compile_commands.json"
words=$(bash "$work/tree/tools/tidy/tidy" "$work/build")
if ! grep -q 'one\.c:1: dead' <<<"$words"; then
    printf 'FAILED: a source that no target compiles\n'
    failures=$((failures + 1))
fi
[ $failures -eq 0 ] && printf 'every rule found its planted fault\n'
exit $((failures > 0))
