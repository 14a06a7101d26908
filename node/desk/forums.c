// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Forums and counts, gathered in one pass over the journals. Read first: forums.h.
#include "node/desk/forums.h"

#include <stdlib.h>
#include <string.h>

static void copy_code(char out[static LIMIT_CODE_BYTES + 1], struct slice code)
{
    CHECK(code.n <= LIMIT_CODE_BYTES);
    memcpy(out, code.p, code.n);
    out[code.n] = '\0';
}

static void take_session(struct forums *f, const struct local_entry *e)
{
    f->rows = mem_grow(f->rows, f->n + 1, sizeof *f->rows);
    struct forum *row = &f->rows[f->n++];
    *row = (struct forum){ .id = e->entry.id, .at = e->at, .claimed_s = e->entry.claimed_s, .fate = e->fate };
    copy_code(row->code, e->body.as.session.code);
    copy_code(row->area, e->body.as.session.area);
    copy_code(row->type, e->body.as.session.type);
}

// A contribution on its way to its forum, which may stand in another person's notebook and come later.
struct placed {
    struct hash session;
    enum fate fate;
};

struct placing {
    struct placed *items;
    size_t n, room;
};

static void take_contribution(struct forums *f, struct placing *p, const struct local_entry *e)
{
    tally_add(&f->contributions, e->fate);
    if (p->n == p->room) {
        p->room = p->room == 0 ? 256 : 2 * p->room;
        p->items = mem_grow(p->items, p->room, sizeof *p->items);
    }
    p->items[p->n++] = (struct placed){ .session = entry_ref(&e->entry, 0), .fate = e->fate };
}

static bool same_forum(const struct forum *a, const struct forum *b)
{
    return strcmp(a->code, b->code) == 0 && strcmp(a->area, b->area) == 0;
}

// A forum is its area and code (PROTOCOL 7.7): who else opened it here wrote at the same one.
static void place_all(struct forums *f, const struct placing *p)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct forum *at = forums_find(f, p->items[i].session);
        for (size_t k = 0; at != NULL && k < f->n; k++) {
            if (same_forum(&f->rows[k], at)) {
                tally_add(&f->rows[k].tally, p->items[i].fate);
            }
        }
    }
}

enum err forums_load(struct desk *desk, struct forums *out, struct why *why)
{
    struct local *l = NULL;
    struct local_entry e;
    struct forums f = { .rows = NULL };
    struct placing p = { .items = NULL };
    enum err err = local_begin(desk, &l, why);
    if (err != OK) {
        return err;
    }
    while (local_next(l, &e)) {
        tally_add(&f.entries, e.fate);
        if (e.fate == FATE_WAITING && (f.oldest_waiting_s == 0 || e.entry.claimed_s < f.oldest_waiting_s)) {
            f.oldest_waiting_s = e.entry.claimed_s;
        }
        if (e.known && e.body.kind == KIND_SESSION && e.fate != FATE_REPLACED) {
            take_session(&f, &e);
        } else if (e.known && e.body.kind == KIND_CONTRIBUTION) {
            take_contribution(&f, &p, &e);
        }
    }
    place_all(&f, &p);
    free(p.items);
    damage_take(&f.damage, l);
    for (size_t i = 0; i < f.damage.n; i++) {
        tally_add(&f.entries, f.damage.rows[i].fate);
    }
    err = local_end(l, why);
    if (err != OK) {
        forums_done(&f);
        return err;
    }
    *out = f;
    return OK;
}

void forums_done(struct forums *f)
{
    free(f->rows);
    damage_done(&f->damage);
    *f = (struct forums){ .rows = NULL };
}

const struct forum *forums_find(const struct forums *f, struct hash id)
{
    for (size_t i = 0; i < f->n; i++) {
        if (hash_equal(f->rows[i].id, id)) {
            return &f->rows[i];
        }
    }
    return NULL;
}
