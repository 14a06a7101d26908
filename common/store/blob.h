// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The chunks of attachments, as they are encrypted (common/format/attachment.h): each lies here once, under the root
// of its tree at a hub, and at a site under a random name until the root is known, which then leads to that name. It
// holds no key: what opens the chunks stands in the part of an entry, or in a draft.
// It must never check a chunk against the root: whoever received it has.
// Read first: docs/STORAGE.md, "Attachments".
#ifndef BARAZA_STORE_BLOB_H
#define BARAZA_STORE_BLOB_H

#include "common/format/attachment.h"
#include "common/store/keys.h"
#include "common/store/kv.h"

// What is known of an attachment by its root.
struct blob {
    struct hash id;     // what its chunks lie under
    uint64_t size;      // before encryption
    uint32_t next;      // the first chunk that is missing: as many as there are when all are here
    bool gone;          // it was erased: nothing of it is here, and nothing is taken any more
    bool bound;         // a signed entry names it
};

// ERR_NOT_FOUND, ERR_CORRUPT, the error of t.
MUST_USE enum err blob_look(struct kv_txn *t, struct hash root, struct blob *out);

// True when all chunks of b are here.
bool blob_whole(const struct blob *b);

// --- what comes with a manifest (a hub) ---
// Makes room for an attachment of `size` bytes (1 to LIMIT_ATTACHMENT_BYTES, CHECK), unless its root is known already.
void blob_expect(struct kv_txn *t, struct hash root, uint64_t size);

// Puts one chunk, which was verified. *taken (may be NULL): false when it was here. ERR_NOT_FOUND: nobody expects it;
// ERR_BAD_INPUT: no chunk of that number and length in it; ERR_EXISTS: it is gone; the error of t.
MUST_USE enum err blob_put(struct kv_txn *t, struct hash root, uint32_t number, struct slice chunk, bool *taken);

// --- what grows (a site) ---
// Puts chunk number under a name that is no root yet; a later call for the last one replaces it.
void blob_grow(struct kv_txn *t, struct hash id, uint32_t number, struct slice chunk);

// Ends the growth of a blob of `size` bytes: reads all chunks, and writes the leaves of their tree and what its root,
// *root, leads to. ERR_CORRUPT: a chunk is missing or not as long as it must be; the error of t.
MUST_USE enum err blob_finish(struct kv_txn *t, struct hash id, uint64_t size, struct hash *root);

// True, and *out what its root leads to, when a blob of that name was finished.
bool blob_named(struct kv_txn *t, struct hash id, struct blob *out);

// Removes all chunks under a name, and what a root leads to of them.
void blob_drop_grown(struct kv_txn *t, struct hash id);

// --- reading ---
// *out: chunk number, borrowed as from kv_get. ERR_NOT_FOUND: no such blob, or that chunk is missing; ERR_CORRUPT.
MUST_USE enum err blob_get(struct kv_txn *t, const struct blob *b, uint32_t number, struct slice *out);

// Fills path with what leads from chunk number to the root; *n hashes. For blobs that were finished here.
// ERR_NOT_FOUND, ERR_CORRUPT: the chunk that stands here is not the one of the tree, or the leaves are damaged.
MUST_USE enum err blob_path(struct kv_txn *t, struct hash root, const struct blob *b, uint32_t number,
                            struct hash path[LIMIT_PROOF_HASHES], size_t *n);

// Calls found(arg, root) for every root that is known here; found must not write. Errors show in t.
void blob_each(struct kv_txn *t, void (*found)(void *arg, struct hash root), void *arg);

// Reads all that should be here of a root and compares it with the root; of one that is not whole, that nothing before
// its first missing chunk is missing. ERR_NOT_FOUND: it is not known; ERR_CORRUPT.
MUST_USE enum err blob_check(struct kv_txn *t, struct hash root);

// --- ends ---
// Notes that a signed entry names it. Nothing happens when the root is not known.
void blob_bind(struct kv_txn *t, struct hash root);

// Removes the chunks of a root, if it is known, and what it leads to; with `gone` a mark stays, so that nothing of it
// is taken again. Errors show in t.
void blob_drop(struct kv_txn *t, struct hash root, bool gone);

#endif
