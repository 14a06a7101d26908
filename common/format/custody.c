// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The hub's signed words: custody, refusal, and that an attachment is held.
// Read first: docs/PROTOCOL.md, "The hub's signed word".
#include "common/format/custody.h"

#include "common/format/merkle.h"
#include "common/format/pack.h"

#define CUSTODY_PREFIX "baraza/custody/v1"
#define REFUSAL_PREFIX "baraza/refuse/v1"
#define HELD_PREFIX "baraza/held/v1"

#define JOURNAL_BYTES (32 + 32 + 16 + 8) // consultation, key, incarnation, seq
#define LEAF_BYTES (1 + 34 + 9 + 1)

struct hash custody_leaf(struct hash id, uint64_t bitmap)
{
    uint8_t room[LEAF_BYTES];
    struct buf leaf = buf_over(room, sizeof room);
    pack_array(&leaf, 3);
    pack_bin(&leaf, SLICE_ARRAY(id.b));
    pack_uint(&leaf, bitmap);
    pack_array(&leaf, 0); // attachments have notes of their own: they come when all this is signed (PROTOCOL 9.4)
    CHECK(buf_ok(&leaf));
    return merkle_leaf(buf_slice(&leaf));
}

static void put_journal(struct hash consultation, struct pubkey key, struct incarnation incarnation, uint64_t seq,
                        struct buf *out)
{
    buf_put(out, SLICE_ARRAY(consultation.b));
    buf_put(out, SLICE_ARRAY(key.b));
    buf_put(out, SLICE_ARRAY(incarnation.b));
    buf_put_u64be(out, seq);
}

static void put_custody(const struct custody *c, struct buf *out)
{
    put_journal(c->consultation, c->key, c->incarnation, c->seq, out);
    buf_put(out, SLICE_ARRAY(c->head.b));
    buf_put(out, SLICE_ARRAY(c->root.b));
    CHECK(buf_ok(out));
}

static void put_refusal(const struct refusal *r, struct buf *out)
{
    put_journal(r->consultation, r->key, r->incarnation, r->seq, out);
    buf_put(out, SLICE_ARRAY(r->received.b));
    buf_put_u64be(out, r->code);
    CHECK(buf_ok(out));
}

struct sig custody_sign(const struct custody *c, const struct seckey *log)
{
    uint8_t room[JOURNAL_BYTES + 64];
    struct buf message = buf_over(room, sizeof room);
    put_custody(c, &message);
    return ident_sign(log, CUSTODY_PREFIX, buf_slice(&message));
}

bool custody_verify(const struct custody *c, struct pubkey log, struct sig sig)
{
    uint8_t room[JOURNAL_BYTES + 64];
    struct buf message = buf_over(room, sizeof room);
    put_custody(c, &message);
    return ident_verify(log, CUSTODY_PREFIX, buf_slice(&message), sig);
}

struct sig refusal_sign(const struct refusal *r, const struct seckey *log)
{
    uint8_t room[JOURNAL_BYTES + 40];
    struct buf message = buf_over(room, sizeof room);
    put_refusal(r, &message);
    return ident_sign(log, REFUSAL_PREFIX, buf_slice(&message));
}

bool refusal_verify(const struct refusal *r, struct pubkey log, struct sig sig)
{
    uint8_t room[JOURNAL_BYTES + 40];
    struct buf message = buf_over(room, sizeof room);
    put_refusal(r, &message);
    return ident_verify(log, REFUSAL_PREFIX, buf_slice(&message), sig);
}

#define HELD_BYTES (32 + 32 + 8)

static struct slice put_held(const struct held *h, uint8_t room[static HELD_BYTES])
{
    struct buf out = buf_over(room, HELD_BYTES);
    buf_put(&out, SLICE_ARRAY(h->consultation.b));
    buf_put(&out, SLICE_ARRAY(h->root.b));
    buf_put_u64be(&out, h->size);
    CHECK(buf_ok(&out));
    return slice_of(room, HELD_BYTES);
}

struct sig held_sign(const struct held *h, const struct seckey *log)
{
    uint8_t room[HELD_BYTES];
    return ident_sign(log, HELD_PREFIX, put_held(h, room));
}

bool held_verify(const struct held *h, struct pubkey log, struct sig sig)
{
    uint8_t room[HELD_BYTES];
    return ident_verify(log, HELD_PREFIX, put_held(h, room), sig);
}
