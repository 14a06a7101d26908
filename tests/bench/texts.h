// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Real words for contributions: consecutive comments of the shared Polis exports joined by blanks, or, without these,
// the sample forums of this repository, and pieces of TEXT_BYTES cut out of them.
#ifndef BARAZA_TESTS_BENCH_TEXTS_H
#define BARAZA_TESTS_BENCH_TEXTS_H

#include "common/base/bytes.h"
#include "common/base/err.h"
#include "common/base/why.h"

#define TEXT_BYTES 600

struct texts {
    struct buf all;   // every comment, joined
    const char *from; // where they were found, for the table
};

// Reads all comments.csv below $BARAZA_SHARED/data/polis (by default ../shared), else tests/data/forums. root: of the
// repository. ERR_NOT_FOUND: neither is there.
MUST_USE enum err texts_load(const char *root, struct texts *out, struct why *why);
void texts_done(struct texts *t);

// How many different pieces there are one after another.
size_t texts_count(const struct texts *t);

// Piece i: TEXT_BYTES, or up to three less or more where a character would be cut. Beyond texts_count they come again
// from other beginnings, so that no two in a batch are the same.
struct slice texts_piece(const struct texts *t, uint64_t i);

#endif
