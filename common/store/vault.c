// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Sealing of parts at rest. An entry key encrypts one value once, so its nonce is all zeros; the wrapping's nonce is
// random. It must never put a key anywhere but on the stack, wiped.
#include "common/store/vault.h"

#include <string.h>

#define KEY_PREFIX "baraza/store-key/v1"
#define BOX_PREFIX "baraza/store-box/v1"
#define WRAP_PREFIX "baraza/vault/v1"
#define PART_PREFIX "baraza/rest/v1"

// The first byte of a wrapped key.
enum way {
    WAY_KEY = 1, // under the store key: nonce 24 ‖ XChaCha20-Poly1305(entry key)
    WAY_BOX = 2, // to the store key's public half: sealed box of the entry key
};

#define HEAD_BYTES (1 + 8)
#define WAY_KEY_BYTES (HEAD_BYTES + SEAL_NONCE_BYTES + 32 + SEAL_SECRET_EXTRA)
#define WAY_BOX_BYTES (HEAD_BYTES + 32 + SEAL_BOX_EXTRA)
static_assert(WAY_KEY_BYTES <= sizeof((struct wrapped *)NULL)->b, "a key wrapped under the store key fits");
static_assert(WAY_BOX_BYTES <= sizeof((struct wrapped *)NULL)->b, "a key sealed to the public half fits");

static const struct nonce once = { { 0 } };

struct store_key store_key_of(struct symkey key)
{
    struct store_key k = { .key = key };
    struct sha256 s;
    sha256_init(&s);
    sha256_add(&s, slice_of(KEY_PREFIX, sizeof KEY_PREFIX));
    sha256_add(&s, SLICE_ARRAY(key.b));
    struct hash h = sha256_done(&s);
    memcpy(k.id, h.b, sizeof k.id);
    mem_wipe(&s, sizeof s);
    return k;
}

struct store_key store_key_after(struct store_key now, const struct store_key *older)
{
    now.has_older = true;
    now.older = older->key;
    memcpy(now.older_id, older->id, sizeof now.older_id);
    return now;
}

static struct boxsec private_half(const struct symkey *key)
{
    struct hash h = hmac_of(*key, slice_of(BOX_PREFIX, sizeof BOX_PREFIX));
    struct boxsec sec;
    memcpy(sec.b, h.b, sizeof sec.b);
    mem_wipe(&h, sizeof h);
    return sec;
}

struct boxkey store_key_public(const struct store_key *key)
{
    struct boxsec sec = private_half(&key->key);
    struct boxkey pub = box_public(&sec);
    mem_wipe(&sec, sizeof sec);
    return pub;
}

// What a ciphertext is bound to: its purpose and the entry.
struct bound {
    uint8_t b[16 + 32];
};

static struct slice bind(const char prefix[static 16], struct hash id, struct bound *out)
{
    memcpy(out->b, prefix, 16);
    memcpy(out->b + 16, id.b, 32);
    return SLICE_ARRAY(out->b);
}

static_assert(sizeof WRAP_PREFIX == 16, "a prefix with its NUL takes 16 bytes");
static_assert(sizeof PART_PREFIX <= 16, "a prefix with its NUL takes at most 16 bytes");
static const char part_prefix[16] = PART_PREFIX;

static void wrap_start(enum way way, const uint8_t key_id[static 8], struct buf *out)
{
    buf_put_u8(out, (uint8_t)way);
    buf_put(out, slice_of(key_id, 8));
}

static void wrap_finish(const struct buf *made, struct wrapped *out)
{
    CHECK(buf_ok(made));
    out->n = (uint8_t)made->n;
}

static void wrap_under(const struct store_key *key, struct hash id, const struct symkey *entry_key,
                       const struct nonce *nonce, struct wrapped *out)
{
    struct bound bound;
    struct buf made = buf_over(out->b, sizeof out->b);
    wrap_start(WAY_KEY, key->id, &made);
    buf_put(&made, SLICE_ARRAY(nonce->b));
    seal_encrypt(&key->key, nonce, bind(WRAP_PREFIX, id, &bound), SLICE_ARRAY(entry_key->b), &made);
    wrap_finish(&made, out);
}

static void seal_parts(const struct symkey *entry_key, struct hash id, struct slice plain, struct buf *sealed)
{
    struct bound bound;
    seal_encrypt(entry_key, &once, bind(part_prefix, id, &bound), plain, sealed);
}

void vault_seal(const struct store_key *key, struct hash id, struct slice plain, struct buf *sealed,
                struct wrapped *wrapped)
{
    struct symkey entry_key = symkey_new();
    struct nonce nonce = nonce_new();
    seal_parts(&entry_key, id, plain, sealed);
    wrap_under(key, id, &entry_key, &nonce, wrapped);
    mem_wipe(&entry_key, sizeof entry_key);
}

void vault_seal_next(struct vault_keys *keys, const struct store_key *key, struct hash id, struct slice plain,
                     struct buf *sealed, struct wrapped *wrapped)
{
    if (keys->left == 0) {
        ident_random(keys->fresh, sizeof keys->fresh);
        keys->left = VAULT_DRAW;
    }
    keys->left--;
    struct symkey *entry_key = &keys->fresh[keys->left].key;
    seal_parts(entry_key, id, plain, sealed);
    wrap_under(key, id, entry_key, &keys->fresh[keys->left].nonce, wrapped);
    mem_wipe(entry_key, sizeof *entry_key); // so that it cannot be taken twice unnoticed
}

void vault_keys_done(struct vault_keys *keys)
{
    mem_wipe(keys, sizeof *keys);
}

void vault_seal_public(struct boxkey public_half, const uint8_t key_id[static 8], struct hash id, struct slice plain,
                       struct buf *sealed, struct wrapped *wrapped)
{
    struct symkey entry_key = symkey_new();
    struct buf made = buf_over(wrapped->b, sizeof wrapped->b);
    seal_parts(&entry_key, id, plain, sealed);
    wrap_start(WAY_BOX, key_id, &made);
    bool good = seal_box(public_half, SLICE_ARRAY(entry_key.b), &made);
    CHECK(good); // our own key: store_key_public made it
    wrap_finish(&made, wrapped);
    mem_wipe(&entry_key, sizeof entry_key);
}

// The key under which `wrapped` says that it is wrapped; NULL: it is none of these.
static const struct symkey *wrapped_under(const struct store_key *key, struct slice wrapped)
{
    if (memcmp(wrapped.p + 1, key->id, sizeof key->id) == 0) {
        return &key->key;
    }
    return key->has_older && memcmp(wrapped.p + 1, key->older_id, sizeof key->older_id) == 0 ? &key->older : NULL;
}

static enum err unwrap(const struct store_key *key, struct hash id, struct slice wrapped, struct symkey *out)
{
    if (key == NULL) {
        return ERR_LOCKED;
    }
    if (wrapped.n < HEAD_BYTES) {
        return ERR_CORRUPT;
    }
    enum way way = wrapped.p[0] == WAY_KEY ? WAY_KEY : WAY_BOX;
    if (wrapped.p[0] != way || wrapped.n != (way == WAY_KEY ? WAY_KEY_BYTES : WAY_BOX_BYTES)) {
        return ERR_CORRUPT;
    }
    const struct symkey *under = wrapped_under(key, wrapped);
    if (under == NULL) {
        return ERR_CRYPTO;
    }
    struct slice rest = slice_of(wrapped.p + HEAD_BYTES, wrapped.n - HEAD_BYTES);
    struct buf plain = buf_over(out->b, sizeof out->b);
    bool good = false;
    if (way == WAY_KEY) {
        struct bound bound;
        struct nonce nonce;
        memcpy(nonce.b, rest.p, sizeof nonce.b);
        rest = slice_of(rest.p + sizeof nonce.b, rest.n - sizeof nonce.b);
        good = seal_decrypt(under, &nonce, bind(WRAP_PREFIX, id, &bound), rest, &plain);
    } else {
        struct boxsec sec = private_half(under);
        good = seal_open(box_public(&sec), &sec, rest, &plain);
        mem_wipe(&sec, sizeof sec);
    }
    CHECK(!good || plain.n == sizeof out->b);
    return good ? OK : ERR_CORRUPT;
}

enum err vault_rewrap(const struct store_key *key, struct hash id, struct slice wrapped, struct wrapped *out,
                      bool *changed)
{
    struct symkey entry_key;
    *changed = false;
    if (key != NULL && wrapped.n == WAY_KEY_BYTES && wrapped_under(key, wrapped) == &key->key) {
        return OK;
    }
    enum err e = unwrap(key, id, wrapped, &entry_key);
    if (e != OK) {
        return e;
    }
    struct nonce nonce = nonce_new();
    wrap_under(key, id, &entry_key, &nonce, out);
    mem_wipe(&entry_key, sizeof entry_key);
    *changed = true;
    return OK;
}

enum err vault_open(const struct store_key *key, struct hash id, struct slice wrapped, struct slice sealed,
                    struct buf *out)
{
    struct symkey entry_key;
    enum err e = unwrap(key, id, wrapped, &entry_key);
    if (e != OK) {
        return e;
    }
    struct bound bound;
    if (sealed.n < VAULT_SEAL_BYTES) {
        e = ERR_CORRUPT;
    } else if (sealed.n - VAULT_SEAL_BYTES > out->max - out->n) {
        e = ERR_TOO_BIG;
    } else if (!seal_decrypt(&entry_key, &once, bind(part_prefix, id, &bound), sealed, out)) {
        e = ERR_CORRUPT;
    }
    mem_wipe(&entry_key, sizeof entry_key);
    return e;
}
