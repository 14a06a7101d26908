// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Lost entries as named values: "x-lost" ‖ journal ‖ u64 seq -> [id, found, claimed, words, told]. Read first: lost.h.
#include "common/store/lost.h"

#include "common/format/pack.h"
#include "common/store/cell.h"

#include <string.h>

#define NAME "x-lost"
#define NAME_BYTES (sizeof NAME - 1)
#define JOURNAL_BYTES (32 + 16)
#define KEY_BYTES (NAME_BYTES + JOURNAL_BYTES + 8)

static struct slice key_of(const struct position *at, uint8_t room[static KEY_BYTES])
{
    memcpy(room, NAME, NAME_BYTES);
    memcpy(room + NAME_BYTES, at->journal.key.b, 32);
    memcpy(room + NAME_BYTES + 32, at->journal.incarnation.b, 16);
    be64_put(room + NAME_BYTES + JOURNAL_BYTES, at->seq);
    return slice_of(room, KEY_BYTES);
}

static bool parse(struct slice key, struct slice value, struct lost *out)
{
    struct lost l = { .words = false };
    if (key.n != KEY_BYTES) {
        return false;
    }
    memcpy(l.at.journal.key.b, key.p + NAME_BYTES, 32);
    memcpy(l.at.journal.incarnation.b, key.p + NAME_BYTES + 32, 16);
    l.at.seq = be64_get(key.p + NAME_BYTES + JOURNAL_BYTES);
    struct cursor c = cursor_new(value, false);
    cursor_array_of(&c, 5);
    cursor_bin_fixed(&c, l.id.b, sizeof l.id.b);
    l.found_s = cursor_uint(&c);
    l.claimed_s = cursor_uint(&c);
    l.words = cursor_uint(&c) != 0;
    l.told = cursor_uint(&c) != 0;
    if (!cursor_done(&c)) {
        return false;
    }
    *out = l;
    return true;
}

void lost_put(struct kv_txn *t, const struct lost *lost)
{
    uint8_t room[KEY_BYTES];
    struct buf value = buf_new(96);
    pack_array(&value, 5);
    pack_bin(&value, SLICE_ARRAY(lost->id.b));
    pack_uint(&value, lost->found_s);
    pack_uint(&value, lost->claimed_s);
    pack_uint(&value, lost->words);
    pack_uint(&value, lost->told);
    CHECK(buf_ok(&value));
    cell_put(t, DB_META, key_of(&lost->at, room), buf_slice(&value));
    buf_done(&value);
}

enum err lost_get(struct kv_txn *t, const struct position *at, struct lost *out)
{
    uint8_t room[KEY_BYTES];
    struct slice key = key_of(at, room);
    struct slice value;
    enum err e = cell_get(t, DB_META, key, &value);
    return e == OK && !parse(key, value, out) ? ERR_CORRUPT : e;
}

struct lost_range lost_range_new(struct kv_txn *t, const struct journal_id *journal, uint64_t from)
{
    uint8_t room[KEY_BYTES];
    struct position at = { .seq = from };
    if (journal == NULL) {
        return (struct lost_range){ .range = kv_range_new(t, DB_META, slice_of(NAME, NAME_BYTES), slice_of(NULL, 0)) };
    }
    at.journal = *journal;
    struct slice key = key_of(&at, room);
    struct slice prefix = slice_of(key.p, NAME_BYTES + JOURNAL_BYTES);
    return (struct lost_range){ .range = kv_range_new(t, DB_META, prefix, key) };
}

bool lost_range_next(struct lost_range *r)
{
    struct slice value;
    if (!kv_range_next(&r->range)) {
        return false;
    }
    if (!cell_open(DB_META, r->range.key, r->range.value, &value) || !parse(r->range.key, value, &r->lost)) {
        kv_fail(r->range.t, ERR_CORRUPT);
        return false;
    }
    return true;
}

void lost_range_done(struct lost_range *r)
{
    kv_range_done(&r->range);
}

enum err lost_first(struct kv_txn *t, const struct journal_id *journal, uint64_t from, uint64_t *seq)
{
    struct lost_range r = lost_range_new(t, journal, from);
    *seq = lost_range_next(&r) ? r.lost.at.seq : UINT64_MAX;
    lost_range_done(&r);
    return kv_error(t);
}
