// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The outbox: copies of entries that only the hub can open, kept until it has given custody, so that a locked node
// uploads; and the boxed keys they were made under. Bytes only: format/outbox makes and reads them.
#ifndef BARAZA_STORE_OUTBOX_STORE_H
#define BARAZA_STORE_OUTBOX_STORE_H

#include "common/format/outbox.h"
#include "common/store/keys.h"
#include "common/store/kv.h"
#include "common/store/outbox_cover.h"

// Puts one record (journal_append does so by itself). get: ERR_NOT_FOUND, ERR_CORRUPT, the error of t; *out borrowed.
void outbox_put(struct kv_txn *t, const struct position *at, struct slice record);
MUST_USE enum err outbox_get(struct kv_txn *t, const struct position *at, struct slice *out);

// Removes the records of a journal below seq `next`: custody of them was acknowledged. Returns how many.
uint64_t outbox_drop(struct kv_txn *t, const struct journal_id *journal, uint64_t next);

// Records of one journal in order; record is borrowed.
struct outbox_range {
    struct position at;
    struct slice record;
    // private
    struct kv_range range;
};
struct outbox_range outbox_range_new(struct kv_txn *t, const struct journal_id *journal, uint64_t from);
MUST_USE bool outbox_range_next(struct outbox_range *r);
void outbox_range_done(struct outbox_range *r);

// How many records wait, over all journals.
uint64_t outbox_count(struct kv_txn *t);

// Keys of the outbox, boxed to the hub (outbox_key_make: record), each under the cover, by the id of the unlock they
// were made in. get appends the record to out. ERR_NOT_FOUND: it is not there; ERR_CRYPTO: no key of the cover opens
// it; ERR_CORRUPT, the error of t.
void outbox_key_put(struct kv_txn *t, const struct outbox_cover *cover, struct unlock_id unlock,
                    struct slice record);
MUST_USE enum err outbox_key_get(struct kv_txn *t, const struct outbox_cover *cover, struct unlock_id unlock,
                                 struct buf *out);
// True when there is one. False also when t has failed.
bool outbox_key_here(struct kv_txn *t, struct unlock_id unlock);
// Moves to the key after *unlock (started false: the first). False at the end.
MUST_USE bool outbox_key_next(struct kv_txn *t, bool started, struct unlock_id *unlock);
void outbox_key_drop(struct kv_txn *t, struct unlock_id unlock);

#endif
