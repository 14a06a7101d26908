// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Parts at rest: what an entry discloses is encrypted with a random key of its own, and that key is wrapped under the
// store key. Pure functions over bytes: where they lie is the business of journal.h and leaf.h, so that worker threads
// can seal before the writer's transaction. It must never hold a key longer than a call.
// Read first: docs/STORAGE.md, "Parts at rest".
#ifndef BARAZA_STORE_VAULT_H
#define BARAZA_STORE_VAULT_H

#include "common/base/err.h"
#include "common/format/seal.h"

// The key under which a store's entry keys are wrapped, with the id that says which one it is. While a store key is
// being renewed (erase.h) some values are still wrapped under the one before: whoever reads holds both, and seals under
// the new one.
struct store_key {
    struct symkey key;
    uint8_t id[8];             // first bytes of SHA-256("baraza/store-key/v1" 00 ‖ key)
    bool has_older;
    struct symkey older;
    uint8_t older_id[8];
};

// What one sealing gives: the value for `vault` beside the value for `part`.
struct wrapped {
    uint8_t n;
    uint8_t b[1 + 8 + 32 + SEAL_BOX_EXTRA]; // u8 way ‖ store key id 8 ‖ nonce and wrapped key, or boxed key
};

// Bytes that sealing adds.
#define VAULT_SEAL_BYTES SEAL_SECRET_EXTRA

// Returns the store key of these 32 bytes, with its id and what sealing under a public key needs.
struct store_key store_key_of(struct symkey key);

// Returns `now` that also opens what is wrapped under `older` (its own older one is left out).
struct store_key store_key_after(struct store_key now, const struct store_key *older);

// Returns the public half under which a locked store can seal but not open (X25519; its secret is derived from the
// store key). Kept in meta, so that what comes down to a locked node is not left readable.
struct boxkey store_key_public(const struct store_key *key);

// Encrypts plain (an entry's disclosure bytes) under a new random key, appends the result to sealed, and writes that
// key, wrapped, to *wrapped. id is the entry's: both are bound to it. Each call makes a new key: a value is never
// sealed twice under one. Thread safe.
void vault_seal(const struct store_key *key, struct hash id, struct slice plain, struct buf *sealed,
                struct wrapped *wrapped);

// The same for many values in turn: their keys are drawn from the system's randomness VAULT_DRAW at a time, because a
// call for each takes as long as a short sealing. A struct vault_keys is as secret as they are, and of one thread: set
// it to all zeros to start, vault_keys_done wipes it.
#define VAULT_DRAW 32
struct vault_keys {
    size_t left;
    struct {
        struct symkey key;
        struct nonce nonce;
    } fresh[VAULT_DRAW];
};
void vault_seal_next(struct vault_keys *keys, const struct store_key *key, struct hash id, struct slice plain,
                     struct buf *sealed, struct wrapped *wrapped);
void vault_keys_done(struct vault_keys *keys);

// The same by someone who has the public half only; key_id is the store key's.
void vault_seal_public(struct boxkey public_half, const uint8_t key_id[static 8], struct hash id, struct slice plain,
                       struct buf *sealed, struct wrapped *wrapped);

// Wraps an entry's key anew under key, if it is wrapped under key's older one: *changed, and the new value in *out.
// Nothing changes for one that is under key already, in the way that is under the store key. Errors as vault_open.
MUST_USE enum err vault_rewrap(const struct store_key *key, struct hash id, struct slice wrapped, struct wrapped *out,
                               bool *changed);

// Appends the plain bytes to out. key NULL: ERR_LOCKED. ERR_CRYPTO: wrapped under another store key than this or its
// older one. ERR_CORRUPT: a byte of wrapped or sealed is damaged, or they belong to another entry. ERR_TOO_BIG: out's
// maximum. On failure out is as it was.
MUST_USE enum err vault_open(const struct store_key *key, struct hash id, struct slice wrapped, struct slice sealed,
                             struct buf *out);

#endif
