// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What somebody is writing and has not signed: kept under a key of its own, which only she can make (draft_keys.h) and
// which is destroyed with it. So nobody else who writes here reads it, and a draft that is discarded is gone from every
// page that this store ever wrote. It knows bytes: what the fields of a draft mean is above.
// It must never say "kept" of what is not in the caller's transaction, nor overwrite what it was not told of.
// Read first: docs/STORAGE.md "Drafts".
//
// All of these are called in a transaction of the store, and with the keys read after it began.
#ifndef BARAZA_STORE_DRAFT_H
#define BARAZA_STORE_DRAFT_H

#include "common/format/seal.h"
#include "common/store/draft_keys.h"
#include "common/store/kv.h"

#define DRAFT_ROOM (LIMIT_DRAFT_BYTES + 96) // room that one draft needs when it is read

// Somebody whose drafts are meant, with what opens them. As secret as her keys: draft_owner_done wipes.
struct draft_owner {
    struct pubkey key;
    struct symkey secret; // HMAC-SHA-256(X25519 secret, "baraza/draft-owner/v1" 00): the same after any renewal
};
void draft_owner_init(struct draft_owner *o, struct pubkey key, const struct boxsec *box);
void draft_owner_done(struct draft_owner *o);

// A draft. fields: one canonical map (content.h), at most LIMIT_DRAFT_BYTES; borrowed.
struct draft {
    struct draft_id id;
    uint64_t version;    // 1 when it was first kept, one more each time
    uint64_t number;     // "draft 15": counted for each person and forum, from 1, and never given twice
    uint64_t kept_s;     // the clock when it was last kept
    struct hash session; // the forum's entry
    struct slice fields;
};

// Puts d (its id, session, kept_s, fields) in place of version d->version of it; 0: it is new. On success d->version
// and d->number are what stands there now. anew: under a new key; everything kept of it before, what hangs on it
// included, opens no more from then on, whether or not the transaction is committed. What equals what stands there as
// version d->version + 1 was kept before (the answer was lost): nothing is written.
// ERR_EXISTS: another version stands there, and nothing was changed (draft_get has it). ERR_NOT_FOUND: it was
// discarded or signed. ERR_USAGE with why: LIMIT_DRAFTS_PERSON or LIMIT_DRAFTS are there. ERR_TOO_BIG, ERR_CORRUPT
// (what stands there is damaged), ERR_FULL or ERR_IO with why, the error of t.
MUST_USE enum err draft_keep(struct kv_txn *t, struct draft_keys *keys, const struct draft_owner *o, struct draft *d,
                             bool anew, struct why *why);

// Reads one draft: what it says is appended to room (DRAFT_ROOM is enough), and d->fields borrows it.
// ERR_NOT_FOUND (it never was, or its key was destroyed), ERR_CORRUPT, ERR_TOO_BIG (room's maximum), the error of t.
MUST_USE enum err draft_get(struct kv_txn *t, const struct draft_keys *keys, const struct draft_owner *o,
                            struct draft_id id, struct draft *d, struct buf *room);

// Moves *id to her next draft after it (all zeros: the first), in the order of ids, whether it is whole or not; *bytes
// is its length on the disk. What was discarded is passed over. False at the end or when t has failed.
MUST_USE bool draft_next(struct kv_txn *t, const struct draft_keys *keys, struct pubkey owner, struct draft_id *id,
                         uint64_t *bytes);

// Discards a draft: its key is destroyed at once, whatever becomes of the transaction. OK also when there is none.
// ERR_IO with why: it may still open; else the error of t.
MUST_USE enum err draft_discard(struct kv_txn *t, struct draft_keys *keys, struct pubkey owner, struct draft_id id,
                                struct why *why);

// How many drafts of a forum, or of all forums (session NULL), each of those who write here has. Nobody has to be
// unlocked. damaged: drafts of which it cannot be told, counted for every forum.
struct draft_count {
    struct pubkey owner;
    uint64_t drafts;
    uint64_t damaged;
};
MUST_USE enum err draft_count(struct kv_txn *t, const struct draft_keys *keys, const struct hash *session,
                              struct draft_count out[static LIMIT_PERSONS], size_t *n);

// True when draft_sweep would find something.
MUST_USE bool draft_untidy(struct kv_txn *t, const struct draft_keys *keys);

// Removes what a crash left: values whose key was destroyed, keys that never had a value. To be called before a draft
// is kept for the first time: else a file of keys that is missing is taken for one that was lost. In a write
// transaction.
MUST_USE enum err draft_sweep(struct kv_txn *t, struct draft_keys *keys, struct why *why);

// The place in `import` of the entry that is made from a draft, so that it is made once:
// SHA-256("baraza/draft/v1" 00 ‖ owner ‖ id). True when it was made: *entry (may be NULL) is its id.
struct hash draft_import_key(struct pubkey owner, struct draft_id id);
MUST_USE bool draft_signed(struct kv_txn *t, struct pubkey owner, struct draft_id id, struct hash *entry);

// --- what hangs on a draft ---
// What everything of a draft is sealed under, for what is kept beside it (author/attach.h); the caller wipes. It is
// another once the draft was kept anew. Errors as draft_get.
MUST_USE enum err draft_secret_get(struct kv_txn *t, const struct draft_keys *keys, const struct draft_owner *o,
                                   struct draft_id id, struct symkey *out);

#endif
