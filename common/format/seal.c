// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// libsodium's sealed boxes and its XChaCha20-Poly1305.
// It must never keep a key nor say why something did not open.
#include "common/format/seal.h"

#include <sodium.h>

static_assert(SEAL_BOX_EXTRA == crypto_box_SEALBYTES, "a sealed box's overhead");
static_assert(SEAL_SECRET_EXTRA == crypto_aead_xchacha20poly1305_ietf_ABYTES, "the authenticator");
static_assert(SEAL_NONCE_BYTES == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "the nonce");
static_assert(sizeof(struct symkey) == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "the key");
static_assert(sizeof(struct boxkey) == crypto_box_PUBLICKEYBYTES, "X25519 public key");
static_assert(sizeof(struct boxsec) == crypto_box_SECRETKEYBYTES, "X25519 secret key");

void box_keypair(struct boxkey *pub, struct boxsec *sec)
{
    CHECK(crypto_box_keypair(pub->b, sec->b) == 0);
}

struct boxkey box_public(const struct boxsec *sec)
{
    struct boxkey pub;
    CHECK(crypto_scalarmult_base(pub.b, sec->b) == 0);
    return pub;
}

struct symkey symkey_new(void)
{
    struct symkey key;
    randombytes_buf(key.b, sizeof key.b);
    return key;
}

struct nonce nonce_new(void)
{
    struct nonce nonce;
    randombytes_buf(nonce.b, sizeof nonce.b);
    return nonce;
}

bool seal_box(struct boxkey to, struct slice plain, struct buf *out)
{
    size_t before = out->n;
    uint8_t *p = buf_room(out, plain.n + SEAL_BOX_EXTRA);
    if (p == NULL) {
        return false;
    }
    if (crypto_box_seal(p, plain.p, plain.n, to.b) != 0) {
        out->n = before;
        return false;
    }
    return true;
}

bool seal_open(struct boxkey pub, const struct boxsec *sec, struct slice box, struct buf *out)
{
    size_t before = out->n;
    if (box.n < SEAL_BOX_EXTRA) {
        return false;
    }
    uint8_t *p = buf_room(out, box.n - SEAL_BOX_EXTRA);
    if (p == NULL) {
        return false;
    }
    if (crypto_box_seal_open(p, box.p, box.n, pub.b, sec->b) != 0) {
        out->n = before;
        return false;
    }
    return true;
}

bool seal_open_any(const struct box_ring *r, struct slice box, struct buf *out)
{
    for (size_t i = r->n; i > 0; i--) {
        if (seal_open(r->at[i - 1].pub, &r->at[i - 1].sec, box, out)) {
            return true;
        }
    }
    return false;
}

const struct box_pair *box_ring_find(const struct box_ring *r, struct boxkey pub)
{
    for (size_t i = 0; i < r->n; i++) {
        if (boxkey_equal(r->at[i].pub, pub)) {
            return &r->at[i];
        }
    }
    return NULL;
}

void seal_encrypt(const struct symkey *key, const struct nonce *nonce, struct slice ad, struct slice plain,
                  struct buf *out)
{
    uint8_t *p = buf_room(out, plain.n + SEAL_SECRET_EXTRA);
    if (p != NULL) {
        CHECK(crypto_aead_xchacha20poly1305_ietf_encrypt(p, NULL, plain.p, plain.n, ad.p, ad.n, NULL, nonce->b,
                                                         key->b) == 0);
    }
}

bool seal_decrypt(const struct symkey *key, const struct nonce *nonce, struct slice ad, struct slice cipher,
                  struct buf *out)
{
    size_t before = out->n;
    if (cipher.n < SEAL_SECRET_EXTRA) {
        return false;
    }
    uint8_t *p = buf_room(out, cipher.n - SEAL_SECRET_EXTRA);
    if (p == NULL) {
        return false;
    }
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(p, NULL, NULL, cipher.p, cipher.n, ad.p, ad.n, nonce->b, key->b) !=
        0) {
        out->n = before;
        return false;
    }
    return true;
}
