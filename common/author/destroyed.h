// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What an emergency wipe leaves to say: where the journals of those ended whose keys were destroyed on this computer.
// The hub is told with every hello (PROTOCOL 11.2.1), in nobody's name but the computer's own.
// It must never hold a word, a name or a secret.
#ifndef BARAZA_AUTHOR_DESTROYED_H
#define BARAZA_AUTHOR_DESTROYED_H

#include "common/format/journal_id.h"
#include "common/store/kv.h"

struct destroyed {
    uint64_t wall_s;          // when, by this computer's clock; the last time
    size_t count;             // 0: nothing was destroyed here
    struct journal_head heads[LIMIT_DESTROYED]; // strictly ascending by journal
};

// Reads it; none at all is count 0. ERR_CORRUPT, the error of t.
MUST_USE enum err destroyed_get(struct kv_txn *t, struct destroyed *out);

// True when key's were destroyed here.
bool destroyed_has(const struct destroyed *d, struct pubkey key);

// Adds the ends of all notebooks here (notebook.h), as destroyed at wall_s; what is beyond LIMIT_DESTROYED is left out.
// ERR_CORRUPT, the error of t.
MUST_USE enum err destroyed_put(struct kv_txn *t, uint64_t wall_s);

#endif
