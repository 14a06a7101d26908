// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Sealed parts: [suite, [[recipient key, boxed key] …], ciphertext].
// plaintext = [consultation, author, incarnation, seq, name, content] ‖ 80 ‖ 00 … (ISO/IEC 7816-4 padding).
// It must never let a sealed part pass for one of another entry.
#include "common/format/sealed.h"

#include "common/base/fault.h"
#include "common/format/attachment.h"
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
    CHECK(n >= SEALED_FEWEST);
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

// A sealed part taken apart: whom it is for, the boxed key of each, the ciphertext.
struct sealed {
    size_t n;
    struct boxkey recipients[LIMIT_PROTECT_KEYS];
    struct slice boxed[LIMIT_PROTECT_KEYS];
    struct slice cipher;
};

static bool read_sealed(struct slice s, struct sealed *out)
{
    struct cursor c = cursor_new(s, false);
    cursor_array_of(&c, 3);
    bool known = cursor_uint(&c) == SEALED_SUITE;
    out->n = cursor_array(&c, LIMIT_PROTECT_KEYS);
    for (size_t i = 0; i < out->n && cursor_ok(&c); i++) {
        cursor_array_of(&c, 2);
        cursor_bin_fixed(&c, out->recipients[i].b, sizeof out->recipients[i].b);
        out->boxed[i] = cursor_bin(&c);
        if (out->boxed[i].n != BOXED_BYTES) {
            cursor_fail(&c);
        }
    }
    out->cipher = cursor_bin(&c);
    return cursor_done(&c) && known && out->n >= SEALED_FEWEST && out->cipher.n > SEAL_SECRET_EXTRA &&
           (out->cipher.n - SEAL_SECRET_EXTRA) % SEALED_PAD == 0;
}

bool sealed_ok(struct slice s)
{
    struct sealed ignored;
    return read_sealed(s, &ignored);
}

size_t sealed_recipients(struct slice s, struct boxkey out[static LIMIT_PROTECT_KEYS])
{
    struct sealed sealed;
    if (!read_sealed(s, &sealed)) {
        return 0;
    }
    for (size_t i = 0; i < sealed.n; i++) {
        out[i] = sealed.recipients[i];
    }
    return sealed.n;
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

// What the plaintext says of where it belongs, and its content.
static bool read_plain(struct slice plain, struct place *said, struct slice *name, struct slice *content)
{
    struct cursor c = cursor_new(plain, false);
    cursor_array_of(&c, PLAIN_FIELDS);
    cursor_bin_fixed(&c, said->consultation.b, sizeof said->consultation.b);
    cursor_bin_fixed(&c, said->author.b, sizeof said->author.b);
    cursor_bin_fixed(&c, said->incarnation.b, sizeof said->incarnation.b);
    said->seq = cursor_uint(&c);
    *name = cursor_str(&c);
    *content = cursor_bin(&c);
    return cursor_done(&c);
}

static bool belongs(const struct place *said, const struct place *place, bool anew)
{
    return hash_equal(said->consultation, place->consultation) && pubkey_equal(said->author, place->author) &&
           (anew || (incarnation_equal(said->incarnation, place->incarnation) && said->seq == place->seq));
}

const char *sealed_opening_code(enum sealed_opening o)
{
    static const char *const codes[] = {
        [SEALED_OPENED] = "opened",   [SEALED_NOT] = "not-sealed",    [SEALED_OTHER_KEY] = "other-key",
        [SEALED_CHANGED] = "changed", [SEALED_ELSEWHERE] = "moved",
    };
    return codes[o];
}

enum sealed_opening sealed_open(struct slice s, const struct place *place, bool anew, struct slice name,
                                struct boxkey pub, const struct boxsec *sec, struct buf *out)
{
    struct sealed sealed;
    if (!read_sealed(s, &sealed)) {
        return SEALED_NOT;
    }
    size_t i = 0;
    while (i < sealed.n && !boxkey_equal(sealed.recipients[i], pub)) {
        i++;
    }
    if (i == sealed.n) {
        return SEALED_OTHER_KEY;
    }
    enum sealed_opening result = SEALED_CHANGED;
    struct symkey key;
    struct place said;
    struct slice said_name = { NULL, 0 };
    struct slice content = { NULL, 0 };
    struct buf opened = buf_over(key.b, sizeof key.b);
    struct buf plain = buf_new(s.n);
    if (!seal_open(pub, sec, sealed.boxed[i], &opened) ||
        !seal_decrypt(&key, &no_nonce, slice_of(NULL, 0), sealed.cipher, &plain)) {
        goto out;
    }
    struct slice padded = buf_slice(&plain);
    if (!unpad(&padded) || !read_plain(padded, &said, &said_name, &content)) {
        goto out;
    }
    result = SEALED_ELSEWHERE;
    if (belongs(&said, place, anew) && slice_equal(said_name, name) && out->max - out->n >= content.n) {
        buf_put(out, content);
        result = SEALED_OPENED;
    }
out:
    mem_wipe(&key, sizeof key);
    buf_wipe(&plain);
    buf_done(&plain);
    return result;
}

bool sealed_anew(enum kind kind, size_t ref_count)
{
    const struct kind_info *info = kind_info(kind);
    return info->content && info->refs_max < LIMIT_REFS && ref_count == info->refs_max;
}

// PROTOCOL 4.7, by the places of the parts in the table of kinds.
uint32_t sealed_due(enum kind kind, uint64_t sensitivity)
{
    const uint32_t said = 1u << 1;
    const uint32_t speaker = 1u << 2;
    const uint32_t identity = 1u << 4;
    const uint32_t reason = 1u << 4;
    const uint32_t attachments = 1u << 5;
    const uint32_t text = 1u << 0;
    const bool sealed = sensitivity == SENSITIVITY_SEALED;
    if (kind == KIND_INCIDENT) {
        return FAULT(INCIDENT_IN_CLEAR) ? 0 : text;
    }
    if (kind == KIND_CONTRIBUTION) {
        return identity | (sealed ? said | speaker | attachments : 0);
    }
    return kind == KIND_CORRECTION && sealed ? said | speaker | reason : 0;
}

uint32_t sealed_due_by(const struct body *body)
{
    return sealed_due(body->kind,
                      body->kind == KIND_CONTRIBUTION ? body->as.contribution.sensitivity : SENSITIVITY_OPEN);
}

uint32_t sealed_missing(uint32_t due, const struct disclosure *d)
{
    uint32_t missing = 0;
    for (size_t i = 0; i < d->count; i++) {
        const struct part *p = &d->parts[i];
        if ((due & 1u << i) != 0 && p->state == PART_DISCLOSED && p->bytes.n > 0 && !sealed_ok(p->bytes) &&
            !manifest_is_sealed(p->bytes)) {
            missing |= 1u << i;
        }
    }
    return missing;
}
