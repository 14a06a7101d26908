// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A hash table from keys of one fixed size to numbers, for indexes that folds keep in memory. Nothing is ever removed.
// Keys should be hard to choose (hashes, public keys): the table's own hash is quick, not secret.
#ifndef BARAZA_BASE_TABLE_H
#define BARAZA_BASE_TABLE_H

#include "common/base/bytes.h"

struct table {
    size_t key_size;
    size_t n;        // keys held
    size_t cap;      // slots, a power of two, or 0
    uint8_t *keys;   // cap keys
    uint32_t *marks; // cap marks: 0 a free slot, else the number + 1
};

// Returns an empty table for keys of key_size bytes, at least 8; nothing is allocated yet. table_done releases it.
struct table table_new(size_t key_size);
void table_done(struct table *t);

// True when key (key_size bytes) is there; *number (may be NULL) is what it was put with.
MUST_USE bool table_find(const struct table *t, const void *key, uint32_t *number);

// Puts key, which must not be there yet (CHECK), with a number below UINT32_MAX (CHECK).
void table_put(struct table *t, const void *key, size_t number);

#endif
