// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// value = u64 size ‖ u32 next ‖ u8 state ‖ signature 64 (zeros unless HELD), a cell. Read first: attached.h.
#include "common/store/attached.h"

#include "common/store/cell.h"

#include <string.h>

#define VALUE_BYTES (8 + 4 + 1 + 64)

static struct key attached_key(const struct attached *a, size_t fields)
{
    struct key_fields f = { .journal = a->journal, .seq = a->seq, .hash = a->blob.root };
    return key_make(DB_ATTACHED, &f, fields);
}

void attached_put(struct kv_txn *t, const struct attached *a)
{
    uint8_t room[VALUE_BYTES];
    struct buf value = buf_over(room, sizeof room);
    struct key at = attached_key(a, 0);
    buf_put_u64be(&value, a->blob.size);
    buf_put_u32be(&value, a->next);
    buf_put_u8(&value, (uint8_t)a->state);
    buf_put(&value, SLICE_ARRAY(a->held.b));
    CHECK(buf_ok(&value));
    cell_put(t, DB_ATTACHED, key_slice(&at), buf_slice(&value));
}

void attached_drop(struct kv_txn *t, const struct attached *a)
{
    struct key at = attached_key(a, 0);
    (void)kv_del(t, DB_ATTACHED, key_slice(&at));
}

static bool read_value(struct slice value, struct attached *out)
{
    if (value.n != VALUE_BYTES || value.p[12] > ATTACHED_LOST) {
        return false;
    }
    out->blob.size = be64_get(value.p);
    out->next = be32_get(value.p + 8);
    out->state = value.p[12];
    memcpy(out->held.b, value.p + 13, sizeof out->held.b);
    return out->blob.size >= 1 && out->blob.size <= LIMIT_ATTACHMENT_BYTES &&
           out->next <= attachment_chunks(out->blob.size);
}

enum err attached_get(struct kv_txn *t, const struct journal_id *journal, uint64_t seq, struct hash root,
                      struct attached *out)
{
    struct attached a = { .journal = *journal, .seq = seq, .blob.root = root };
    struct key at = attached_key(&a, 0);
    struct slice value;
    enum err e = cell_get(t, DB_ATTACHED, key_slice(&at), &value);
    if (e == OK && !read_value(value, &a)) {
        e = ERR_CORRUPT;
    }
    if (e == OK) {
        *out = a;
    }
    return e;
}

struct attached_range attached_range_new(struct kv_txn *t, const struct journal_id *journal)
{
    struct attached a = { .seq = 0 };
    struct key prefix = { .n = 0 };
    if (journal != NULL) {
        a.journal = *journal;
        prefix = attached_key(&a, 1);
    }
    return (struct attached_range){ .range = kv_range_new(t, DB_ATTACHED, key_slice(&prefix), slice_of(NULL, 0)) };
}

struct attached_range attached_range_after(struct kv_txn *t, const struct attached *place)
{
    struct key from = attached_key(place, 0);
    struct attached_range r = { .range = kv_range_new(t, DB_ATTACHED, slice_of(NULL, 0), key_slice(&from)) };
    r.at = *place;
    return r;
}

static bool is_place(const struct attached *a, const struct key_fields *f)
{
    return journal_id_equal(a->journal, f->journal) && a->seq == f->seq && hash_equal(a->blob.root, f->hash);
}

bool attached_range_next(struct attached_range *r)
{
    while (kv_range_next(&r->range)) {
        struct key_fields f;
        struct slice value;
        if (!key_parse(DB_ATTACHED, r->range.key, &f) || is_place(&r->at, &f)) {
            continue;
        }
        struct attached a = { .journal = f.journal, .seq = f.seq, .blob.root = f.hash };
        if (cell_open(DB_ATTACHED, r->range.key, r->range.value, &value) && read_value(value, &a)) {
            r->at = a;
            return true;
        }
    }
    return false;
}

void attached_range_done(struct attached_range *r)
{
    kv_range_done(&r->range);
}

size_t attached_of(struct kv_txn *t, const struct journal_id *journal, uint64_t seq,
                   struct attached out[LIMIT_ATTACHMENTS])
{
    struct attached from = { .journal = *journal, .seq = seq };
    struct attached_range r = attached_range_after(t, &from);
    size_t n = 0;
    while (n < LIMIT_ATTACHMENTS && attached_range_next(&r) && journal_id_equal(r.at.journal, *journal) &&
           r.at.seq == seq) {
        out[n++] = r.at;
    }
    attached_range_done(&r);
    return n;
}

uint64_t attached_received(const struct attached *a)
{
    const uint64_t bytes = (uint64_t)a->next * LIMIT_CHUNK_CLEAR;
    return a->state == ATTACHED_HELD || bytes > a->blob.size ? a->blob.size : bytes;
}

struct attached_sum attached_sum(struct kv_txn *t)
{
    struct attached_range r = attached_range_new(t, NULL);
    struct attached_sum sum = { .waiting = 0 };
    while (attached_range_next(&r)) {
        sum.waiting += r.at.state == ATTACHED_WAITING;
        sum.lost += r.at.state == ATTACHED_LOST;
        sum.waiting_bytes += r.at.state == ATTACHED_WAITING ? r.at.blob.size - attached_received(&r.at) : 0;
    }
    attached_range_done(&r);
    return sum;
}
