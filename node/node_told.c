// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// One small value, [[site, upto, root] …], written whole. Read first: node_told.h.
#include "node/node_told.h"

#include "common/base/fault.h"
#include "common/format/kinds.h"
#include "common/format/merkle.h"
#include "common/format/pack.h"
#include "common/store/exchange_state.h"
#include "common/store/leaf.h"
#include "common/store/store.h"

#define TOLD "told"
#define TOLD_BYTES (LIMIT_VIEWS * 80 + 16)

struct others {
    size_t n;
    struct node_told_other items[LIMIT_VIEWS]; // the oldest first
};

// A damaged list is as good as none: the next bundles of those sites say it again.
static enum err load(struct kv_txn *t, struct others *o)
{
    struct slice value;
    enum err e = store_value_get(t, TOLD, &value);
    *o = (struct others){ .n = 0 };
    if (e != OK) {
        return e == ERR_NOT_FOUND || e == ERR_CORRUPT ? kv_error(t) : e;
    }
    struct cursor c = cursor_new(value, false);
    o->n = cursor_array(&c, LIMIT_VIEWS);
    for (size_t i = 0; i < o->n; i++) {
        struct node_told_other *x = &o->items[i];
        cursor_array_of(&c, 3);
        cursor_bin_fixed(&c, x->site.b, sizeof x->site.b);
        x->told.any = true;
        x->told.upto = cursor_uint(&c);
        cursor_bin_fixed(&c, x->told.root.b, sizeof x->told.root.b);
    }
    o->n = cursor_done(&c) ? o->n : 0;
    return OK;
}

static enum err save(struct kv_txn *t, const struct others *o)
{
    struct buf out = buf_new(TOLD_BYTES);
    pack_array(&out, o->n);
    for (size_t i = 0; i < o->n; i++) {
        pack_array(&out, 3);
        pack_bin(&out, SLICE_ARRAY(o->items[i].site.b));
        pack_uint(&out, o->items[i].told.upto);
        pack_bin(&out, SLICE_ARRAY(o->items[i].told.root.b));
    }
    CHECK(buf_ok(&out));
    store_value_put(t, TOLD, buf_slice(&out));
    buf_done(&out);
    return kv_error(t);
}

static bool is_control(const struct entry *e)
{
    const enum kind kind = kind_of(e->kind);
    return kind != KIND_UNKNOWN && kind_info(kind)->control;
}

static struct hash told_leaf(uint64_t index, struct hash id)
{
    uint8_t bytes[8 + sizeof id.b];
    struct buf leaf = buf_over(bytes, sizeof bytes);
    buf_put_u64be(&leaf, index);
    buf_put(&leaf, SLICE_ARRAY(id.b));
    return merkle_leaf(buf_slice(&leaf));
}

enum err node_told_here(struct kv_txn *t, uint64_t upto, struct bundle_told *out)
{
    struct merkle_frontier f = { .size = 0 };
    struct entry entry;
    uint64_t read = 0;
    bool whole = true;
    *out = (struct bundle_told){ .any = false };
    enum err e = exchange_down_get(t, &read);
    if (e != OK || read == 0) {
        return e;
    }
    const uint64_t end = upto < read ? upto : read;
    struct leaf_range range = leaf_range_new(t, 0);
    while (whole && leaf_range_next(&range) && range.index < end) {
        whole = range.whole && entry_parse(range.entry.bytes, &entry) == VERDICT_GOOD;
        if (whole && is_control(&entry)) {
            (void)merkle_append(&f, told_leaf(range.index, range.entry.id), NULL);
        }
    }
    leaf_range_done(&range);
    if (whole && kv_error(t) == OK) {
        *out = (struct bundle_told){ .any = true, .upto = end, .root = merkle_root(&f) };
    }
    return kv_error(t);
}

// *comparable: this site has read as far as the other had, and nothing of it is damaged.
static enum err compare(struct kv_txn *t, const struct bundle_told *other, bool *comparable, bool *same)
{
    struct bundle_told here;
    enum err e = node_told_here(t, other->upto, &here);
    *comparable = e == OK && here.any && here.upto == other->upto;
    *same = *comparable && (hash_equal(here.root, other->root) || FAULT(REVOCATION_WITHHELD));
    return e;
}

// Puts x in the place of what was known of its site, else at the end; the oldest makes room.
static void put(struct others *o, const struct node_told_other *x, bool keep)
{
    size_t n = 0;
    for (size_t i = 0; i < o->n; i++) {
        if (!boxkey_equal(o->items[i].site, x->site)) {
            o->items[n++] = o->items[i];
        }
    }
    o->n = n;
    if (keep && o->n == LIMIT_VIEWS) {
        o->n--;
        for (size_t i = 0; i < o->n; i++) {
            o->items[i] = o->items[i + 1];
        }
    }
    if (keep) {
        o->items[o->n++] = *x;
    }
}

enum err node_told_meet(struct kv *kv, const struct node_told_other *other, bool *differs, struct why *why)
{
    struct kv_txn *t = NULL;
    struct others o;
    bool comparable = false;
    bool same = false;
    *differs = false;
    if (!other->told.any) {
        return OK;
    }
    enum err e = kv_begin_write(kv, &t);
    if (e != OK) {
        return e;
    }
    e = load(t, &o);
    if (e == OK) {
        e = compare(t, &other->told, &comparable, &same);
    }
    if (e == OK) {
        put(&o, other, !same);
        e = save(t, &o);
    }
    if (e != OK) {
        kv_abort(t);
        why_set(why, "comparing what two sites were told: %s", err_text(e));
        return e;
    }
    *differs = comparable && !same;
    return kv_commit(t);
}

enum err node_told_differs(struct kv_txn *t, struct boxkey out[static LIMIT_VIEWS], size_t *n)
{
    struct others o;
    enum err e = load(t, &o);
    *n = 0;
    for (size_t i = 0; e == OK && i < o.n; i++) {
        bool comparable = false;
        bool same = false;
        e = compare(t, &o.items[i].told, &comparable, &same);
        if (e == OK && comparable && !same) {
            out[(*n)++] = o.items[i].site;
        }
    }
    return e;
}
