// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Outbox records and their keys.
// Whoever carries a record learns its size and whose journal it belongs to, nothing else.
// Read first: docs/PROTOCOL.md, "On the wire".
#include "common/format/outbox.h"

#include "common/format/pack.h"

#include <string.h>

#define OUTBOX_PREFIX "baraza/outbox/v1" // its NUL is part of the associated data
#define OUTBOX_AD_BYTES (sizeof OUTBOX_PREFIX + 32 + 32 + 16 + 8)

// Writes the associated data of a record at place into room, which it fills.
static struct slice associated(const struct place *place, uint8_t room[static OUTBOX_AD_BYTES])
{
    struct buf ad = buf_over(room, OUTBOX_AD_BYTES);
    buf_put(&ad, slice_of(OUTBOX_PREFIX, sizeof OUTBOX_PREFIX));
    buf_put(&ad, SLICE_ARRAY(place->consultation.b));
    buf_put(&ad, SLICE_ARRAY(place->author.b));
    buf_put(&ad, SLICE_ARRAY(place->incarnation.b));
    buf_put_u64be(&ad, place->seq);
    CHECK(buf_ok(&ad));
    return buf_slice(&ad);
}

void outbox_make(struct wire_maker *m, struct unlock_id id, const struct symkey *key, const struct nonce *nonce,
                 const struct entry *e, const struct disclosure *d, struct buf *out)
{
    uint8_t room[OUTBOX_AD_BYTES];
    struct buf plain = buf_new(OUTBOX_RECORD_BYTES);
    struct buf cipher = buf_new(OUTBOX_RECORD_BYTES);
    wire_single_make(m, e, d, &plain);
    seal_encrypt(key, nonce, associated(&e->place, room), buf_slice(&plain), &cipher);
    CHECK(buf_ok(&plain));
    CHECK(buf_ok(&cipher));
    pack_array(out, 3);
    pack_bin(out, SLICE_ARRAY(id.b));
    pack_bin(out, SLICE_ARRAY(nonce->b));
    pack_bin(out, buf_slice(&cipher));
    buf_wipe(&plain);
    buf_done(&plain);
    buf_done(&cipher);
}

static bool read_record(struct slice record, struct unlock_id *id, struct nonce *nonce, struct slice *cipher)
{
    struct cursor c = cursor_new(record, false);
    cursor_array_of(&c, 3);
    cursor_bin_fixed(&c, id->b, sizeof id->b);
    cursor_bin_fixed(&c, nonce->b, sizeof nonce->b);
    *cipher = cursor_bin(&c);
    return cursor_done(&c) && record.n <= OUTBOX_RECORD_BYTES;
}

bool outbox_parse(struct slice record, struct unlock_id *out)
{
    struct unlock_id id;
    struct nonce nonce;
    struct slice cipher;
    if (!read_record(record, &id, &nonce, &cipher)) {
        return false;
    }
    *out = id;
    return true;
}

void outbox_open(struct slice record, const struct symkey *key, const struct place *place, struct arena *arena,
                 struct wire_item *item)
{
    uint8_t room[OUTBOX_AD_BYTES];
    struct unlock_id id;
    struct nonce nonce;
    struct slice cipher;
    item->seq = place->seq;
    item->wire = record;
    if (!read_record(record, &id, &nonce, &cipher) || cipher.n < SEAL_SECRET_EXTRA) {
        item->verdict = VERDICT_NOT_CANONICAL;
        return;
    }
    uint8_t *p = arena_take(arena, cipher.n);
    if (p == NULL) {
        item->verdict = VERDICT_TOO_LARGE;
        return;
    }
    struct buf plain = buf_over(p, cipher.n);
    if (!seal_decrypt(key, &nonce, associated(place, room), cipher, &plain)) {
        item->verdict = VERDICT_BAD_PART;
        return;
    }
    wire_single_open(buf_slice(&plain), place, arena, item);
    item->wire = record;
}

bool outbox_key_make(struct unlock_id id, const struct symkey *key, struct boxkey intake, struct buf *out)
{
    uint8_t room[sizeof key->b + SEAL_BOX_EXTRA];
    struct buf boxed = buf_over(room, sizeof room);
    if (!seal_box(intake, SLICE_ARRAY(key->b), &boxed)) {
        return false;
    }
    pack_array(out, 2);
    pack_bin(out, SLICE_ARRAY(id.b));
    pack_bin(out, buf_slice(&boxed));
    return true;
}

static bool read_key(struct slice record, struct unlock_id *id, struct slice *boxed)
{
    struct cursor c = cursor_new(record, false);
    cursor_array_of(&c, 2);
    cursor_bin_fixed(&c, id->b, sizeof id->b);
    *boxed = cursor_bin(&c);
    return cursor_done(&c) && boxed->n == sizeof(struct symkey) + SEAL_BOX_EXTRA;
}

bool outbox_key_parse(struct slice record, struct unlock_id *out)
{
    struct unlock_id id;
    struct slice boxed;
    if (!read_key(record, &id, &boxed)) {
        return false;
    }
    *out = id;
    return true;
}

bool outbox_key_open(struct slice record, const struct box_ring *intakes, struct symkey *out)
{
    struct unlock_id id;
    struct slice boxed;
    struct symkey key;
    struct buf opened = buf_over(key.b, sizeof key.b);
    if (!read_key(record, &id, &boxed) || !seal_open_any(intakes, boxed, &opened)) {
        return false;
    }
    *out = key;
    mem_wipe(&key, sizeof key);
    return true;
}
