#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# The world of a browser test: what tests/e2e/lib.sh has, driven from outside. Reads lines of bash from standard input
# and runs each; when one is done its status goes to file descriptor 3 as a line, and its words are in $WORK/answer.
# It ends with its input, and with it everything it started.
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../e2e/lib.sh"

printf '%s\n' "$WORK" >&3
while IFS= read -r line; do
    status=0
    eval "$line" >"$WORK/answer" 2>"$WORK/answer.err" || status=$?
    printf '%d\n' $status >&3
done
exit "${ending:-1}"
