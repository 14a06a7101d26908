// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The door to libsodium's boxes: encryption to a public key, and under a key. Signatures are in ident, passphrases in
// author/keyring.
// It never keeps a key, and never says why something did not open.
#ifndef BARAZA_FORMAT_SEAL_H
#define BARAZA_FORMAT_SEAL_H

#include "common/format/ident.h"
#include "common/limits.h"

#define SEAL_BOX_EXTRA 48    // a sealed box is so much longer than its content
#define SEAL_SECRET_EXTRA 16 // the same for seal_encrypt
#define SEAL_NONCE_BYTES 24

struct nonce { uint8_t b[SEAL_NONCE_BYTES]; };

// Pairs that something may be boxed to: the one of now, and those before it that were not put away yet.
struct box_pair {
    struct boxkey pub;
    struct boxsec sec;
};

struct box_ring {
    size_t n;
    struct box_pair at[LIMIT_HUB_KEYS];
};

// A new X25519 (or CURVE: the same curve) key pair from the system's randomness; the public half of a secret one
// (X25519 of the base point; the secret is clamped by the library, as CURVE does).
void box_keypair(struct boxkey *pub, struct boxsec *sec);
struct boxkey box_public(const struct boxsec *sec);

// A new symmetric key, a new nonce, from the system's randomness.
struct symkey symkey_new(void);
struct nonce nonce_new(void);

// Appends a sealed box (libsodium crypto_box_seal: X25519, XSalsa20-Poly1305, throw-away sender) of plain to `to`.
// False, with out as it was, when `to` is a key of small order, which no honest pair has.
MUST_USE bool seal_box(struct boxkey to, struct slice plain, struct buf *out);

// Opens one and appends the content. False, with out as it was, when it is not for this key or was changed.
MUST_USE bool seal_open(struct boxkey pub, const struct boxsec *sec, struct slice box, struct buf *out);

// The same for whichever pair of r it is for, the last tried first.
MUST_USE bool seal_open_any(const struct box_ring *r, struct slice box, struct buf *out);

// The pair of that key, borrowing r; NULL when it is not in it.
const struct box_pair *box_ring_find(const struct box_ring *r, struct boxkey pub);

// Appends XChaCha20-Poly1305 (IETF AEAD construction, 24-byte nonce) of plain with associated data ad.
// A nonce is never used twice with one key; random ones are safe.
void seal_encrypt(const struct symkey *key, const struct nonce *nonce, struct slice ad, struct slice plain,
                  struct buf *out);

// Reverses it and appends the content. False, with out as it was, when key, nonce, ad and bytes do not belong together.
MUST_USE bool seal_decrypt(const struct symkey *key, const struct nonce *nonce, struct slice ad, struct slice cipher,
                           struct buf *out);

#endif
