// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Forums and counts, gathered in one pass over the journals. Read first: forums.h.
#include "tools/baraza/forums.h"

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
    *row = (struct forum){ .id = e->entry.id, .claimed_s = e->entry.claimed_s, .fate = e->fate };
    copy_code(row->code, e->body.as.session.code);
    copy_code(row->area, e->body.as.session.area);
    copy_code(row->type, e->body.as.session.type);
}

static void take_contribution(struct forums *f, const struct local_entry *e)
{
    struct hash session = entry_ref(&e->entry, 0);
    tally_add(&f->contributions, e->fate);
    for (size_t i = f->n; i-- > 0;) {
        if (hash_equal(f->rows[i].id, session)) {
            tally_add(&f->rows[i].tally, e->fate);
            return;
        }
    }
}

enum err forums_load(struct work *w, struct forums *out, struct why *why)
{
    struct local *l = NULL;
    struct local_entry e;
    struct forums f = { .rows = NULL };
    enum err err = local_begin(w, &l, why);
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
            take_contribution(&f, &e);
        }
    }
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
