// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Entries by their index in the record: all of them at a hub, those that came down at a node (so with holes). Each
// read rehashes. The tree over them is record.h, and only a hub has it.
#ifndef BARAZA_STORE_LEAF_H
#define BARAZA_STORE_LEAF_H

#include "common/store/journal.h"

// Puts an entry under its index. sealed empty and wrapped NULL: no parts. The same index again replaces what it brings
// (a node may be sent an entry twice, the second time with parts).
void leaf_put(struct kv_txn *t, uint64_t index, struct hash id, struct slice entry, struct slice sealed,
              const struct wrapped *wrapped);

// *out = the entry at index, rehashed. ERR_NOT_FOUND, ERR_CORRUPT (why names the index), the error of t.
MUST_USE enum err leaf_get(struct kv_txn *t, uint64_t index, struct stored *out, struct why *why);

// *out = the id of the entry at index, also when that is damaged: what was stored beside it, which whoever has a root
// compares with it. ERR_NOT_FOUND, ERR_CORRUPT (nothing is there that could be one), the error of t.
MUST_USE enum err leaf_id(struct kv_txn *t, uint64_t index, struct hash *out);

// Appends its disclosure bytes to out: errors as journal_parts.
MUST_USE enum err leaf_parts(struct kv_txn *t, const struct store_key *key, uint64_t index, struct buf *out,
                             struct why *why);

// Entries from index `from` on, in order.
struct leaf_range {
    uint64_t index; // of the entry last read
    bool whole;     // entry is valid; a damaged one is passed on without it
    struct stored entry;
    // private
    struct kv_range range;
};
struct leaf_range leaf_range_new(struct kv_txn *t, uint64_t from);
// False at the end, or when t has failed.
MUST_USE bool leaf_range_next(struct leaf_range *r);
void leaf_range_done(struct leaf_range *r);

// Removes the entry at index with its parts: at a node, so that it can come down again.
void leaf_drop(struct kv_txn *t, uint64_t index);

// How many entries are here.
uint64_t leaf_count(struct kv_txn *t);

// At a node: notes that the entry at index is a redaction, and says how many there are, so that who looks for what is
// to be erased need not read everything to find that nothing is.
void leaf_redaction_put(struct kv_txn *t, uint64_t index);
uint64_t leaf_redactions(struct kv_txn *t);

// As journal_find, over the entries here. At a hub record_find is faster.
MUST_USE enum err leaf_find(struct kv_txn *t, struct slice prefix, uint64_t *out);

#endif
