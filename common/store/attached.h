// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Which attachments signed entries name, in the order of their journals, and at a site how much of each the hub has.
// It knows places, roots and sizes; what an attachment is called and what opens it stands in the entry's part.
// Read first: docs/STORAGE.md, "Attachments".
#ifndef BARAZA_STORE_ATTACHED_H
#define BARAZA_STORE_ATTACHED_H

#include "common/format/attachment.h"
#include "common/store/keys.h"
#include "common/store/kv.h"

// Of an attachment at a site. Numbers are on the disk. At a hub it is always WAITING: what it has is in blob.h.
enum attached_state {
    ATTACHED_WAITING = 0, // the hub has not all of it
    ATTACHED_HELD = 1,    // the hub's signed word that it wants nothing more of it is here
    ATTACHED_LOST = 2,    // a chunk of it is damaged here, or was never here: it does not go any further
};

struct attached {
    struct journal_id journal;
    uint64_t seq;
    struct attachment_blob blob;
    uint32_t next;              // WAITING: the hub has all chunks below
    enum attached_state state;
    struct sig held;            // HELD: its signature (held_verify, custody.h)
};

// Puts one, replacing what was said of it; removes one.
void attached_put(struct kv_txn *t, const struct attached *a);
void attached_drop(struct kv_txn *t, const struct attached *a);

// ERR_NOT_FOUND, ERR_CORRUPT, the error of t.
MUST_USE enum err attached_get(struct kv_txn *t, const struct journal_id *journal, uint64_t seq, struct hash root,
                               struct attached *out);

// In order of journal, seq and root; of one journal, or of all when that is NULL. What is damaged is passed over.
struct attached_range {
    struct attached at;
    // private
    struct kv_range range;
};
struct attached_range attached_range_new(struct kv_txn *t, const struct journal_id *journal);
// The same, behind a place.
struct attached_range attached_range_after(struct kv_txn *t, const struct attached *place);
MUST_USE bool attached_range_next(struct attached_range *r);
void attached_range_done(struct attached_range *r);

// Copies those of one entry to out, at most LIMIT_ATTACHMENTS; returns how many.
size_t attached_of(struct kv_txn *t, const struct journal_id *journal, uint64_t seq,
                   struct attached out[LIMIT_ATTACHMENTS]);

// Bytes of an attachment, before encryption, that the hub is known to have.
uint64_t attached_received(const struct attached *a);

// What of all of them here is on its way: how many attachments, and bytes that the hub is not known to have. Those that
// are lost are not.
struct attached_sum {
    uint64_t waiting;
    uint64_t waiting_bytes;
    uint64_t lost;
};
struct attached_sum attached_sum(struct kv_txn *t);

#endif
