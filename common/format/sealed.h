// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Sealed parts: content for named recipients only, made before it touches a disk (PROTOCOL 4.6).
// [suite, [[recipient key, boxed key] …], ciphertext]; the plaintext is padded and repeats where it stands, so that a
// sealed part cannot be moved to another entry. Its key is new each time and used once, so the nonce is all zeros.
// Read first: common/format/seal.h.
#ifndef BARAZA_FORMAT_SEALED_H
#define BARAZA_FORMAT_SEALED_H

#include "common/format/part.h"
#include "common/format/seal.h"

#define SEALED_SUITE 1 // sealed boxes of X25519 around a key for XChaCha20-Poly1305
#define SEALED_PAD 256 // the plaintext is filled up to a multiple of it

// Appends the sealed form of bytes, part `name` of the entry at place, for n recipients (2 to LIMIT_PROTECT_KEYS,
// CHECK). False, with out as it was, when a recipient's key is not one, or bytes exceed LIMIT_DISCLOSURE_BYTES.
MUST_USE bool sealed_make(const struct place *place, struct slice name, struct slice bytes,
                          const struct boxkey *recipients, size_t n, struct buf *out);

// True when s has the form of a sealed part.
MUST_USE bool sealed_ok(struct slice s);

// Opens s with one recipient's pair and appends the content. False, with out as it was, when it is not for that key,
// was changed, or was made for another place or name.
MUST_USE bool sealed_open(struct slice s, const struct place *place, struct slice name, struct boxkey pub,
                          const struct boxsec *sec, struct buf *out);

#endif
