// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Attachments in chunks, by the root of their chunk tree, encrypted at rest like parts. A chunk can arrive in any order
// and any number of times. It must never check a chunk against the root: whoever received it has.
#ifndef BARAZA_STORE_BLOB_H
#define BARAZA_STORE_BLOB_H

#include "common/store/keys.h"
#include "common/store/kv.h"
#include "common/store/vault.h"

// Makes room for a blob of `size` bytes (at most LIMIT_ATTACHMENT_BYTES, CHECK) unless it is known already.
void blob_begin(struct kv_txn *t, const struct store_key *key, struct hash root, uint64_t size);

// Puts chunk `number` (LIMIT_CHUNK_BYTES but for the last). ERR_NOT_FOUND: blob_begin was not called; ERR_BAD_INPUT:
// no chunk of that number and length in it; ERR_LOCKED, ERR_CRYPTO, ERR_CORRUPT as vault_open.
MUST_USE enum err blob_put(struct kv_txn *t, const struct store_key *key, struct hash root, uint32_t number,
                           struct slice bytes);

// Appends chunk `number` to out. Errors as blob_put; ERR_NOT_FOUND also for a chunk that has not arrived.
MUST_USE enum err blob_get(struct kv_txn *t, const struct store_key *key, struct hash root, uint32_t number,
                           struct buf *out);

// *size of the blob and *next, the first chunk at or after `from` that is missing (the count of chunks when none is).
MUST_USE enum err blob_missing(struct kv_txn *t, struct hash root, uint32_t from, uint64_t *size, uint32_t *next);

// --- for the renewal of the store key (erase.h) ---
// True when a key of the database of blobs is that of a blob's head, which holds its wrapped key.
bool blob_is_head(struct slice place);

// Wraps the key in the head under `place` anew, if it is under key's older one. Errors as vault_rewrap.
MUST_USE enum err blob_rewrap(struct kv_txn *t, const struct store_key *key, struct slice place, bool *changed);

#endif
