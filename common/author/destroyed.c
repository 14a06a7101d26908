// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// One small value of the store, canonical [wall clock, [[author key, incarnation, next, head] …]]. Read first:
// destroyed.h.
#include "common/author/destroyed.h"

#include "common/author/notebook.h"
#include "common/format/pack.h"
#include "common/store/journal.h"
#include "common/store/store.h"

#include <string.h>

#define NAME "destroyed"
#define ROW_BYTES 128

enum err destroyed_get(struct kv_txn *t, struct destroyed *out)
{
    struct slice bytes = { NULL, 0 };
    *out = (struct destroyed){ .count = 0 };
    enum err e = store_value_get(t, NAME, &bytes);
    if (e != OK) {
        return e == ERR_NOT_FOUND ? OK : e;
    }
    struct cursor c = cursor_new(bytes, false);
    cursor_array_of(&c, 2);
    out->wall_s = cursor_uint(&c);
    out->count = cursor_array(&c, LIMIT_DESTROYED);
    for (size_t i = 0; i < out->count; i++) {
        struct journal_head *h = &out->heads[i];
        cursor_array_of(&c, 4);
        cursor_bin_fixed(&c, h->journal.key.b, sizeof h->journal.key.b);
        cursor_bin_fixed(&c, h->journal.incarnation.b, sizeof h->journal.incarnation.b);
        h->next = cursor_uint(&c);
        cursor_bin_fixed(&c, h->head.b, sizeof h->head.b);
    }
    if (!cursor_done(&c)) {
        out->count = 0;
        return ERR_CORRUPT;
    }
    return OK;
}

bool destroyed_has(const struct destroyed *d, struct pubkey key)
{
    for (size_t i = 0; i < d->count; i++) {
        if (pubkey_equal(d->heads[i].journal.key, key)) {
            return true;
        }
    }
    return false;
}

// Puts head in its place, unless its author is there already: nothing was written with a key after it was destroyed.
static void insert(struct destroyed *d, const struct journal_head *head)
{
    size_t at = 0;
    if (d->count == LIMIT_DESTROYED || destroyed_has(d, head->journal.key)) {
        return;
    }
    while (at < d->count && journal_id_order(d->heads[at].journal, head->journal) < 0) {
        at++;
    }
    memmove(&d->heads[at + 1], &d->heads[at], (d->count - at) * sizeof *d->heads);
    d->heads[at] = *head;
    d->count++;
}

static void write_all(struct kv_txn *t, const struct destroyed *d)
{
    struct buf bytes = buf_new(LIMIT_DESTROYED * ROW_BYTES);
    pack_array(&bytes, 2);
    pack_uint(&bytes, d->wall_s);
    pack_array(&bytes, d->count);
    for (size_t i = 0; i < d->count; i++) {
        const struct journal_head *h = &d->heads[i];
        pack_array(&bytes, 4);
        pack_bin(&bytes, SLICE_ARRAY(h->journal.key.b));
        pack_bin(&bytes, SLICE_ARRAY(h->journal.incarnation.b));
        pack_uint(&bytes, h->next);
        pack_bin(&bytes, SLICE_ARRAY(h->head.b));
    }
    CHECK(buf_ok(&bytes));
    store_value_put(t, NAME, buf_slice(&bytes));
    buf_done(&bytes);
}

enum err destroyed_put(struct kv_txn *t, uint64_t wall_s)
{
    struct destroyed d;
    struct notebook books[LIMIT_PERSONS];
    size_t n = 0;
    enum err e = destroyed_get(t, &d);
    if (e == OK) {
        e = notebook_all(t, books, &n);
    }
    for (size_t i = 0; i < n && e == OK; i++) {
        struct journal_head head;
        e = journal_head(t, &books[i].journal, &head);
        if (e == OK) {
            insert(&d, &head);
        }
    }
    if (e == OK) {
        d.wall_s = wall_s;
        write_all(t, &d);
        e = kv_error(t);
    }
    return e;
}
