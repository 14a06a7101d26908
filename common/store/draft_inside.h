// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the files of drafts share and nobody else includes.
// draft.c: values, reading, counting · draft_keep.c: keeping, discarding, sweeping
#ifndef BARAZA_STORE_DRAFT_INSIDE_H
#define BARAZA_STORE_DRAFT_INSIDE_H

#include "common/store/draft.h"

#define DRAFT_MARK_BYTES 8
#define DRAFT_TAG_BYTES 16

enum draft_state {
    DRAFT_ABSENT,
    DRAFT_GONE,    // a value whose key was destroyed: nothing opens it, and it is no damage
    DRAFT_DAMAGED,
    DRAFT_THERE,   // and draft_open will tell whether it is whole
};

// What stands under a draft's place; borrowed as from kv_get and draft_keys_find.
struct draft_seen {
    const struct symkey *key; // NULL: it has none
    struct slice value;
};

// Looks at a draft without opening it. After a failure of t: ABSENT or DAMAGED.
enum draft_state draft_look(struct kv_txn *t, const struct draft_keys *keys, struct pubkey owner, struct draft_id id,
                            struct draft_seen *out);

// True when a draft that is THERE is of that forum.
bool draft_of_forum(const struct draft_seen *seen, struct hash session);

// Opens one that is THERE: appends what it says to room, which d->fields borrows. ERR_CORRUPT, ERR_TOO_BIG.
MUST_USE enum err draft_open(const struct draft_seen *seen, const struct draft_owner *o, struct draft_id id,
                             struct draft *d, struct buf *room);

// Puts a draft under what key and owner make. Errors show in t.
void draft_put(struct kv_txn *t, const struct symkey *key, const struct draft_owner *o, const struct draft *d);

// The place of a draft.
struct key draft_key(struct pubkey owner, struct draft_id id);

// Moves *owner and *id to the next value of anybody, whatever its state; *bytes is its length. False at the end.
MUST_USE bool draft_any_next(struct kv_txn *t, struct pubkey *owner, struct draft_id *id, uint64_t *bytes);

#endif
