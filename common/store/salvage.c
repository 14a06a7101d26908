// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Values from pages into a new store. Read first: salvage.h.
#include "common/store/salvage.h"

#include "common/format/kinds.h"
#include "common/store/journal.h"
#include "common/store/leaf.h"
#include "common/store/whole.h"

#define BATCH 4096 // values in one transaction

struct salvaging {
    struct kv *kv;
    struct kv_txn *t;
    enum err e;
    uint64_t batched;
    struct salvaged sum;
};

static void put(struct salvaging *s, enum db db, struct slice key, struct slice value)
{
    if (s->e == OK && s->t == NULL) {
        s->e = kv_begin_write(s->kv, &s->t);
    }
    if (s->e != OK) {
        return;
    }
    struct slice there;
    if (kv_get(s->t, db, key, &there)) {
        return; // the new store's own name; or what the tree led to, which is newer than what it does not
    }
    kv_put(s->t, db, key, value);
    s->sum.values++;
    s->sum.entries += db == DB_JOURNAL;
    if (++s->batched == BATCH) {
        s->e = kv_commit(s->t);
        s->t = NULL;
        s->batched = 0;
    }
}

static void take(void *arg, enum db db, struct slice key, struct slice value)
{
    struct salvaging *s = arg;
    if (whole_value(db, key, value)) {
        put(s, db, key, value);
    } else {
        s->sum.damaged++;
    }
}

// Of pages that nothing leads to only what proves itself: there are also pages of the past among them.
static void take_stray(void *arg, enum db db, struct slice key, struct slice value)
{
    struct salvaging *s = arg;
    const uint64_t before = s->sum.entries;
    enum db home = whole_home(key, value);
    if (home != DB_COUNT && home != DB_META) {
        put(s, home, key, value);
        s->sum.found += s->sum.entries - before;
    }
    (void)db;
}

// Sealed parts and their keys prove nothing without the store key; of an entry that was found they are worth keeping:
// what does not fit it does not open.
static void take_stray_sealed(void *arg, enum db db, struct slice key, struct slice value)
{
    struct salvaging *s = arg;
    struct key_fields f;
    struct slice there;
    (void)db;
    if (whole_home(key, value) != DB_COUNT || !key_parse(DB_JOURNAL, key, &f)) {
        return;
    }
    const bool is_key = whole_value(DB_VAULT, key, value);
    if (s->e == OK && s->t == NULL) {
        s->e = kv_begin_write(s->kv, &s->t);
    }
    if (s->e == OK && kv_get(s->t, DB_JOURNAL, key, &there) && (is_key || whole_value(DB_PART, key, value))) {
        put(s, is_key ? DB_VAULT : DB_PART, key, value);
    }
}

// A damaged entry keeps its place: its number, and the id that stands beside it, with which its copy still travels.
static void take_damaged(void *arg, enum db db, struct slice key, struct slice value)
{
    struct salvaging *s = arg;
    const struct salvaged before = s->sum;
    struct key_fields f;
    if (key_parse(db, key, &f)) {
        put(s, db, key, value);
    }
    s->sum = before;
}

// Of an entry that is gone altogether its copy or its key tell that there was one: it gets a place too, with nothing in
// it, so that it is missed also where nothing follows.
static void put_places(struct salvaging *s, enum db db)
{
    static const uint8_t nothing = 0;
    struct kv_range r = kv_range_new(s->t, db, slice_of(NULL, 0), slice_of(NULL, 0));
    struct key_fields f;
    struct slice there;
    while (kv_range_next(&r)) {
        if (key_parse(db, r.key, &f) && !kv_get(s->t, DB_JOURNAL, r.key, &there)) {
            struct key key = key_make(DB_JOURNAL, &f, 0);
            kv_put(s->t, DB_JOURNAL, key_slice(&key), slice_of(&nothing, 1));
        }
    }
    kv_range_done(&r);
}

static enum err keep_places(struct salvaging *s)
{
    enum err e = s->t == NULL && s->e == OK ? kv_begin_write(s->kv, &s->t) : s->e;
    if (e == OK) {
        put_places(s, DB_OUTBOX);
        put_places(s, DB_VAULT);
        e = kv_error(s->t);
    }
    return e;
}

// Which redactions came down is known by a list of their own. What came down may be whole where that is not.
static enum err list_redactions(struct salvaging *s)
{
    if (s->e != OK) {
        return s->e;
    }
    struct leaf_range r = leaf_range_new(s->t, 0);
    struct entry e;
    while (leaf_range_next(&r)) {
        if (r.whole && entry_parse(r.entry.bytes, &e) == VERDICT_GOOD && kind_of(e.kind) == KIND_REDACTION) {
            leaf_redaction_put(s->t, r.index);
        }
    }
    leaf_range_done(&r);
    return kv_error(s->t);
}

enum err salvage_store(struct pages *old, struct kv *kv, struct salvaged *out)
{
    struct salvaging s = { .kv = kv, .e = OK };
    for (enum db db = 0; db < DB_COUNT; db++) {
        const struct pages_walk w = pages_walk(old, db, take, &s);
        s.sum.bad += w.bad;
        if (db == DB_JOURNAL) {
            s.sum.counted = w.counted;
        }
    }
    pages_stray(old, take_stray, &s);
    pages_stray(old, take_stray_sealed, &s);
    (void)pages_walk(old, DB_JOURNAL, take_damaged, &s);
    s.e = keep_places(&s);
    s.e = list_redactions(&s);
    if (s.t != NULL) {
        enum err e = kv_commit(s.t);
        s.e = s.e == OK ? e : s.e;
    }
    if (s.e == OK) {
        *out = s.sum;
    }
    return s.e;
}
