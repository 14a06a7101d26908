// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Rows that were imported before: whether their text is still what was signed then. What was signed stands; but nobody
// must believe that a text edited since in its source was taken over.
#ifndef BARAZA_TOOLS_BARAZA_IMPORT_AGAIN_H
#define BARAZA_TOOLS_BARAZA_IMPORT_AGAIN_H

#include "common/base/table.h"
#include "node/desk/local.h"
#include "tools/baraza/work.h"

struct again_row {
    uint64_t row, line;
    struct hash text;   // SHA-256 of the text as it is in the file now
    bool changed;
};

struct import_again {
    struct table ids;   // of the entries made from them then
    struct again_row *rows;
    size_t n;
};

// Starts; import_again_done frees.
void import_again_init(struct import_again *a);
void import_again_done(struct import_again *a);

// Remembers a row that was skipped because entry id stands for it.
void import_again_add(struct import_again *a, struct hash id, const struct again_row *row);

// Compares all of them with what stands here, in one pass over the notebooks; sets `changed` in the rows. ERR_* with
// why.
MUST_USE enum err import_again_check(struct import_again *a, struct work *w, struct why *why);

#endif
