// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// How a program ends: 0 good, 1 a check found a problem, 2 wrong usage, 65 and above sysexits for failures.
#ifndef BARAZA_OPS_EXIT_H
#define BARAZA_OPS_EXIT_H

#include "common/base/err.h"
#include "common/base/why.h"

enum exit_code {
    EXIT_GOOD = 0,
    EXIT_FOUND = 1,  // verify, gap and the like: the answer is "no", nothing failed
    EXIT_USAGE = 2,
};

// Returns the code a program ends with on e: as err_exit_code, but 2 for ERR_USAGE.
int exit_code_of(enum err e);

// Writes "PROGRAM: SENTENCE" to standard error, the sentence from why (may be NULL or empty) or else err_text,
// control characters made harmless; nothing for OK. Returns exit_code_of(e), so that main can end with it.
int exit_report(const char *program, enum err e, const struct why *why);

#endif
