// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Transactions over LMDB: reads, writes, ranges, and the error each transaction carries. It must never know what a key
// means, nor call back into anybody.
// Read first: docs/STORAGE.md, "The engine".
#include "common/store/kv_inside.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEY_BYTES 511

// --- transactions ---

static enum err begin(struct kv *kv, unsigned flags, struct kv_txn **out)
{
    CHECK(kv->pid == getpid());
    MDB_txn *txn = NULL;
    int code = mdb_txn_begin(kv->env, NULL, flags, &txn);
    if (code == MDB_READERS_FULL && kv_check_readers(kv) > 0) {
        code = mdb_txn_begin(kv->env, NULL, flags, &txn);
    }
    if (code != 0) {
        return kv_err_of(kv->env, code);
    }
    struct kv_txn *t = mem_new(sizeof *t);
    t->kv = kv;
    t->txn = txn;
    t->write = (flags & MDB_RDONLY) == 0;
    __atomic_add_fetch(&kv->open_txns, 1, __ATOMIC_RELAXED);
    *out = t;
    return OK;
}

enum err kv_begin_read(struct kv *kv, struct kv_txn **out)
{
    return begin(kv, MDB_RDONLY, out);
}

enum err kv_begin_write(struct kv *kv, struct kv_txn **out)
{
    CHECK((kv->flags & KV_READ_ONLY) == 0);
    if (kv->max_bytes != 0 && kv_bytes_claimed(kv) >= kv->max_bytes) {
        return ERR_FULL;
    }
    return begin(kv, 0, out);
}

static void end(struct kv_txn *t)
{
    __atomic_sub_fetch(&t->kv->open_txns, 1, __ATOMIC_RELAXED);
    free(t);
}

enum err kv_commit(struct kv_txn *t)
{
    struct kv *kv = t->kv;
    enum err e = t->error;
    if (e == OK) {
        e = kv_err_of(kv->env, mdb_txn_commit(t->txn));
        if (e == OK && t->write) {
            kv_slack_keep(kv);
        }
    } else {
        mdb_txn_abort(t->txn);
    }
    if (e == ERR_FULL) {
        (void)kv_check_readers(kv); // a reader that died may be what holds the space
    }
    end(t);
    return e;
}

void kv_abort(struct kv_txn *t)
{
    if (t != NULL) {
        mdb_txn_abort(t->txn);
        end(t);
    }
}

enum err kv_error(const struct kv_txn *t)
{
    return t->error;
}

void kv_fail(struct kv_txn *t, enum err e)
{
    CHECK(e != OK);
    if (t->error == OK) {
        t->error = e;
    }
}

struct kv *kv_of(const struct kv_txn *t)
{
    return t->kv;
}

// --- single keys ---

// LMDB's struct has no const; it never writes through what it is given to read.
static MDB_val val_of(struct slice s)
{
    return (MDB_val){ s.n, (void *)(uintptr_t)s.p };
}

static struct slice slice_of_val(MDB_val v)
{
    return slice_of(v.mv_data, v.mv_size);
}

static void note(struct kv_txn *t, int code)
{
    if (code != 0) {
        kv_fail(t, kv_err_of(t->kv->env, code));
    }
}

bool kv_get(struct kv_txn *t, unsigned db, struct slice key, struct slice *out)
{
    CHECK(db < t->kv->count);
    if (t->error != OK) {
        return false;
    }
    MDB_val k = val_of(key);
    MDB_val v;
    int code = mdb_get(t->txn, t->kv->dbi[db], &k, &v);
    if (code == MDB_NOTFOUND) {
        return false;
    }
    note(t, code);
    if (code == 0) {
        *out = slice_of_val(v);
    }
    return code == 0;
}

static void put(struct kv_txn *t, unsigned db, struct slice key, MDB_val *v, unsigned flags)
{
    CHECK(db < t->kv->count);
    CHECK(t->write);
    CHECK(key.n > 0);
    CHECK(key.n <= KEY_BYTES);
    MDB_val k = val_of(key);
    int code = mdb_put(t->txn, t->kv->dbi[db], &k, v, flags);
    if (code == MDB_KEYEXIST) { // MDB_APPEND, and the key is not the last: nothing was done
        code = mdb_put(t->txn, t->kv->dbi[db], &k, v, flags & ~(unsigned)MDB_APPEND);
    }
    note(t, code);
}

void kv_put(struct kv_txn *t, unsigned db, struct slice key, struct slice value)
{
    MDB_val v = val_of(value);
    if (t->error == OK) {
        put(t, db, key, &v, 0);
    }
}

void kv_put_last(struct kv_txn *t, unsigned db, struct slice key, struct slice value)
{
    MDB_val v = val_of(value);
    if (t->error == OK) {
        put(t, db, key, &v, MDB_APPEND);
    }
}

uint8_t *kv_put_room(struct kv_txn *t, unsigned db, struct slice key, size_t n, bool last)
{
    if (t->error != OK) {
        return NULL;
    }
    MDB_val v = { n, NULL };
    put(t, db, key, &v, MDB_RESERVE | (last ? MDB_APPEND : 0u));
    return t->error == OK ? v.mv_data : NULL;
}

bool kv_del(struct kv_txn *t, unsigned db, struct slice key)
{
    CHECK(db < t->kv->count);
    CHECK(t->write);
    if (t->error != OK) {
        return false;
    }
    MDB_val k = val_of(key);
    int code = mdb_del(t->txn, t->kv->dbi[db], &k, NULL);
    if (code == MDB_NOTFOUND) {
        return false;
    }
    note(t, code);
    return code == 0;
}

uint64_t kv_count(struct kv_txn *t, unsigned db)
{
    CHECK(db < t->kv->count);
    MDB_stat st;
    if (t->error != OK) {
        return 0;
    }
    int code = mdb_stat(t->txn, t->kv->dbi[db], &st);
    note(t, code);
    return code == 0 ? st.ms_entries : 0;
}

// --- ranges ---

struct kv_range kv_range_new(struct kv_txn *t, unsigned db, struct slice prefix, struct slice from)
{
    struct kv_range r = { .t = t, .prefix_n = prefix.n, .from_n = from.n };
    CHECK(db < t->kv->count);
    CHECK(prefix.n <= sizeof r.prefix);
    CHECK(from.n <= sizeof r.from);
    if (prefix.n > 0) {
        memcpy(r.prefix, prefix.p, prefix.n);
    }
    if (from.n > 0) {
        memcpy(r.from, from.p, from.n);
    }
    if (t->error == OK) {
        MDB_cursor *cursor = NULL;
        note(t, mdb_cursor_open(t->txn, t->kv->dbi[db], &cursor));
        r.cursor = cursor;
    }
    return r;
}

static bool starts_with(struct slice s, struct slice prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

bool kv_range_next(struct kv_range *r)
{
    if (r->cursor == NULL || r->t->error != OK) {
        return false;
    }
    struct slice prefix = slice_of(r->prefix, r->prefix_n);
    struct slice from = slice_of(r->from, r->from_n);
    struct slice first = slice_order(from, prefix) > 0 ? from : prefix;
    MDB_val k = val_of(first);
    MDB_val v;
    MDB_cursor_op op = r->started ? MDB_NEXT : first.n > 0 ? MDB_SET_RANGE : MDB_FIRST;
    r->started = true;
    int code = mdb_cursor_get(r->cursor, &k, &v, op);
    if (code != 0) {
        if (code != MDB_NOTFOUND) {
            note(r->t, code);
        }
        return false;
    }
    if (!starts_with(slice_of_val(k), prefix)) {
        return false;
    }
    r->key = slice_of_val(k);
    r->value = slice_of_val(v);
    return true;
}

void kv_range_done(struct kv_range *r)
{
    if (r->cursor != NULL) {
        mdb_cursor_close(r->cursor);
        r->cursor = NULL;
    }
}

uint64_t kv_del_all(struct kv_txn *t, unsigned db, struct slice prefix)
{
    uint64_t removed = 0;
    MDB_cursor *cursor = NULL;
    CHECK(db < t->kv->count);
    CHECK(t->write);
    if (t->error != OK) {
        return 0;
    }
    int code = mdb_cursor_open(t->txn, t->kv->dbi[db], &cursor);
    while (code == 0) {
        MDB_val k = val_of(prefix);
        MDB_val v;
        // Looked for anew each time: where a cursor stands after a deletion differs between versions of LMDB.
        code = mdb_cursor_get(cursor, &k, &v, prefix.n > 0 ? MDB_SET_RANGE : MDB_FIRST);
        if (code == 0 && !starts_with(slice_of_val(k), prefix)) {
            break;
        }
        code = code == 0 ? mdb_cursor_del(cursor, 0) : code;
        removed += code == 0;
    }
    if (cursor != NULL) {
        mdb_cursor_close(cursor);
    }
    if (code != MDB_NOTFOUND) {
        note(t, code);
    }
    return removed;
}

// Writes the smallest bytes that are above everything that begins with prefix. False when there are none.
static bool after_prefix(struct slice prefix, uint8_t out[KEY_BYTES], size_t *n)
{
    size_t length = prefix.n;
    while (length > 0 && prefix.p[length - 1] == 0xff) {
        length--;
    }
    if (length == 0) {
        return false;
    }
    memcpy(out, prefix.p, length);
    out[length - 1]++;
    *n = length;
    return true;
}

// Moves cursor to the last key not above upto, or below everything after prefix when upto is empty.
static int seek_last(MDB_cursor *cursor, struct slice prefix, struct slice upto, MDB_val *k, MDB_val *v)
{
    uint8_t after[KEY_BYTES];
    size_t n = 0;
    struct slice bound = upto;
    if (upto.n == 0) {
        if (!after_prefix(prefix, after, &n)) {
            return mdb_cursor_get(cursor, k, v, MDB_LAST);
        }
        bound = slice_of(after, n);
    }
    *k = val_of(bound);
    int code = mdb_cursor_get(cursor, k, v, MDB_SET_RANGE);
    if (code == MDB_NOTFOUND) {
        return mdb_cursor_get(cursor, k, v, MDB_LAST);
    }
    if (code == 0 && (upto.n == 0 || !slice_equal(slice_of_val(*k), upto))) {
        return mdb_cursor_get(cursor, k, v, MDB_PREV);
    }
    return code;
}

bool kv_last(struct kv_txn *t, unsigned db, struct slice prefix, struct slice upto, struct slice *key,
             struct slice *value)
{
    CHECK(db < t->kv->count);
    CHECK(prefix.n <= KEY_BYTES);
    MDB_cursor *cursor = NULL;
    if (t->error != OK) {
        return false;
    }
    int code = mdb_cursor_open(t->txn, t->kv->dbi[db], &cursor);
    if (code != 0) {
        note(t, code);
        return false;
    }
    MDB_val k;
    MDB_val v;
    code = seek_last(cursor, prefix, upto, &k, &v);
    mdb_cursor_close(cursor);
    if (code != 0 && code != MDB_NOTFOUND) {
        note(t, code);
    }
    if (code != 0 || !starts_with(slice_of_val(k), prefix)) {
        return false;
    }
    if (key != NULL) {
        *key = slice_of_val(k);
    }
    if (value != NULL) {
        *value = slice_of_val(v);
    }
    return true;
}
