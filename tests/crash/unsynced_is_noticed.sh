#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# With MDB_NOSYNC planted the campaign of power cuts has to fail, by naming what was lost.
set -uo pipefail
status=0
words=$(E2E_DISCARD=1 bash "$(dirname "$0")/campaign.sh" --unsynced "$@" 2>&1) || status=$?
case $status in
77) printf '%s\n' "$words" && exit 77 ;;
1) grep -q '^lost: ' <<<"$words" && printf 'the planted fault was noticed\n' && exit 0 ;;
esac
printf 'FAILED: the campaign ended with %d and named no loss:\n%s\n' "$status" "$words"
exit 1
