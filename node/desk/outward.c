// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The remark about the last bundle: canonical [at, [[key, incarnation, next] ...]] as a named value of the store.
// Read first: outward.h.
#include "node/desk/outward.h"

#include "common/format/pack.h"
#include "common/store/exchange_state.h"

#define NAME "outward"
#define ANSWERED "answered"

enum err outward_look(struct kv *kv, struct outward *out)
{
    struct kv_txn *t = NULL;
    struct outward o = { .count = 0 };
    struct journal_id id;
    enum err e = kv_begin_read(kv, &t);
    if (e != OK) {
        return e;
    }
    for (bool more = journal_next(t, false, &id); more && e == OK && o.count < LIMIT_OUTWARD;
         more = journal_next(t, true, &id)) {
        struct exchange_journal x;
        struct journal_head head;
        e = journal_head(t, &id, &head);
        if (e == OK) {
            e = exchange_journal_get(t, &id, &x);
        }
        if (e == OK && x.acked.next < head.next) {
            o.heads[o.count++] = head;
        }
    }
    enum err end = kv_commit(t);
    e = e == OK ? end : e;
    if (e == OK) {
        *out = o;
    }
    return e;
}

enum err outward_put(struct kv *kv, const struct outward *o)
{
    uint8_t room[32 + LIMIT_OUTWARD * (sizeof(struct pubkey) + sizeof(struct incarnation) + 16)];
    struct buf value = buf_over(room, sizeof room);
    struct kv_txn *t = NULL;
    enum err e = kv_begin_write(kv, &t);
    if (e != OK) {
        return e;
    }
    pack_array(&value, 2);
    pack_uint(&value, o->at_s);
    pack_array(&value, o->count);
    for (size_t i = 0; i < o->count; i++) {
        pack_array(&value, 3);
        pack_bin(&value, SLICE_ARRAY(o->heads[i].journal.key.b));
        pack_bin(&value, SLICE_ARRAY(o->heads[i].journal.incarnation.b));
        pack_uint(&value, o->heads[i].next);
    }
    CHECK(buf_ok(&value));
    store_value_put(t, NAME, buf_slice(&value));
    return kv_commit(t);
}

static bool parse(struct slice value, struct outward *out)
{
    struct cursor c = cursor_new(value, false);
    cursor_array_of(&c, 2);
    out->at_s = cursor_uint(&c);
    out->count = cursor_array(&c, LIMIT_OUTWARD);
    for (size_t i = 0; i < out->count && cursor_ok(&c); i++) {
        struct journal_head *h = &out->heads[i];
        cursor_array_of(&c, 3);
        cursor_bin_fixed(&c, h->journal.key.b, sizeof h->journal.key.b);
        cursor_bin_fixed(&c, h->journal.incarnation.b, sizeof h->journal.incarnation.b);
        h->next = cursor_uint(&c);
    }
    return cursor_done(&c);
}

enum err outward_get(struct kv_txn *t, struct outward *out)
{
    struct slice value;
    *out = (struct outward){ .count = 0 };
    enum err e = store_value_get(t, NAME, &value);
    if (e == OK && !parse(value, out)) {
        *out = (struct outward){ .count = 0 };
    }
    return e == ERR_NOT_FOUND || e == ERR_CORRUPT ? OK : e;
}

enum err outward_answered(struct kv *kv, uint64_t at_s)
{
    uint8_t when[8];
    struct kv_txn *t = NULL;
    enum err e = kv_begin_write(kv, &t);
    if (e != OK) {
        return e;
    }
    be64_put(when, at_s);
    store_value_put(t, ANSWERED, SLICE_ARRAY(when));
    return kv_commit(t);
}

uint64_t outward_answered_s(struct kv_txn *t)
{
    struct slice value;
    return store_value_get(t, ANSWERED, &value) == OK && value.n == 8 ? be64_get(value.p) : 0;
}

uint64_t outward_next(const struct outward *o, const struct journal_id *journal)
{
    for (size_t i = 0; i < o->count; i++) {
        if (journal_id_equal(o->heads[i].journal, *journal)) {
            return o->heads[i].next;
        }
    }
    return 0;
}
