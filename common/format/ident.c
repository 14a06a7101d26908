// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Hashing with libcrypto (its SHA-256 uses the processor's instructions, libsodium's does not), signing with
// libsodium. The low-level SHA256_* calls are used on purpose: the EVP layer costs more than a short hash.
#define OPENSSL_API_COMPAT 0x10100000L
#include "common/format/ident.h"

#include "common/base/fault.h"
#include "common/format/armor.h"

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

struct hmac hmac_key(struct symkey key)
{
    // RFC 2104 with a key shorter than the block of 64 bytes.
    uint8_t pad[64] = { 0 };
    struct hmac h;
    memcpy(pad, key.b, sizeof key.b);
    for (size_t i = 0; i < sizeof pad; i++) {
        pad[i] ^= 0x36;
    }
    sha256_init(&h.inner);
    sha256_add(&h.inner, SLICE_ARRAY(pad));
    for (size_t i = 0; i < sizeof pad; i++) {
        pad[i] ^= 0x36 ^ 0x5c;
    }
    sha256_init(&h.outer);
    sha256_add(&h.outer, SLICE_ARRAY(pad));
    mem_wipe(pad, sizeof pad);
    return h;
}

struct hash hmac_under(const struct hmac *h, struct slice data)
{
    struct sha256 inner = h->inner;
    struct sha256 outer = h->outer;
    sha256_add(&inner, data);
    struct hash digest = sha256_done(&inner);
    sha256_add(&outer, SLICE_ARRAY(digest.b));
    return sha256_done(&outer);
}

struct hash hmac_of(struct symkey key, struct slice data)
{
    struct hmac h = hmac_key(key);
    struct hash digest = hmac_under(&h, data);
    mem_wipe(&h, sizeof h);
    return digest;
}

// All bits in which 8 n bytes at a and b differ, without a branch on any of them. (libsodium's own goes byte by byte,
// which shows where every entry is compared a dozen times.)
static uint64_t difference(const uint8_t *a, const uint8_t *b, size_t n)
{
    uint64_t different = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t x, y;
        memcpy(&x, a + 8 * i, 8);
        memcpy(&y, b + 8 * i, 8);
        different |= x ^ y;
    }
    return different;
}

bool hash_equal(struct hash a, struct hash b)
{
    return difference(a.b, b.b, sizeof a.b / 8) == 0;
}

bool pubkey_equal(struct pubkey a, struct pubkey b)
{
    return difference(a.b, b.b, sizeof a.b / 8) == 0;
}

bool boxkey_equal(struct boxkey a, struct boxkey b)
{
    return difference(a.b, b.b, sizeof a.b / 8) == 0;
}

bool incarnation_equal(struct incarnation a, struct incarnation b)
{
    return difference(a.b, b.b, sizeof a.b / 8) == 0;
}

bool hash_is_zero(struct hash a)
{
    return hash_equal(a, (struct hash){ { 0 } });
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

bool ident_verify_as(bool cofactored, struct pubkey pub, const char *prefix, struct slice message, struct sig sig)
{
    uint8_t small[SMALL_MESSAGE];
    void *heap = NULL;
    size_t n = 0;
    uint8_t *p = join(prefix, message, small, &n, &heap);
    bool good = crypto_sign_verify_detached(sig.b, p, n, pub.b) == 0;
    free(heap);
    // PROTOCOL 1.4: where the library multiplies by the cofactor, R must be of the main subgroup (sig starts with R).
    return good && (!cofactored || FAULT(COFACTOR_BELIEVED) || crypto_core_ed25519_is_valid_point(sig.b) == 1);
}

// Set once by ident_init, before any thread: whether the library's equation is the cofactored one.
static bool library_is_cofactored;

bool ident_verify(struct pubkey pub, const char *prefix, struct slice message, struct sig sig)
{
    return ident_verify_as(library_is_cofactored, pub, prefix, message, sig);
}

bool pubkey_valid(struct pubkey pub)
{
    return crypto_core_ed25519_is_valid_point(pub.b) == 1;
}

void ident_random(void *p, size_t n)
{
    randombytes_buf(p, n);
}

// RFC 8032, 7.1, test 2, and FIPS 180-4's "abc": the libraries do what they are for.
static bool known_answers_ok(void)
{
    static const char seed_hex[] = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
    static const char sig_hex[] = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                                  "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
    static const char abc_hex[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    uint8_t seed[32];
    struct hash abc;
    struct sig expected;
    struct pubkey pub;
    struct seckey sec;
    if (!armor_hex_fixed(SLICE_LITERAL(seed_hex), seed, sizeof seed) ||
        !armor_hex_fixed(SLICE_LITERAL(sig_hex), expected.b, sizeof expected.b) ||
        !armor_hex_fixed(SLICE_LITERAL(abc_hex), abc.b, sizeof abc.b)) {
        return false;
    }
    sign_keypair_from_seed(seed, &pub, &sec);
    struct sig sig = ident_sign(&sec, NULL, SLICE_LITERAL("r"));
    return memcmp(sig.b, expected.b, sizeof sig.b) == 0 && hash_equal(abc, hash_of(SLICE_LITERAL("abc"))) &&
           ident_verify_as(false, pub, NULL, SLICE_LITERAL("r"), sig) &&
           !ident_verify_as(false, pub, NULL, SLICE_LITERAL("s"), sig);
}

// A signature of "baraza" by a valid key (the seed is 32 bytes 0x42) with R = rB + T, T of order 8 and r = 64 bytes
// 0x17 modulo the group's order: good with the cofactor, bad without.
static const char mixed_key_hex[] = "2152f8d19b791d24453242e15f2eab6cb7cffa7b6a5ed30097960e069881db12";
static const char mixed_sig_hex[] = "f123ade41ffe95a5418274fbf3fa6c396c79446b1a53e5ff06b56877503f93cd"
                                    "efe421b7b6c0a8870784d02ac497279610c84763700207f678625917afc3bd0d";

enum err ident_init(void)
{
    struct pubkey pub;
    struct sig sig;
    if (sodium_init() < 0 || !known_answers_ok() ||
        !armor_hex_fixed(SLICE_LITERAL(mixed_key_hex), pub.b, sizeof pub.b) ||
        !armor_hex_fixed(SLICE_LITERAL(mixed_sig_hex), sig.b, sizeof sig.b) || !pubkey_valid(pub)) {
        return ERR_CRYPTO;
    }
    library_is_cofactored = ident_verify_as(false, pub, NULL, SLICE_LITERAL("baraza"), sig);
    // Whatever it is, from here on this signature is a bad one.
    return ident_verify(pub, NULL, SLICE_LITERAL("baraza"), sig) ? ERR_CRYPTO : OK;
}
