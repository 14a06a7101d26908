// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Sealed parts: [suite, [[recipient key, boxed key] …], ciphertext].
// plaintext = [consultation, author, incarnation, seq, name, content] ‖ 80 ‖ 00 … (ISO/IEC 7816-4 padding).
// It must never let a sealed part pass for one of another entry.
#include "common/format/sealed.h"

#include "common/format/pack.h"

#define PLAIN_FIELDS 6
#define PLACE_BYTES 160 // of the plaintext, above the content; generously
#define BOXED_BYTES (sizeof(struct symkey) + SEAL_BOX_EXTRA)

// A key is used once, so its nonce may be the same always.
static const struct nonce no_nonce;

static void put_plain(const struct place *place, struct slice name, struct slice bytes, struct buf *out)
{
    pack_array(out, PLAIN_FIELDS);
    pack_bin(out, SLICE_ARRAY(place->consultation.b));
    pack_bin(out, SLICE_ARRAY(place->author.b));
    pack_bin(out, SLICE_ARRAY(place->incarnation.b));
    pack_uint(out, place->seq);
    pack_str(out, name);
    pack_bin(out, bytes);
    buf_put_u8(out, 0x80);
    while (out->n % SEALED_PAD != 0 && buf_ok(out)) {
        buf_put_u8(out, 0);
    }
    CHECK(buf_ok(out));
}

static bool put_recipients(const struct symkey *key, const struct boxkey *recipients, size_t n, struct buf *out)
{
    pack_array(out, n);
    for (size_t i = 0; i < n; i++) {
        uint8_t room[BOXED_BYTES];
        struct buf boxed = buf_over(room, sizeof room);
        if (!seal_box(recipients[i], SLICE_ARRAY(key->b), &boxed)) {
            return false;
        }
        pack_array(out, 2);
        pack_bin(out, SLICE_ARRAY(recipients[i].b));
        pack_bin(out, buf_slice(&boxed));
    }
    return true;
}

bool sealed_make(const struct place *place, struct slice name, struct slice bytes, const struct boxkey *recipients,
                 size_t n, struct buf *out)
{
    CHECK(n >= 2);
    CHECK(n <= LIMIT_PROTECT_KEYS);
    if (bytes.n > LIMIT_DISCLOSURE_BYTES) {
        return false;
    }
    size_t before = out->n;
    struct symkey key = symkey_new();
    struct buf plain = buf_new(bytes.n + PLACE_BYTES + SEALED_PAD);
    struct buf cipher = buf_new(bytes.n + PLACE_BYTES + SEALED_PAD + SEAL_SECRET_EXTRA);
    put_plain(place, name, bytes, &plain);
    seal_encrypt(&key, &no_nonce, slice_of(NULL, 0), buf_slice(&plain), &cipher);
    CHECK(buf_ok(&cipher));
    pack_array(out, 3);
    pack_uint(out, SEALED_SUITE);
    bool ok = put_recipients(&key, recipients, n, out);
    pack_bin(out, buf_slice(&cipher));
    if (!ok || !buf_ok(out)) {
        out->n = before;
        ok = false;
    }
    mem_wipe(&key, sizeof key);
    buf_wipe(&plain);
    buf_done(&plain);
    buf_done(&cipher);
    return ok;
}

// A sealed part taken apart: the boxed key of the recipient asked for (empty when there is none), the ciphertext.
struct sealed {
    struct slice boxed;
    struct slice cipher;
};

static bool read_sealed(struct slice s, struct boxkey pub, struct sealed *out)
{
    struct cursor c = cursor_new(s, false);
    cursor_array_of(&c, 3);
    bool known = cursor_uint(&c) == SEALED_SUITE;
    size_t n = cursor_array(&c, LIMIT_PROTECT_KEYS);
    for (size_t i = 0; i < n && cursor_ok(&c); i++) {
        struct boxkey key;
        cursor_array_of(&c, 2);
        cursor_bin_fixed(&c, key.b, sizeof key.b);
        struct slice boxed = cursor_bin(&c);
        if (boxed.n != BOXED_BYTES) {
            cursor_fail(&c);
        }
        if (boxkey_equal(key, pub)) {
            out->boxed = boxed;
        }
    }
    out->cipher = cursor_bin(&c);
    return cursor_done(&c) && known && n >= 2 && out->cipher.n > SEAL_SECRET_EXTRA &&
           (out->cipher.n - SEAL_SECRET_EXTRA) % SEALED_PAD == 0;
}

bool sealed_ok(struct slice s)
{
    struct sealed ignored = { 0 };
    struct boxkey nobody = { { 0 } };
    return read_sealed(s, nobody, &ignored);
}

// Takes the padding off. False when there is none.
static bool unpad(struct slice *plain)
{
    size_t n = plain->n;
    while (n > 0 && plain->p[n - 1] == 0) {
        n--;
    }
    if (n == 0 || plain->p[n - 1] != 0x80) {
        return false;
    }
    plain->n = n - 1;
    return true;
}

static bool read_plain(struct slice plain, const struct place *place, struct slice name, struct slice *content)
{
    struct place said;
    struct cursor c = cursor_new(plain, false);
    cursor_array_of(&c, PLAIN_FIELDS);
    cursor_bin_fixed(&c, said.consultation.b, sizeof said.consultation.b);
    cursor_bin_fixed(&c, said.author.b, sizeof said.author.b);
    cursor_bin_fixed(&c, said.incarnation.b, sizeof said.incarnation.b);
    said.seq = cursor_uint(&c);
    struct slice said_name = cursor_str(&c);
    *content = cursor_bin(&c);
    return cursor_done(&c) && hash_equal(said.consultation, place->consultation) &&
           pubkey_equal(said.author, place->author) && incarnation_equal(said.incarnation, place->incarnation) &&
           said.seq == place->seq && slice_equal(said_name, name);
}

bool sealed_open(struct slice s, const struct place *place, struct slice name, struct boxkey pub,
                 const struct boxsec *sec, struct buf *out)
{
    bool ok = false;
    size_t before = out->n;
    struct sealed sealed = { 0 };
    struct symkey key;
    struct buf opened = buf_over(key.b, sizeof key.b);
    struct buf plain = buf_new(s.n);
    struct slice content = { NULL, 0 };
    if (!read_sealed(s, pub, &sealed) || sealed.boxed.n == 0 || !seal_open(pub, sec, sealed.boxed, &opened) ||
        !seal_decrypt(&key, &no_nonce, slice_of(NULL, 0), sealed.cipher, &plain)) {
        goto out;
    }
    struct slice padded = buf_slice(&plain);
    if (!unpad(&padded) || !read_plain(padded, place, name, &content)) {
        goto out;
    }
    buf_put(out, content);
    ok = buf_ok(out);
    if (!ok) {
        out->n = before;
    }
out:
    mem_wipe(&key, sizeof key);
    buf_wipe(&plain);
    buf_done(&plain);
    return ok;
}
