// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The fixed-size values that identify things, and the only door to hashing (libcrypto) and signing (libsodium).
// It must never see a format: what is hashed or signed is given as bytes.
#ifndef BARAZA_FORMAT_IDENT_H
#define BARAZA_FORMAT_IDENT_H

#include "common/base/bytes.h"
#include "common/base/err.h"

struct hash { uint8_t b[32]; };          // SHA-256
struct pubkey { uint8_t b[32]; };        // Ed25519 public key
struct seckey { uint8_t b[64]; };        // Ed25519 secret key as libsodium keeps it (seed, then public key)
struct sig { uint8_t b[64]; };           // Ed25519 signature
struct boxkey { uint8_t b[32]; };        // X25519 or CURVE public key
struct boxsec { uint8_t b[32]; };        // X25519 or CURVE secret key
struct incarnation { uint8_t b[16]; };   // one life of a journal on one device
struct symkey { uint8_t b[32]; };        // a symmetric key

// Prepares the libraries; to be called once at the start of each program and test, before any thread.
// ERR_CRYPTO when the library does not work, or its verification is neither of the two kinds known (the start-up
// self-test: see ident_verify).
MUST_USE enum err ident_init(void);

// Incremental SHA-256. A struct sha256 is on the stack, needs no release, and may be copied by assignment to fork it.
struct sha256 { uint64_t state[16]; };
void sha256_init(struct sha256 *s);
void sha256_add(struct sha256 *s, struct slice data);
void sha256_add_u64be(struct sha256 *s, uint64_t v);
void sha256_add_u8(struct sha256 *s, uint8_t v);
struct hash sha256_done(struct sha256 *s);

// SHA-256 of data.
struct hash hash_of(struct slice data);

// HMAC-SHA-256 (RFC 2104) of data under key; or of many data under one key, whose two blocks are hashed once.
// A struct hmac is as secret as its key: mem_wipe it.
struct hmac { struct sha256 inner, outer; };
struct hmac hmac_key(struct symkey key);
struct hash hmac_under(const struct hmac *h, struct slice data);
struct hash hmac_of(struct symkey key, struct slice data);

// Equality in constant time.
bool hash_equal(struct hash a, struct hash b);
bool pubkey_equal(struct pubkey a, struct pubkey b);
bool boxkey_equal(struct boxkey a, struct boxkey b);
bool incarnation_equal(struct incarnation a, struct incarnation b);
bool hash_is_zero(struct hash a);

// A new signing key pair from the system's randomness; or the one that belongs to a 32-byte seed (RFC 8032).
void sign_keypair(struct pubkey *pub, struct seckey *sec);
void sign_keypair_from_seed(const uint8_t seed[static 32], struct pubkey *pub, struct seckey *sec);

// Ed25519 (RFC 8032) signature over the concatenation of prefix, a NUL byte, and message.
// prefix: one of the printable purposes of PROTOCOL ("baraza/entry/v1"); NULL: message alone (notes, cosignatures).
struct sig ident_sign(const struct seckey *sec, const char *prefix, struct slice message);

// True when sig is good under pub for the same concatenation. One verdict everywhere: canonical S, no small-order
// or non-canonical key or R, cofactorless equation; where the library verifies cofactored (newer libsodium), R is
// checked to be a valid point as keys are at enrolment, which gives the same verdicts (the self-test tells which).
MUST_USE bool ident_verify(struct pubkey pub, const char *prefix, struct slice message, struct sig sig);

// What ident_verify calls: cofactored says which equation the library at hand uses. To be called with anything but the
// truth by tests only; on the set of signatures that PROTOCOL 1.4 calls good the two agree.
MUST_USE bool ident_verify_as(bool cofactored, struct pubkey pub, const char *prefix, struct slice message,
                              struct sig sig);

// True when pub is a canonical point of the main subgroup (libsodium crypto_core_ed25519_is_valid_point).
// An author key must pass this once, when it enrols.
MUST_USE bool pubkey_valid(struct pubkey pub);

// Fills n bytes from the system's randomness. Cores do not call this: randomness comes to them in events.
void ident_random(void *p, size_t n);

#endif
