// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Reads plans among the entries that came down. Read first: plans.h.
#include "node/desk/plans.h"

#include "common/author/erasing.h"
#include "common/store/leaf.h"
#include "node/desk/roster_here.h"

#include <stdlib.h>
#include <string.h>

static void copy_code(char out[static LIMIT_CODE_BYTES + 1], struct slice code)
{
    CHECK(code.n <= LIMIT_CODE_BYTES);
    memcpy(out, code.p, code.n);
    out[code.n] = '\0';
}

// The row of that forum, a new one when there is none yet.
static struct plan *row_of(struct plans *p, const struct plan *like)
{
    for (size_t i = 0; i < p->n; i++) {
        if (strcmp(p->rows[i].area, like->area) == 0 && strcmp(p->rows[i].code, like->code) == 0) {
            return &p->rows[i];
        }
    }
    p->rows = mem_grow(p->rows, p->n + 1, sizeof *p->rows);
    p->rows[p->n] = (struct plan){ .context = buf_new(LIMIT_DISCLOSURE_BYTES) };
    return &p->rows[p->n++];
}

static void take_context(const struct desk *desk, struct kv_txn *t, uint64_t index, struct buf *out)
{
    struct buf parts = buf_new(LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES);
    struct disclosure d;
    buf_reset(out);
    if (desk->readable && leaf_parts(t, &desk->store_key, index, &parts, NULL) == OK &&
        disclosure_parse(buf_slice(&parts), &d) == VERDICT_GOOD && d.count > 0 &&
        d.parts[0].state == PART_DISCLOSED) {
        buf_put(out, d.parts[0].bytes);
    }
    buf_wipe(&parts);
    buf_done(&parts);
}

// f (NULL: nothing is) says what is erased: that is not shown while it is still here (PROTOCOL 16.3).
static void take(const struct desk *desk, struct kv_txn *t, uint64_t index, const struct entry *e,
                 const struct body *body, const struct erasure *f, struct plans *out)
{
    struct plan p = { .id = e->id, .date = body->as.forum_plan.date };
    copy_code(p.area, body->as.forum_plan.area);
    copy_code(p.code, body->as.forum_plan.code);
    copy_code(p.type, body->as.forum_plan.type);
    struct plan *row = row_of(out, &p);
    p.context = row->context;
    *row = p;
    if (f == NULL || erasure_mask(f, e) == 0) {
        take_context(desk, t, index, &row->context);
    } else {
        buf_reset(&row->context);
    }
}

static int by_date(const void *a, const void *b)
{
    const struct plan *x = a;
    const struct plan *y = b;
    if (x->date != y->date) {
        return x->date < y->date ? -1 : 1;
    }
    const int order = strcmp(x->code, y->code);
    return order != 0 ? order : strcmp(x->area, y->area);
}

// Each is judged by the roster as it was when it came.
static void read_leaves(struct desk *desk, struct kv_txn *t, const struct erasure *f, struct plans *out)
{
    struct entry e;
    struct body body;
    struct leaf_range range = leaf_range_new(t, 0);
    while (leaf_range_next(&range)) {
        if (!range.whole || entry_parse(range.entry.bytes, &e) != VERDICT_GOOD) {
            continue;
        }
        const enum verdict form = kind_parse(&e, &body);
        const enum verdict standing = roster_apply(out->roster, &e, form, &body, range.index);
        if (form == VERDICT_GOOD && body.kind == KIND_FORUM_PLAN && standing == VERDICT_GOOD) {
            take(desk, t, range.index, &e, &body, f, out);
        }
    }
    leaf_range_done(&range);
}

enum err plans_load(struct desk *desk, struct plans *out, struct why *why)
{
    struct plans p = { .rows = NULL };
    struct erasure *f = NULL;
    struct kv_txn *t = NULL;
    enum err e = kv_begin_read(state_kv(desk->state), &t);
    if (e == OK && leaf_redactions(t) > 0) {
        e = erasing_fold(t, state_charter(desk->state), NULL, &f, why);
    }
    if (e == OK) {
        p.roster = roster_new(state_charter(desk->state));
        read_leaves(desk, t, f, &p);
        e = kv_error(t);
    }
    kv_abort(t);
    erasure_free(f);
    if (e != OK) {
        why_set(why, "reading which forums are planned: %s", err_text(e));
        plans_done(&p);
        return e;
    }
    for (size_t i = 0; i < p.n; i++) {
        p.rows[i].mine = desk->who != NULL &&
                         !roster_here_outside(p.roster, desk->who->person.key, slice_text(p.rows[i].area));
    }
    if (p.n > 1) {
        qsort(p.rows, p.n, sizeof *p.rows, by_date);
    }
    *out = p;
    return OK;
}

void plans_done(struct plans *p)
{
    for (size_t i = 0; i < p->n; i++) {
        buf_wipe(&p->rows[i].context);
        buf_done(&p->rows[i].context);
    }
    free(p->rows);
    roster_free(p->roster);
    *p = (struct plans){ .rows = NULL };
}

const struct plan *plans_find(const struct plans *p, struct hash id)
{
    for (size_t i = 0; i < p->n; i++) {
        if (hash_equal(p->rows[i].id, id)) {
            return &p->rows[i];
        }
    }
    return NULL;
}

const struct plan *plans_of(const struct plans *p, const char *area, const char *code)
{
    for (size_t i = 0; i < p->n; i++) {
        if (strcmp(p->rows[i].area, area) == 0 && strcmp(p->rows[i].code, code) == 0) {
            return &p->rows[i];
        }
    }
    return NULL;
}
