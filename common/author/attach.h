// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Attachments of what is being written at a site: they grow piece by piece beside a draft, encrypted from the first
// byte under a key of their own, which is kept under the draft's key (draft_secret_get); signing makes the entry name
// them, and moves nothing. It must never write a byte in the clear, nor remove what a signed entry names. Read first:
// common/format/attachment.h, common/store/blob.h; docs/STORAGE.md, "Attachments".
#ifndef BARAZA_AUTHOR_ATTACH_H
#define BARAZA_AUTHOR_ATTACH_H

#include "common/base/why.h"
#include "common/store/attached.h"
#include "common/store/blob.h"

// One attachment of a draft. A secret: wipe it.
struct attach {
    struct hash id;                             // its name among those of the draft; random
    uint64_t number;                            // in the order in which they began
    char name[LIMIT_ATTACHMENT_NAME + 1];       // text
    char type[LIMIT_ATTACHMENT_TYPE + 1];
    struct symkey key;
    uint64_t size;                              // so far
    bool done;                                  // it is whole, and root leads to it
    struct hash root;
};

// Begins one, of a name and a type that attachment_type gave, under the draft's key. Gives its first state in *out.
// ERR_BAD_INPUT with why: the name is none; ERR_FULL with why: the draft has LIMIT_ATTACHMENTS; the error of t.
MUST_USE enum err attach_begin(struct kv_txn *t, struct draft_id draft, const struct symkey *draft_key,
                               struct slice name, const char *type, struct attach *out, struct why *why);

// Appends bytes to what is there. offset must be a->size (ERR_EXISTS: it is not; nothing was written). ERR_TOO_BIG
// with why: more than an attachment of its type may have; ERR_BAD_INPUT: it is done; ERR_CORRUPT; the error of t. a
// moves on.
MUST_USE enum err attach_append(struct kv_txn *t, struct draft_id draft, const struct symkey *draft_key,
                                struct attach *a, uint64_t offset, struct slice bytes, struct why *why);

// Ends it: from here on it may be signed. Again is harmless. ERR_BAD_INPUT: it is empty; ERR_CORRUPT; the error of t.
MUST_USE enum err attach_finish(struct kv_txn *t, struct draft_id draft, const struct symkey *draft_key,
                                struct attach *a, struct why *why);

// Reads one, or all of a draft in the order in which they began (at most LIMIT_ATTACHMENTS). ERR_NOT_FOUND;
// ERR_CRYPTO: another key than the draft's; ERR_CORRUPT; the error of t.
MUST_USE enum err attach_get(struct kv_txn *t, struct draft_id draft, const struct symkey *draft_key, struct hash id,
                             struct attach *out);
MUST_USE enum err attach_list(struct kv_txn *t, struct draft_id draft, const struct symkey *draft_key,
                              struct attach out[LIMIT_ATTACHMENTS], size_t *n);

// Removes one, or all of a draft: for when it is discarded, and for when it was signed. What a signed entry names
// stays. Needs no key. Nothing happens where nothing is. Errors show in t.
void attach_drop(struct kv_txn *t, struct draft_id draft, struct hash id);
void attach_drop_draft(struct kv_txn *t, struct draft_id draft);

// Removes what belongs to drafts that `there` does not know: of a program that ended in the midst.
void attach_sweep(struct kv_txn *t, bool (*there)(const void *arg, struct draft_id draft), const void *arg);

// Appends at most `most` bytes from offset on. size: of all of it. At its end it appends nothing. ERR_NOT_FOUND: a
// chunk is not here; ERR_CORRUPT: it does not open under key; ERR_TOO_BIG: out's maximum.
MUST_USE enum err attach_read(struct kv_txn *t, struct hash id, const struct symkey *key, uint64_t size,
                              uint64_t offset, size_t most, struct buf *out);

// --- signing ---
// Appends the content of the part `attachments` for n that are done (CHECK); nothing for none.
void attach_manifest(const struct attach *list, size_t n, struct buf *out);

// True when all that a manifest names lies here, whole. What is no manifest names nothing.
MUST_USE bool attach_here(struct kv_txn *t, struct slice manifest);

// Notes that the entry at that place names what is in the manifest. Append does it, in its own transaction.
void attach_bind(struct kv_txn *t, const struct journal_id *journal, uint64_t seq, struct slice manifest);

// Notes that the entry at that place was signed anew: what it names goes up behind the entry that replaces it.
void attach_unbind(struct kv_txn *t, const struct position *at);

#endif
