// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Removing keys and words. Read first: wipe.h.
#include "common/store/wipe.h"

#include "common/store/keys.h"
#include "common/store/store.h"

#define DONE "wiped"

static uint64_t remove_all(struct kv_txn *t, enum db db)
{
    return kv_del_all(t, db, slice_of(NULL, 0));
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
    (void)remove_all(t, DB_BLOB);
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
    return kv_error(t);
}

bool wipe_words(struct kv_txn *t, const struct position *at)
{
    const struct key part = key_position(DB_PART, at);
    const struct key vault = key_position(DB_VAULT, at);
    const bool there = kv_del(t, DB_PART, key_slice(&part));
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
