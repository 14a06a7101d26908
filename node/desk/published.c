// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Finds what was published. Read first: published.h.
#include "node/desk/published.h"

#include "common/format/roster.h"
#include "common/store/leaf.h"
#include "node/desk/local.h"

static bool publishes(const struct body *body)
{
    return body->kind == KIND_GUIDE || body->kind == KIND_CODEBOOK;
}

static void give(published_fn *take, void *to, const struct entry *e, const struct body *body,
                 const struct disclosure *d)
{
    const struct publication p = { .kind = body->kind, .version = body->as.guide.version, .id = e->id,
                                   .content = d->count > 0 ? d->parts[0].bytes : slice_of(NULL, 0) };
    take(to, &p);
}

// Reads the leaves in their order, with the roster as it was at each.
static void read_leaves(struct desk *desk, struct kv_txn *t, published_fn *take, void *to)
{
    struct entry e;
    struct body body;
    struct disclosure d;
    struct roster *roster = roster_new(state_charter(desk->state));
    struct buf parts = buf_new(LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES);
    struct leaf_range range = leaf_range_new(t, 0);
    while (leaf_range_next(&range)) {
        if (entry_parse(range.entry.bytes, &e) != VERDICT_GOOD) {
            continue;
        }
        const enum verdict form = kind_parse(&e, &body);
        const enum verdict standing = roster_apply(roster, &e, form, &body, range.index);
        buf_wipe(&parts);
        if (form == VERDICT_GOOD && publishes(&body) && standing == VERDICT_GOOD &&
            leaf_parts(t, &desk->store_key, range.index, &parts, NULL) == OK &&
            disclosure_parse(buf_slice(&parts), &d) == VERDICT_GOOD) {
            give(take, to, &e, &body, &d);
        }
    }
    leaf_range_done(&range);
    buf_done(&parts);
    roster_free(roster);
}

static enum err read_own(struct desk *desk, published_fn *take, void *to, struct why *why)
{
    struct local *l = NULL;
    struct local_entry e;
    struct disclosure d;
    enum err err = local_begin(desk, &l, why);
    if (err != OK) {
        return err;
    }
    while (local_next(l, &e)) {
        const bool counts = e.known && publishes(&e.body) && e.fate != FATE_REFUSED && e.fate != FATE_REPLACED;
        if (counts && local_parts(l, &d, NULL) == OK) {
            give(take, to, &e.entry, &e.body, &d);
        }
    }
    return local_end(l, why);
}

enum err published_read(struct desk *desk, bool own, published_fn *take, void *to, struct why *why)
{
    struct kv_txn *t = NULL;
    if (!desk->readable) {
        return OK;
    }
    enum err e = kv_begin_read(state_kv(desk->state), &t);
    if (e == OK) {
        read_leaves(desk, t, take, to);
        e = kv_error(t);
    }
    kv_abort(t);
    if (e != OK) {
        why_set(why, "reading the guide and the codebook: %s", err_text(e));
        return e;
    }
    return own ? read_own(desk, take, to, why) : OK;
}

struct looking {
    enum kind kind;
    struct published_last *out;
};

static void look(void *to, const struct publication *p)
{
    const struct looking *x = to;
    if (p->kind == x->kind && p->version >= x->out->version) {
        x->out->version = p->version;
        x->out->id = p->id;
        buf_reset(&x->out->content);
        buf_put(&x->out->content, p->content);
    }
}

enum err published_last(struct desk *desk, enum kind kind, struct published_last *out, struct why *why)
{
    *out = (struct published_last){ .content = buf_new(LIMIT_DISCLOSURE_BYTES) };
    struct looking x = { .kind = kind, .out = out };
    return published_read(desk, true, look, &x, why);
}
