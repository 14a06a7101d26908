#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# The power cut has teeth: a program that says "saved" without a sync is caught, one that syncs loses nothing.
# usage: test_powercut.sh POWERCUT PROBE
set -uo pipefail
powercut=$1 probe=$2
work=$(mktemp -d "${TMPDIR:-/tmp}/baraza-powercut.XXXXXX")
trap 'rm -rf "$work"' EXIT

# trial NAME WRITER WANTED: a cut after 40 promises must end with the status WANTED.
trial() {
    local status=0
    mkdir "$work/$1"
    "$powercut" --work-dir "$work/$1" --image-mb 16 --run "exec '$probe' $2" --cut-after-lines 40 --cut-after-ms 5 \
        --check "exec '$probe' check \"\$POWERCUT_OUT\"" || status=$?
    [ $status -eq 77 ] && exit 77
    if [ $status -ne "$3" ]; then
        echo "FAILED: $1 ended with $status, $3 was expected"
        exit 1
    fi
}

trial honest-1 synced 0
trial honest-2 synced 0
trial dishonest unsynced 1
echo "what was synced survived; what was only promised was missed"
