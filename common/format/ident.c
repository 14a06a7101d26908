// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Hashing with libcrypto (its SHA-256 uses the processor's instructions, libsodium's does not), signing with
// libsodium. The low-level SHA256_* calls are used on purpose: the EVP layer costs more than a short hash.
#define OPENSSL_API_COMPAT 0x10100000L
#include "common/format/ident.h"

#include <openssl/sha.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static_assert(sizeof(SHA256_CTX) <= sizeof(struct sha256), "libcrypto's state fits ours");
static_assert(sizeof(struct hash) == SHA256_DIGEST_LENGTH, "a hash is SHA-256");
static_assert(sizeof(struct pubkey) == crypto_sign_PUBLICKEYBYTES, "Ed25519 public key");
static_assert(sizeof(struct seckey) == crypto_sign_SECRETKEYBYTES, "Ed25519 secret key");
static_assert(sizeof(struct sig) == crypto_sign_BYTES, "Ed25519 signature");

void sha256_init(struct sha256 *s)
{
    SHA256_CTX context;
    CHECK(SHA256_Init(&context) == 1);
    memcpy(s->state, &context, sizeof context);
}

void sha256_add(struct sha256 *s, struct slice data)
{
    if (data.n == 0) {
        return;
    }
    CHECK(SHA256_Update((SHA256_CTX *)(void *)s->state, data.p, data.n) == 1);
}

void sha256_add_u64be(struct sha256 *s, uint64_t v)
{
    uint8_t b[8];
    be64_put(b, v);
    sha256_add(s, SLICE_ARRAY(b));
}

void sha256_add_u8(struct sha256 *s, uint8_t v)
{
    sha256_add(s, slice_of(&v, 1));
}

struct hash sha256_done(struct sha256 *s)
{
    struct hash h;
    CHECK(SHA256_Final(h.b, (SHA256_CTX *)(void *)s->state) == 1);
    return h;
}

struct hash hash_of(struct slice data)
{
    struct sha256 s;
    sha256_init(&s);
    sha256_add(&s, data);
    return sha256_done(&s);
}

struct hash hmac_of(struct symkey key, struct slice data)
{
    // RFC 2104 with a key shorter than the block of 64 bytes.
    uint8_t pad[64] = { 0 };
    struct sha256 s;
    memcpy(pad, key.b, sizeof key.b);
    for (size_t i = 0; i < sizeof pad; i++) {
        pad[i] ^= 0x36;
    }
    sha256_init(&s);
    sha256_add(&s, SLICE_ARRAY(pad));
    sha256_add(&s, data);
    struct hash inner = sha256_done(&s);
    for (size_t i = 0; i < sizeof pad; i++) {
        pad[i] ^= 0x36 ^ 0x5c;
    }
    sha256_init(&s);
    sha256_add(&s, SLICE_ARRAY(pad));
    sha256_add(&s, SLICE_ARRAY(inner.b));
    mem_wipe(pad, sizeof pad);
    return sha256_done(&s);
}

bool hash_equal(struct hash a, struct hash b)
{
    return sodium_memcmp(a.b, b.b, sizeof a.b) == 0;
}

bool pubkey_equal(struct pubkey a, struct pubkey b)
{
    return sodium_memcmp(a.b, b.b, sizeof a.b) == 0;
}

bool boxkey_equal(struct boxkey a, struct boxkey b)
{
    return sodium_memcmp(a.b, b.b, sizeof a.b) == 0;
}

bool incarnation_equal(struct incarnation a, struct incarnation b)
{
    return sodium_memcmp(a.b, b.b, sizeof a.b) == 0;
}

bool hash_is_zero(struct hash a)
{
    return sodium_is_zero(a.b, sizeof a.b) == 1;
}

void sign_keypair(struct pubkey *pub, struct seckey *sec)
{
    crypto_sign_keypair(pub->b, sec->b);
}

void sign_keypair_from_seed(const uint8_t seed[static 32], struct pubkey *pub, struct seckey *sec)
{
    crypto_sign_seed_keypair(pub->b, sec->b, seed);
}

// Joins prefix, NUL and message in memory of the caller's choice: libsodium signs one piece of memory.
#define SMALL_MESSAGE 2048

static uint8_t *join(const char *prefix, struct slice message, uint8_t *small, size_t *n, void **heap)
{
    size_t lead = prefix == NULL ? 0 : strlen(prefix) + 1;
    *n = lead + message.n;
    uint8_t *p = small;
    if (*n > SMALL_MESSAGE) {
        p = mem_new(*n);
        *heap = p;
    }
    if (lead > 0) {
        memcpy(p, prefix, lead);
    }
    if (message.n > 0) {
        memcpy(p + lead, message.p, message.n);
    }
    return p;
}

struct sig ident_sign(const struct seckey *sec, const char *prefix, struct slice message)
{
    uint8_t small[SMALL_MESSAGE];
    void *heap = NULL;
    size_t n = 0;
    struct sig sig;
    uint8_t *p = join(prefix, message, small, &n, &heap);
    CHECK(crypto_sign_detached(sig.b, NULL, p, n, sec->b) == 0);
    free(heap);
    return sig;
}

// Set once by ident_init, before any thread: whether the library's equation is the cofactored one.
static bool cofactored;

static bool verify_plain(struct pubkey pub, struct slice message, struct sig sig)
{
    return crypto_sign_verify_detached(sig.b, message.p, message.n, pub.b) == 0;
}

bool ident_verify(struct pubkey pub, const char *prefix, struct slice message, struct sig sig)
{
    uint8_t small[SMALL_MESSAGE];
    void *heap = NULL;
    size_t n = 0;
    uint8_t *p = join(prefix, message, small, &n, &heap);
    bool good = verify_plain(pub, slice_of(p, n), sig);
    free(heap);
    if (good && cofactored) {
        // PROTOCOL: R must be of the main subgroup where the library would not tell.
        good = crypto_core_ed25519_is_valid_point(sig.b) == 1;
    }
    return good;
}

bool pubkey_valid(struct pubkey pub)
{
    return crypto_core_ed25519_is_valid_point(pub.b) == 1;
}

void ident_random(void *p, size_t n)
{
    randombytes_buf(p, n);
}

enum err ident_init(void)
{
    return sodium_init() < 0 ? ERR_CRYPTO : OK;
}
