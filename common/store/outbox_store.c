// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Outbox records and the boxed keys they need. It must never drop a record that custody does not cover: callers say
// up to where it does.
#include "common/store/outbox_store.h"

#include "common/store/cell.h"

#include <string.h>

void outbox_put(struct kv_txn *t, const struct position *at, struct slice record)
{
    struct key key = key_position(DB_OUTBOX, at);
    cell_put_last(t, DB_OUTBOX, key_slice(&key), record);
}

enum err outbox_get(struct kv_txn *t, const struct position *at, struct slice *out)
{
    struct key key = key_position(DB_OUTBOX, at);
    return cell_get(t, DB_OUTBOX, key_slice(&key), out);
}

uint64_t outbox_drop(struct kv_txn *t, const struct journal_id *journal, uint64_t next)
{
    struct key_fields f = { .journal = *journal };
    struct key prefix = key_make(DB_OUTBOX, &f, 1);
    uint64_t dropped = 0;
    for (;;) { // one at a time, from the front: a range must not be open while its database changes
        struct kv_range range = kv_range_new(t, DB_OUTBOX, key_slice(&prefix), slice_of(NULL, 0));
        struct key key = { 0 };
        bool found = kv_range_next(&range) && key_parse(DB_OUTBOX, range.key, &f) && f.seq < next;
        if (found) {
            key = key_make(DB_OUTBOX, &f, 0);
        }
        kv_range_done(&range);
        if (!found || !kv_del(t, DB_OUTBOX, key_slice(&key))) {
            return dropped;
        }
        dropped++;
    }
}

struct outbox_range outbox_range_new(struct kv_txn *t, const struct journal_id *journal, uint64_t from)
{
    struct key_fields f = { .journal = *journal, .seq = from };
    struct key prefix = key_make(DB_OUTBOX, &f, 1);
    struct key first = key_make(DB_OUTBOX, &f, 0);
    return (struct outbox_range){ .range = kv_range_new(t, DB_OUTBOX, key_slice(&prefix), key_slice(&first)) };
}

bool outbox_range_next(struct outbox_range *r)
{
    struct key_fields f;
    if (!kv_range_next(&r->range)) {
        return false;
    }
    if (!key_parse(DB_OUTBOX, r->range.key, &f) ||
        !cell_open(DB_OUTBOX, r->range.key, r->range.value, &r->record)) {
        kv_fail(r->range.t, ERR_CORRUPT);
        return false;
    }
    r->at = (struct position){ f.journal, f.seq, f.branch };
    return true;
}

void outbox_range_done(struct outbox_range *r)
{
    kv_range_done(&r->range);
}

uint64_t outbox_count(struct kv_txn *t)
{
    return kv_count(t, DB_OUTBOX);
}

static struct key unlock_key(struct unlock_id unlock)
{
    struct key_fields f = { .unlock = unlock };
    return key_make(DB_UNLOCK, &f, 0);
}

void outbox_key_put(struct kv_txn *t, const struct outbox_cover *cover, struct unlock_id unlock,
                    struct slice record)
{
    uint8_t room[OUTBOX_COVERED_BYTES];
    struct buf covered = buf_over(room, sizeof room);
    struct key key = unlock_key(unlock);
    outbox_cover_seal(cover, unlock, record, &covered);
    CHECK(buf_ok(&covered));
    cell_put(t, DB_UNLOCK, key_slice(&key), buf_slice(&covered));
}

enum err outbox_key_get(struct kv_txn *t, const struct outbox_cover *cover, struct unlock_id unlock, struct buf *out)
{
    struct key key = unlock_key(unlock);
    struct slice covered;
    enum err e = cell_get(t, DB_UNLOCK, key_slice(&key), &covered);
    return e == OK && !outbox_cover_open(cover, unlock, covered, out) ? ERR_CRYPTO : e;
}

bool outbox_key_here(struct kv_txn *t, struct unlock_id unlock)
{
    struct key key = unlock_key(unlock);
    struct slice covered;
    return kv_get(t, DB_UNLOCK, key_slice(&key), &covered);
}

bool outbox_key_next(struct kv_txn *t, bool started, struct unlock_id *unlock)
{
    struct key at = { 0 };
    struct key_fields f;
    if (started) {
        at = unlock_key(*unlock);
    }
    struct kv_range range = kv_range_new(t, DB_UNLOCK, slice_of(NULL, 0), key_slice(&at));
    bool found = kv_range_next(&range);
    if (found && slice_equal(range.key, key_slice(&at))) {
        found = kv_range_next(&range);
    }
    if (found && !key_parse(DB_UNLOCK, range.key, &f)) {
        kv_fail(t, ERR_CORRUPT);
        found = false;
    }
    kv_range_done(&range);
    if (found) {
        *unlock = f.unlock;
    }
    return found;
}

void outbox_key_drop(struct kv_txn *t, struct unlock_id unlock)
{
    struct key key = unlock_key(unlock);
    (void)kv_del(t, DB_UNLOCK, key_slice(&key));
}
