// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What every fuzz target includes: the two functions a target is made of, and how it complains.
// A target reads its input like a message from a stranger and CHECKs what must hold of whatever was accepted.
#ifndef BARAZA_TESTS_FUZZ_H
#define BARAZA_TESTS_FUZZ_H

#include "common/base/bytes.h"

// Called once before the first input; a target that prepares nothing leaves it out. Returns 0.
int LLVMFuzzerInitialize(int *argc, char ***argv);

// Called for each input; returns 0. Aborts (CHECK) when a property does not hold.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

// True when piece lies within whole, as everything borrowed from an input must.
static inline bool lies_within(struct slice piece, struct slice whole)
{
    return piece.n == 0 ||
           (piece.p >= whole.p && piece.n <= whole.n && (size_t)(piece.p - whole.p) <= whole.n - piece.n);
}

#endif
