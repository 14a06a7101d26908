#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# README's first command holds, also twice at once.
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib.sh"

step "two demos at once"
start first "$BARAZA_ROOT/tools/demo"
start second "$BARAZA_ROOT/tools/demo"
for name in first second; do
    wait_until 150 "the $name demo" eval "! running $name"
    wait "${e2e_pid[$name]}" || die "the $name demo failed: $(tail -n 20 "$WORK/$name.log")"
    grep -q "verdict     good" "$WORK/$name.log" || die "the $name demo ended without its verdict"
done
