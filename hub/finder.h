// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// From an entry's id to its index, in memory: a table of indices placed by the first bytes of the id (16 bytes an
// entry at most). Derived from the record and rebuilt at each start, because a random-key index inside the synced
// transaction would cost four fifths of the hub's speed.
#ifndef BARAZA_HUB_FINDER_H
#define BARAZA_HUB_FINDER_H

#include "common/store/record.h"

struct finder;

// Returns an empty one. Gives; finder_free frees, NULL is harmless.
struct finder *finder_new(void);
void finder_free(struct finder *f);

// Takes in the ids from where it ended up to record_size(r). ERR_CORRUPT, the error of t; then it knows fewer.
MUST_USE enum err finder_follow(struct finder *f, struct record *r, struct kv_txn *t);

// *index of the entry with that id. ERR_NOT_FOUND; ERR_CORRUPT, the error of t.
MUST_USE enum err finder_find(const struct finder *f, struct record *r, struct kv_txn *t, struct hash id,
                              uint64_t *index);

#endif
