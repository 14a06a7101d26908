// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The value under which journal and leaf keep an entry: id 32 ‖ entry. The id is the entry's own hash, so each read
// can tell whether the bytes are still the author's.
#ifndef BARAZA_STORE_STORED_H
#define BARAZA_STORE_STORED_H

#include "common/store/keys.h"
#include "common/store/kv.h"
#include "common/store/vault.h"

// An entry as stored. Borrowed from the transaction.
struct stored {
    struct hash id;       // recomputed from bytes; equal to what was stored with them, or the bytes' signature is good
    struct slice bytes;   // the whole entry
};

// Puts an entry into db under key, which is likely to be the last of db: pages then fill up whole.
void stored_put(struct kv_txn *t, enum db db, struct slice key, struct hash id, struct slice entry);

// True when id was stored beside the entry, which may be damaged: for who looks for one among many.
bool stored_beside(struct slice value, struct hash id);

// Reads a value and rehashes it; when only the id beside it was damaged, the author's signature says so. False when it
// is damaged; *out untouched then.
MUST_USE bool stored_parse(struct slice value, struct stored *out);

// Puts what vault_seal gave under one key of two databases. sealed empty and wrapped NULL: nothing to put.
void stored_put_parts(struct kv_txn *t, enum db parts, enum db vault, struct slice key, struct slice sealed,
                      const struct wrapped *wrapped);

// Appends the plain disclosure bytes under key to out. ERR_NOT_FOUND: no parts there; else as vault_open, or the
// error of t.
MUST_USE enum err stored_parts(struct kv_txn *t, enum db parts, enum db vault, struct slice key, struct hash id,
                               const struct store_key *store_key, struct buf *out);

#endif
