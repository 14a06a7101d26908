// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Drafts at the desk: transactions round what common/store/draft.h does, and words for what can go wrong.
// It must never leave what a draft says in memory that was given back. Read first: drafts.h.
#include "node/desk/drafts.h"

#include "common/author/attach.h"
#include "common/author/keyring.h"
#include "common/author/state.h"
#include "common/format/pack.h"
#include "common/store/store.h"
#include "common/store/wipe.h"
#include "node/desk/desk.h"
#include "node/desk/trouble.h"

#include <stdlib.h>
#include <string.h>

// One transaction with what it needs of this person.
struct working {
    struct kv_txn *t;
    struct draft_keys *keys;
    struct draft_owner owner;
    struct why why;
};

static enum err keys_open(struct state *state, struct draft_keys **out, struct why *why)
{
    char *path = state_path(state, STATE_DRAFTS);
    enum err e = draft_keys_open(path, out, why);
    free(path);
    return e;
}

// Begins; ends with working_commit or working_abort, also on a failure.
static enum err working_begin(struct desk *desk, bool write, struct working *w)
{
    *w = (struct working){ .t = NULL };
    if (desk->who == NULL) {
        return ERR_LOCKED;
    }
    struct kv *kv = state_kv(desk->state);
    draft_owner_init(&w->owner, desk->who->person.key, &desk->who->box);
    enum err e = write ? kv_begin_write(kv, &w->t) : kv_begin_read(kv, &w->t);
    return e == OK ? keys_open(desk->state, &w->keys, &w->why) : e;
}

static void working_abort(struct working *w)
{
    kv_abort(w->t);
    draft_keys_close(w->keys);
    draft_owner_done(&w->owner);
    *w = (struct working){ .t = NULL };
}

// Ends with a commit when e is OK; returns what went wrong first.
static enum err working_end(struct working *w, enum err e)
{
    if (e == OK) {
        e = kv_commit(w->t);
        w->t = NULL;
    }
    const struct why why = w->why;
    working_abort(w);
    w->why = why;
    return e;
}

// --- what was read ---

void drafts_done(struct drafts *d)
{
    for (size_t i = 0; i < d->n; i++) {
        buf_wipe(&d->rows[i].room);
        buf_done(&d->rows[i].room);
        mem_wipe(&d->rows[i], sizeof d->rows[i]);
    }
    free(d->rows);
    *d = (struct drafts){ .n = 0 };
}

// Reads one draft into a new row. ERR_NOT_FOUND, the error of the transaction; damage is noted in the row.
static enum err row_read(struct working *w, struct draft_id id, uint64_t bytes, struct drafts *out)
{
    struct drafts_row row = { .draft.id = id, .bytes = bytes, .room = buf_new(DRAFT_ROOM) };
    enum err e = draft_get(w->t, w->keys, &w->owner, id, &row.draft, &row.room);
    row.damaged = e == ERR_CORRUPT && kv_error(w->t) == OK;
    if (e != OK && !row.damaged) {
        buf_done(&row.room);
        return e;
    }
    out->rows = mem_grow(out->rows, out->n + 1, sizeof *out->rows);
    out->rows[out->n++] = row;
    return OK;
}

// By forum and number; damaged ones at the end.
static int row_order(const void *a, const void *b)
{
    const struct drafts_row *x = a;
    const struct drafts_row *y = b;
    if (x->damaged != y->damaged) {
        return x->damaged ? 1 : -1;
    }
    const int forum = memcmp(x->draft.session.b, y->draft.session.b, sizeof x->draft.session.b);
    if (forum != 0) {
        return forum;
    }
    return x->draft.number < y->draft.number ? -1 : x->draft.number > y->draft.number;
}

// What stands there of one draft, as drafts_get says it.
static enum err get_one(struct working *w, struct draft_id id, struct drafts *out, struct trouble *trouble)
{
    enum err e = draft_signed(w->t, w->owner.key, id, NULL) ? ERR_EXISTS : row_read(w, id, 0, out);
    if (e == ERR_EXISTS) {
        return trouble_set(trouble, TROUBLE_DRAFT_SIGNED);
    }
    if (e == ERR_NOT_FOUND) {
        return trouble_set(trouble, TROUBLE_DRAFT_GONE);
    }
    if (e == OK && out->rows[0].damaged) {
        drafts_done(out);
        return trouble_set(trouble, TROUBLE_DRAFT_DAMAGED);
    }
    return e;
}

// --- keeping ---

// After all keys here were destroyed nothing is kept by whoever still has hers in memory.
static enum err check_wiped(struct desk *desk, struct working *w)
{
    struct boxkey half;
    uint8_t id[8];
    struct store_key key = unlocked_store_key(desk->who);
    const bool mine = store_seal_key_get(w->t, &half, id) == OK && memcmp(id, key.id, sizeof id) == 0;
    mem_wipe(&key, sizeof key);
    return !mine && wipe_closed(w->t) ? ERR_LOCKED : kv_error(w->t);
}

static bool is_map(struct slice fields)
{
    struct cursor c = cursor_new(fields, true);
    return cursor_peek(&c) == CURSOR_MAP && pack_canonical(fields, true);
}

static enum err trouble_of_keeping(struct trouble *trouble, const struct working *w, enum err e)
{
    if (e == ERR_NOT_FOUND) {
        return trouble_set(trouble, TROUBLE_DRAFT_GONE);
    }
    if (e == ERR_CORRUPT) {
        return trouble_set(trouble, TROUBLE_DRAFT_DAMAGED);
    }
    if (e == ERR_TOO_BIG) {
        return trouble_with(trouble, TROUBLE_DRAFT_TOO_LONG, TROUBLE_NUMBER(LIMIT_DRAFT_BYTES / 1024));
    }
    if (e == ERR_USAGE) {
        return trouble_with(trouble, TROUBLE_DRAFTS_FULL, TROUBLE_NUMBER(LIMIT_DRAFTS_PERSON));
    }
    return trouble_of_err(trouble, e, &w->why);
}

// What stands there instead, for who was about to write over it.
static enum err give_theirs(struct working *w, struct draft_id id, struct drafts *theirs, struct trouble *trouble)
{
    struct drafts there = { .n = 0 };
    enum err e = get_one(w, id, &there, trouble);
    if (e != OK) {
        return trouble_of_err(trouble, e, NULL);
    }
    *theirs = there;
    return trouble_with(trouble, TROUBLE_DRAFT_CHANGED, TROUBLE_NUMBER(there.rows[0].draft.number));
}

// Sound and pictures of drafts that are no more.
static bool has_key(const void *arg, struct draft_id id)
{
    const struct draft_keys *keys = arg;
    for (size_t i = 0; i < draft_keys_slots(keys); i++) {
        struct pubkey owner;
        struct draft_id there;
        if (draft_keys_at(keys, i, &owner, &there) && memcmp(there.b, id.b, sizeof id.b) == 0) {
            return true;
        }
    }
    return false;
}

static enum err sweep(struct working *w)
{
    enum err e = draft_sweep(w->t, w->keys, &w->why);
    if (e == OK && draft_keys_whole(w->keys)) {
        attach_sweep(w->t, has_key, w->keys);
        e = kv_error(w->t);
    }
    return e;
}

static enum err keep(struct desk *desk, struct working *w, struct draft *d, bool anew)
{
    enum err e = is_map(d->fields) || d->fields.n > LIMIT_DRAFT_BYTES ? check_wiped(desk, w) : ERR_BAD_INPUT;
    if (e == OK && d->version == 0) {
        e = sweep(w);
    }
    e = e == OK ? draft_keep(w->t, w->keys, &w->owner, d, anew, &w->why) : e;
    if (e == OK && anew) {
        attach_drop_draft(w->t, d->id);
    }
    return e;
}

enum err drafts_keep(struct desk *desk, struct draft *d, bool anew, struct drafts *theirs, struct trouble *trouble)
{
    struct working w;
    struct draft kept = *d;
    enum err e = working_begin(desk, true, &w);
    if (e == OK) {
        e = keep(desk, &w, &kept, anew);
    }
    if (e == ERR_EXISTS) {
        e = give_theirs(&w, d->id, theirs, trouble);
        working_abort(&w);
        return e;
    }
    if (e == ERR_NOT_FOUND && draft_signed(w.t, w.owner.key, d->id, NULL)) {
        working_abort(&w);
        return trouble_set(trouble, TROUBLE_DRAFT_SIGNED);
    }
    e = working_end(&w, e);
    if (e == OK) {
        *d = kept;
    }
    return e == OK ? OK : trouble_of_keeping(trouble, &w, e);
}

// --- listing ---

// Puts away what a crash left: what was signed, and what nothing opens any more.
static enum err tidy(struct desk *desk)
{
    struct working w;
    struct draft_id id = { { 0 } };
    uint64_t bytes = 0;
    enum err e = working_begin(desk, true, &w);
    while (e == OK && draft_next(w.t, w.keys, w.owner.key, &id, &bytes)) {
        if (draft_signed(w.t, w.owner.key, id, NULL)) {
            e = draft_discard(w.t, w.keys, w.owner.key, id, &w.why);
        }
    }
    if (e == OK) {
        e = sweep(&w);
    }
    return working_end(&w, e);
}

// *untidy: something is there that should have been put away.
static enum err read_all(struct working *w, struct drafts *out, bool *untidy)
{
    struct draft_id id = { { 0 } };
    uint64_t bytes = 0;
    enum err e = OK;
    while (e == OK && draft_next(w->t, w->keys, w->owner.key, &id, &bytes)) {
        const bool is_signed = draft_signed(w->t, w->owner.key, id, NULL);
        *untidy = *untidy || is_signed;
        e = is_signed ? OK : row_read(w, id, bytes, out);
        e = e == ERR_NOT_FOUND ? kv_error(w->t) : e;
    }
    *untidy = *untidy || draft_untidy(w->t, w->keys);
    return e;
}

// Leaves those of one forum, and damaged ones.
static void leave_forum(struct drafts *d, struct hash session)
{
    size_t left = 0;
    for (size_t i = 0; i < d->n; i++) {
        struct drafts_row *row = &d->rows[i];
        if (row->damaged || hash_equal(row->draft.session, session)) {
            d->rows[left++] = *row;
        } else {
            buf_wipe(&row->room);
            buf_done(&row->room);
        }
    }
    d->n = left;
}

enum err drafts_list(struct desk *desk, const struct hash *session, struct drafts *out, struct trouble *trouble)
{
    struct working w;
    struct drafts all = { .n = 0 };
    bool untidy = false;
    enum err e = working_begin(desk, false, &w);
    if (e == OK) {
        e = read_all(&w, &all, &untidy);
    }
    e = working_end(&w, e);
    if (e != OK) {
        drafts_done(&all);
        return trouble_of_err(trouble, e, &w.why);
    }
    if (untidy) {
        (void)tidy(desk); // it is not shown in either case, and is tried again the next time
    }
    if (session != NULL) {
        leave_forum(&all, *session);
    }
    if (all.n > 0) {
        qsort(all.rows, all.n, sizeof *all.rows, row_order);
    }
    *out = all;
    return OK;
}

enum err drafts_get(struct desk *desk, struct draft_id id, struct drafts *out, struct trouble *trouble)
{
    struct working w;
    struct drafts one = { .n = 0 };
    enum err e = working_begin(desk, false, &w);
    if (e == OK) {
        e = get_one(&w, id, &one, trouble);
    }
    e = working_end(&w, e);
    if (e != OK) {
        drafts_done(&one);
        return trouble_of_err(trouble, e, &w.why);
    }
    *out = one;
    return OK;
}

// --- discarding ---

// Puts away n drafts. Once the key is destroyed a draft is gone, whatever becomes of the transaction: on a full disk
// what is left of it is removed later.
static enum err put_away(struct desk *desk, const struct draft_id *ids, size_t n, struct trouble *trouble)
{
    struct working w;
    enum err e = working_begin(desk, true, &w);
    for (size_t i = 0; i < n && e == OK; i++) {
        if (draft_keys_find(w.keys, w.owner.key, ids[i]) != NULL) { // what hangs on another's is hers
            attach_drop_draft(w.t, ids[i]);
        }
        e = draft_keys_destroy(w.keys, w.owner.key, ids[i], &w.why);
    }
    const bool destroyed = e == OK;
    for (size_t i = 0; i < n && e == OK; i++) {
        e = draft_discard(w.t, w.keys, w.owner.key, ids[i], &w.why);
    }
    if (e == OK) {
        e = sweep(&w);
    }
    e = working_end(&w, e);
    return destroyed ? OK : trouble_of_err(trouble, e, &w.why);
}

enum err drafts_discard(struct desk *desk, struct draft_id id, struct trouble *trouble)
{
    return put_away(desk, &id, 1, trouble);
}

enum err drafts_signed(struct desk *desk, const struct draft_id *ids, size_t n, struct trouble *trouble)
{
    return put_away(desk, ids, n, trouble);
}

// --- counting ---

enum err drafts_of_session(struct state *state, const struct hash *session, struct drafts_count *out, struct why *why)
{
    struct kv_txn *t = NULL;
    struct draft_keys *keys = NULL;
    struct drafts_count c = { .n = 0 };
    enum err e = kv_begin_read(state_kv(state), &t);
    if (e == OK) {
        e = keys_open(state, &keys, why);
    }
    if (e == OK) {
        e = draft_count(t, keys, session, c.rows, &c.n);
    }
    for (size_t i = 0; i < c.n && e == OK; i++) {
        c.all += c.rows[i].drafts + c.rows[i].damaged;
    }
    kv_abort(t);
    draft_keys_close(keys);
    if (e == OK) {
        *out = c;
    }
    return e;
}
