// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the last bundle for the hub took along, and when the hub answered by one, so that a person can be told what
// exists only on this computer, and whether the hub is silent. A remark for people: what the hub has is told by its
// custody, never by this.
// Read first: node/desk/courier.h.
#ifndef BARAZA_NODE_DESK_OUTWARD_H
#define BARAZA_NODE_DESK_OUTWARD_H

#include "common/author/state.h"
#include "common/store/journal.h"

// Ends of journals that a bundle carried, strictly ascending by journal.
struct outward {
    uint64_t at_s;   // when it was made, by this computer's clock; 0: no bundle was made here yet
    size_t count;
    struct journal_head heads[LIMIT_OUTWARD];
};

// *out = the ends of the journals of which something waits now: what a bundle made now carries. Of more than
// LIMIT_OUTWARD the first: the rest counts as not carried. The store's error, ERR_CORRUPT.
MUST_USE enum err outward_look(struct kv *kv, struct outward *out);

// Keeps it in place of the one before; in a transaction of its own. The store's error: then the older one stays.
MUST_USE enum err outward_put(struct kv *kv, const struct outward *o);

// *out = what was kept last; all zeros when nothing was, or it is damaged. The error of t.
MUST_USE enum err outward_get(struct kv_txn *t, struct outward *out);

// When a bundle of the hub's was taken in here last, by this computer's clock: a hub that answers by courier is not
// silent. In a transaction of its own; 0: never, or it cannot be read. The store's error.
MUST_USE enum err outward_answered(struct kv *kv, uint64_t at_s);
uint64_t outward_answered_s(struct kv_txn *t);

// One past the last number of that journal that a bundle carried; 0: none did.
uint64_t outward_next(const struct outward *o, const struct journal_id *journal);

#endif
