#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Sound does not take the last room on a disk: what is said in words is kept where no sound is taken any more.
. "$(dirname "$0")/lib.sh"

mkdir small
truncate -s 64M disk
{ mkfs.ext4 -q -m 0 -F disk && mount -o loop disk "$WORK/small"; } 2>/dev/null || skip "mounting a disk needs root"
trap 'status=$?; umount "$WORK/small" || umount -l "$WORK/small"; (exit $status); e2e_end' EXIT

found
site small/heron
head -c $(($(df --output=avail -B1 small | tail -n 1) - 25000000)) /dev/zero >small/full
export BARAZA_STATE=$WORK/small/heron
head -c 6000000 <(printf OggS; cat /dev/zero) >voice.ogg
head -c 100000 voice.ogg >short.ogg

step "a voice that leaves too little is not taken, and nothing of it stays"
expect_status 74 baraza add --session XM-KIV-2026-003 --passphrase-file "$PASS" --attach voice.ogg "The ford."
expect_contains "what is said" "$(cat err)" "the disk is full"
expect_equal "contributions" "$(baraza list --json --passphrase-file "$PASS" | grep -c '"kind":"contribution"')" 0
[ "$(df --output=avail -B1 small | tail -n 1)" -gt 20971520 ] || die "there is no room for words"

step "a short one is, and words are"
expect_status 0 baraza add --session XM-KIV-2026-003 --passphrase-file "$PASS" --attach short.ogg "The ford."
expect_status 0 baraza add --session XM-KIV-2026-003 --passphrase-file "$PASS" "The well."
