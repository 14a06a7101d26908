#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Real input, written by real people, goes through sites and hub, and every body comes back byte for byte. One file is
# planted: text that is not NFC, quotes, line breaks of both kinds, spaces at both ends.
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib.sh"

[ -d "$BARAZA_SHARED/data/polis" ] || skip "no Polis files in $BARAZA_SHARED/data/polis"
mkdir -p polis/planted
cp -r "$BARAZA_SHARED"/data/polis/* polis/
chmod -R u+w polis
columns=timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body
printf '%s\r\n' $columns >polis/planted/comments.csv
printf '1568101622999,Tue Sep 10,1,2,1,0,1,"cafe\xcc\x81 said ""no""\nline\r\ntwo"\n' >>polis/planted/comments.csv
printf '1568101622999,Tue Sep 10,2,2,1,0,1,"  spaces at both ends  "\n' >>polis/planted/comments.csv

step "the trunk on every file"
expect_status 0 "$BARAZA_ROOT/tools/demo" --data polis --work "$WORK/day"
grep -q "verdict     good" out || die "no good verdict: $(tail -n 5 out)"

step "each body, byte for byte"
baraza export --state day/hub --parts --json >record.json || die "the export failed"
expect_status 0 "$BARAZA_BIN/../tests/e2e/bodies" record.json comment-body polis/*/comments.csv
cat out
