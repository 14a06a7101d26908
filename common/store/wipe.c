// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Removing keys and words. Read first: wipe.h.
#include "common/store/wipe.h"

#include "common/store/attached.h"
#include "common/store/blob.h"
#include "common/store/keys.h"
#include "common/store/store.h"

#include <stdlib.h>
#include <string.h>

#define DONE "wiped"

#define ROUND 256 // keys removed between two looks: no write while a range is open

static uint64_t remove_all(struct kv_txn *t, enum db db)
{
    return kv_del_all(t, db, slice_of(NULL, 0));
}

typedef bool keep_fn(const void *arg, struct slice key);

// Removes all keys of db but those that keep wants to stay.
static void remove_but(struct kv_txn *t, enum db db, keep_fn *keep, const void *arg)
{
    const struct slice all = { NULL, 0 };
    struct key *keys = mem_new(ROUND * sizeof *keys);
    struct key from = { .n = 0 };
    size_t n = 0;
    do {
        struct kv_range r = kv_range_new(t, db, all, key_slice(&from));
        n = 0;
        while (n < ROUND && kv_range_next(&r)) {
            CHECK(r.key.n <= sizeof keys[n].b);
            from.n = (uint8_t)r.key.n;
            memcpy(from.b, r.key.p, r.key.n);
            if (!keep(arg, r.key)) {
                keys[n++] = from;
            }
        }
        kv_range_done(&r);
        for (size_t i = 0; i < n; i++) {
            (void)kv_del(t, db, key_slice(&keys[i]));
        }
    } while (n == ROUND && kv_error(t) == OK);
    free(keys);
}

// What attachments that wait for the hub lie under: their roots, and their names.
struct waiting {
    size_t n;
    struct hash *names;
};

static int by_hash(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct hash));
}

static void find_waiting(struct kv_txn *t, struct waiting *out)
{
    struct attached_range r = attached_range_new(t, NULL);
    while (attached_range_next(&r)) {
        struct blob b;
        if (r.at.state == ATTACHED_WAITING && blob_look(t, r.at.blob.root, &b) == OK) {
            out->names = mem_grow(out->names, out->n + 2, sizeof *out->names);
            out->names[out->n++] = r.at.blob.root;
            out->names[out->n++] = b.id;
        }
    }
    attached_range_done(&r);
    if (out->n > 0) {
        qsort(out->names, out->n, sizeof *out->names, by_hash);
    }
}

static bool is_waiting(const void *arg, struct slice key)
{
    const struct waiting *w = arg;
    return w->n > 0 && bsearch(key.p, w->names, w->n, sizeof *w->names, by_hash) != NULL;
}

// Sound that only the hub can open travels, as words do; all else that lies here of attachments goes.
static void remove_attachments(struct kv_txn *t)
{
    struct waiting w = { .n = 0 };
    find_waiting(t, &w);
    remove_but(t, DB_BLOB, is_waiting, &w);
    (void)remove_all(t, DB_DRAFT_BLOB);
    free(w.names);
}

enum done { DONE_NOT, DONE_KEYS, DONE_WORDS };

static enum done done(struct kv_txn *t)
{
    struct slice value;
    const bool there = store_value_get(t, DONE, &value) == OK && value.n == 1;
    return !there ? DONE_NOT : value.p[0] == DONE_KEYS ? DONE_KEYS : DONE_WORDS;
}

static void mark(struct kv_txn *t, enum done what)
{
    const uint8_t value[1] = { (uint8_t)what };
    store_value_put(t, DONE, SLICE_ARRAY(value));
}

enum err wipe_keys(struct kv_txn *t)
{
    (void)remove_all(t, DB_VAULT);
    (void)remove_all(t, DB_LEAF_VAULT);
    remove_attachments(t);
    (void)remove_all(t, DB_DRAFT);
    store_seal_key_drop(t);
    mark(t, DONE_KEYS);
    return kv_error(t);
}

bool wipe_done(struct kv_txn *t)
{
    return done(t) != DONE_NOT;
}

bool wipe_closed(struct kv_txn *t)
{
    return done(t) == DONE_KEYS;
}

enum err wipe_outbox(struct kv_txn *t, uint64_t *n)
{
    *n = remove_all(t, DB_OUTBOX);
    (void)remove_all(t, DB_UNLOCK);
    (void)remove_all(t, DB_BLOB);
    return kv_error(t);
}

bool wipe_words(struct kv_txn *t, const struct position *at)
{
    const struct key part = key_position(DB_PART, at);
    const struct key vault = key_position(DB_VAULT, at);
    const bool there = kv_del(t, DB_PART, key_slice(&part));
    struct attached list[LIMIT_ATTACHMENTS];
    const size_t n = attached_of(t, &at->journal, at->seq, list);
    for (size_t i = 0; i < n; i++) {
        if (list[i].state == ATTACHED_HELD) {
            blob_drop(t, list[i].blob.root, false);
        }
    }
    if (done(t) == DONE_NOT) {
        mark(t, DONE_WORDS);
    }
    return kv_del(t, DB_VAULT, key_slice(&vault)) || there;
}

bool wipe_present(struct kv_txn *t, const struct position *at)
{
    const struct key part = key_position(DB_PART, at);
    struct slice value;
    return kv_get(t, DB_PART, key_slice(&part), &value);
}
