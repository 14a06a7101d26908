// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Gathers forums for choosing one. Read first: forum_view.h.
#include "node/desk/forum_view.h"

#include <stdlib.h>
#include <string.h>

// What the session at that place says of itself; nothing when it cannot be read.
static void read_context(struct desk *desk, struct kv_txn *t, const struct position *at, struct buf *out)
{
    struct buf parts = buf_new(LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES);
    struct stored stored;
    struct entry entry;
    struct disclosure d;
    if (desk->readable && journal_get(t, at, &stored, NULL) == OK &&
        entry_parse(stored.bytes, &entry) == VERDICT_GOOD &&
        journal_parts(t, &desk->store_key, at, &parts, NULL) == OK &&
        disclosure_parse(buf_slice(&parts), &d) == VERDICT_GOOD) {
        const struct content context = local_content(&entry, &d, "context");
        content_make(&context, out);
    }
    buf_wipe(&parts);
    buf_done(&parts);
}

static enum err read_contexts(struct desk *desk, struct forum_view *v)
{
    struct kv_txn *t = NULL;
    enum err e = kv_begin_read(state_kv(desk->state), &t);
    for (size_t i = 0; e == OK && i < v->n; i++) {
        read_context(desk, t, &v->rows[i].forum.at, &v->rows[i].context);
        e = kv_error(t);
    }
    kv_abort(t);
    return e;
}

// A forum is its area and code (PROTOCOL 7.7).
static const struct forum_state *state_of(const struct forum_fold *fold, const struct forum *f)
{
    for (size_t i = 0; i < forum_fold_count(fold); i++) {
        const struct forum_state *s = forum_fold_at(fold, i);
        if (strcmp(s->code, f->code) == 0 && strcmp(s->area, f->area) == 0) {
            return s;
        }
    }
    return NULL;
}

// A session that the hub refused is no forum that anybody could go on with.
static void take_rows(struct desk *desk, struct forum_view *v, const struct forum_counts *c)
{
    v->rows = mem_new((c->forums.n > 0 ? c->forums.n : 1) * sizeof *v->rows);
    for (size_t i = 0; i < c->forums.n; i++) {
        const struct forum *from = &c->forums.rows[i];
        const struct forum_state *state = from->fate == FATE_REFUSED ? NULL : state_of(c->fold, from);
        if (state != NULL) {
            v->rows[v->n++] = (struct forum_row){
                .forum = *from, .state = state, .context = buf_new(LIMIT_DISCLOSURE_BYTES),
                .mine = desk->who != NULL && pubkey_equal(from->at.journal.key, desk->who->person.key),
            };
        }
    }
}

void forum_counts_done(struct forum_counts *c)
{
    forums_done(&c->forums);
    forum_fold_free(c->fold);
    *c = (struct forum_counts){ .fold = NULL };
}

static enum err count(struct desk *desk, struct forum_counts *c, struct why *why)
{
    const uint64_t number = kv_number(state_kv(desk->state)); // what is stored meanwhile is seen the next time
    if (c->fold != NULL && c->number == number) {
        return OK;
    }
    forum_counts_done(c);
    enum err e = forums_load(desk, &c->forums, why);
    if (e == OK) {
        e = gather_site(desk, &c->fold, why);
    }
    c->number = number;
    if (e != OK) {
        forum_counts_done(c);
    }
    return e;
}

enum err forum_view_load(struct desk *desk, struct forum_counts *counts, struct forum_view *out, struct why *why)
{
    struct forum_view v = { .n = 0 };
    enum err e = count(desk, counts, why);
    if (e == OK) {
        e = plans_load(desk, &v.plans, why);
    }
    if (e == OK) {
        take_rows(desk, &v, counts);
        e = read_contexts(desk, &v);
    }
    if (e != OK) {
        forum_view_done(&v);
        return e;
    }
    *out = v;
    return OK;
}

void forum_view_done(struct forum_view *v)
{
    for (size_t i = 0; i < v->n; i++) {
        buf_wipe(&v->rows[i].context);
        buf_done(&v->rows[i].context);
    }
    free(v->rows);
    plans_done(&v->plans);
    *v = (struct forum_view){ .n = 0 };
}

bool forum_view_held(const struct forum_view *v, const struct plan *p)
{
    bool held = false;
    for (size_t i = 0; i < v->n && !held; i++) {
        held = strcmp(v->rows[i].forum.code, p->code) == 0 && strcmp(v->rows[i].forum.area, p->area) == 0;
    }
    return held;
}
