// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Sealed parts: content for named recipients only, made before it touches a disk (PROTOCOL 4.6).
// [suite, [[recipient key, boxed key] …], ciphertext]; the plaintext is padded and repeats where it stands, so that a
// sealed part cannot be moved to another entry. Its key is new each time and used once, so the nonce is all zeros.
// Read first: common/format/seal.h.
#ifndef BARAZA_FORMAT_SEALED_H
#define BARAZA_FORMAT_SEALED_H

#include "common/format/kinds.h"
#include "common/format/part.h"
#include "common/format/seal.h"

#define SEALED_SUITE 1 // sealed boxes of X25519 around a key for XChaCha20-Poly1305
#define SEALED_PAD 256 // the plaintext is filled up to a multiple of it
#define SEALED_FEWEST 2 // recipients: nobody opens what nobody else could have opened

// Appends the sealed form of bytes, part `name` of the entry at place, for n recipients (SEALED_FEWEST to
// LIMIT_PROTECT_KEYS, CHECK). False, with out as it was, when a recipient's key is not one, or bytes exceed
// LIMIT_DISCLOSURE_BYTES.
MUST_USE bool sealed_make(const struct place *place, struct slice name, struct slice bytes,
                          const struct boxkey *recipients, size_t n, struct buf *out);

// True when s has the form of a sealed part.
MUST_USE bool sealed_ok(struct slice s);

// Reads whom s is sealed to into out, in its order. Returns how many; 0 when s has not the form of a sealed part.
size_t sealed_recipients(struct slice s, struct boxkey out[static LIMIT_PROTECT_KEYS]);

// What became of an opening.
enum sealed_opening {
    SEALED_OPENED,
    SEALED_NOT,       // it has not the form of a sealed part
    SEALED_OTHER_KEY, // it is sealed, but not to this key
    SEALED_CHANGED,   // its bytes are not those that were sealed
    SEALED_ELSEWHERE, // it was sealed as a part of another entry, or as another part
};

// Returns "opened", "not-sealed" …; static storage.
const char *sealed_opening_code(enum sealed_opening o);

// Opens s with one recipient's pair and appends the content; out stays as it was unless it returns SEALED_OPENED.
// anew: the entry names one that it replaces (sealed_anew), so it may have been sealed for another place of the same
// author.
MUST_USE enum sealed_opening sealed_open(struct slice s, const struct place *place, bool anew, struct slice name,
                                         struct boxkey pub, const struct boxsec *sec, struct buf *out);

// True when an entry of this kind with so many references names one that it replaces (PROTOCOL 7.3).
bool sealed_anew(enum kind kind, size_t ref_count);

// The parts of a kind that must be sealed when they are given, as bits by their place (PROTOCOL 4.7). sensitivity: of
// the contribution; of a correction, of the one that it corrects.
uint32_t sealed_due(enum kind kind, uint64_t sensitivity);

// The same of an entry by what its own body says. 0 for a correction: its depends on what it corrects.
uint32_t sealed_due_by(const struct body *body);

// Those of `due` that d discloses, that are no dummies, and that have not the form of a sealed part.
uint32_t sealed_missing(uint32_t due, const struct disclosure *d);

#endif
