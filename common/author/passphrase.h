// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A secret under a passphrase: Argon2id (RFC 9106, by libsodium) makes the key, XChaCha20-Poly1305 seals. What a file
// asks of the computer is bounded when it is read. It knows no files, and must never keep a passphrase or a key.
#ifndef BARAZA_AUTHOR_PASSPHRASE_H
#define BARAZA_AUTHOR_PASSPHRASE_H

#include "common/base/err.h"
#include "common/base/why.h"
#include "common/format/pack.h"
#include "common/format/seal.h"

#define PASSPHRASE_SALT_BYTES 16

// How the key is made, and the nonce it is used with once.
struct passphrase_lock {
    uint8_t salt[PASSPHRASE_SALT_BYTES];
    uint64_t memory; // bytes
    uint64_t passes;
    struct nonce nonce;
};

// A new lock, with the costs of today (64 MiB, 3 passes).
struct passphrase_lock passphrase_lock_new(void);

// Four values of an array that is open: salt, memory, passes, nonce. Reading one that asks for too much, or too little,
// fails the cursor.
void passphrase_lock_pack(const struct passphrase_lock *lock, struct buf *out);
void passphrase_lock_read(struct cursor *c, struct passphrase_lock *out);

// True when it has 1 to LIMIT_PASSPHRASE bytes; else why says so.
MUST_USE bool passphrase_ok(struct slice passphrase, struct why *why);

// Appends secret, sealed; a lock is used for one sealing only. A passphrase is normalised (NFC), so that it opens on
// another keyboard too. Takes about a tenth of a second. ERR_AGAIN with why: there is no memory for it.
MUST_USE enum err passphrase_seal(const struct passphrase_lock *lock, struct slice passphrase, struct slice ad,
                                  struct slice secret, struct buf *out, struct why *why);

// Reverses it and appends the secret to out, which the caller wipes. ERR_CRYPTO, why untouched: it does not open so;
// ERR_AGAIN with why.
MUST_USE enum err passphrase_open(const struct passphrase_lock *lock, struct slice passphrase, struct slice ad,
                                  struct slice sealed, struct buf *out, struct why *why);

#endif
