// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Judging a receipt file with nothing but the charter, or its fingerprint: what `receipt --check` and `verify --proof`
// share. It must never take from the file what the file is to be judged by.
#ifndef BARAZA_TOOLS_BARAZA_RECEIPT_CHECK_H
#define BARAZA_TOOLS_BARAZA_RECEIPT_CHECK_H

#include "tools/baraza/cmd.h"

// Judges the receipt in the file path by the charter `named` (a file, or a fingerprint; NULL: the state's) and says
// what it shows. Returns 0 good, 1 not good, 2 with the fingerprint to compare when no charter is known, or another
// exit code.
int receipt_check(const struct cmd_context *context, const char *path, const char *named);

// True when text holds, besides a proof, what a receipt holds.
MUST_USE bool receipt_is_whole(struct slice text);

#endif
