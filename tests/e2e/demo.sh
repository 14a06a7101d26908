#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# README's first command holds, also twice at once.
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib.sh"

step "two demos at once, and one that is interrupted while somebody is unlocked: no agent is left behind"
start third "$BARAZA_ROOT/tools/demo" --work "$WORK/kept"
start first "$BARAZA_ROOT/tools/demo"
start second "$BARAZA_ROOT/tools/demo"
wait_until 120 "somebody to be unlocked" test -S kept/capital/agent.sock
kill -TERM "${e2e_pid[third]}"
wait_until 30 "the interrupted demo to end" eval "! running third"
[ ! -e kept/capital/agent.sock ] || die "an interrupted demo leaves an agent behind"
for name in first second; do
    wait_until 150 "the $name demo" eval "! running $name"
    wait "${e2e_pid[$name]}" || die "the $name demo failed: $(tail -n 20 "$WORK/$name.log")"
    grep -q "verdict     good" "$WORK/$name.log" || die "the $name demo ended without its verdict"
done
