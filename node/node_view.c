// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The list of views is one small value, written whole. Read first: node_view.h.
#include "node/node_view.h"

#include "common/format/service_keys.h"
#include "common/format/pack.h"
#include "common/store/exchange_state.h"
#include "common/store/store.h"
#include "common/store/succession_store.h"
#include "node/node_bundle.h"
#include "node/node_custody.h"

#define VIEWS "views" // [[size, root, note] …], the oldest first

struct view {
    struct tree_head head;
    struct slice note;
};

struct views {
    size_t n;
    struct view items[LIMIT_VIEWS];
    struct buf bytes; // what the notes borrow
};

// A damaged list is as good as none: the bundles that come by bring what is not compared yet.
static enum err load(struct kv_txn *t, struct views *v)
{
    struct slice value;
    enum err e = store_value_get(t, VIEWS, &value);
    *v = (struct views){ .bytes = buf_new(LIMIT_VIEWS * (LIMIT_BUNDLE_VIEW + 64) + 64) };
    if (e != OK) {
        return e == ERR_NOT_FOUND || e == ERR_CORRUPT ? kv_error(t) : e;
    }
    buf_put(&v->bytes, value);
    struct cursor c = cursor_new(buf_slice(&v->bytes), false);
    const size_t n = cursor_array(&c, LIMIT_VIEWS);
    for (size_t i = 0; i < n && cursor_ok(&c); i++) {
        struct view *w = &v->items[v->n];
        cursor_array_of(&c, 3);
        w->head.size = cursor_uint(&c);
        cursor_bin_fixed(&c, w->head.root.b, sizeof w->head.root.b);
        w->note = cursor_bin(&c);
        v->n += cursor_ok(&c);
    }
    v->n = cursor_done(&c) ? v->n : 0;
    return OK;
}

static enum err save(struct kv_txn *t, const struct views *v)
{
    struct buf out = buf_new(LIMIT_VIEWS * (LIMIT_BUNDLE_VIEW + 64) + 64);
    pack_array(&out, v->n);
    for (size_t i = 0; i < v->n; i++) {
        pack_array(&out, 3);
        pack_uint(&out, v->items[i].head.size);
        pack_bin(&out, SLICE_ARRAY(v->items[i].head.root.b));
        pack_bin(&out, v->items[i].note);
    }
    CHECK(buf_ok(&out));
    store_value_put(t, VIEWS, buf_slice(&out));
    buf_done(&out);
    return kv_error(t);
}

static void remove_at(struct views *v, size_t i)
{
    v->n--;
    for (; i < v->n; i++) {
        v->items[i] = v->items[i + 1];
    }
}

enum err node_view_all(struct kv_txn *t, struct tree_head out[static LIMIT_VIEWS], size_t *n)
{
    struct views v;
    enum err e = load(t, &v);
    for (size_t i = 0; i < v.n; i++) {
        out[i] = v.items[i].head;
    }
    *n = v.n;
    buf_done(&v.bytes);
    return e;
}

enum err node_view_drop(struct kv_txn *t, struct tree_head view)
{
    struct views v;
    enum err e = load(t, &v);
    for (size_t i = v.n; i-- > 0 && e == OK;) {
        if (tree_head_equal(v.items[i].head, view)) {
            remove_at(&v, i);
            e = save(t, &v);
        }
    }
    buf_done(&v.bytes);
    return e;
}

static void put_evidence(struct kv_txn *t, struct tree_head seen, struct slice before, struct slice note)
{
    struct buf value = buf_new(2 * LIMIT_NOTE_BYTES + 256);
    pack_array(&value, 4);
    pack_uint(&value, seen.size);
    pack_bin(&value, SLICE_ARRAY(seen.root.b));
    pack_bin(&value, before);
    pack_bin(&value, note);
    CHECK(buf_ok(&value));
    store_value_put(t, NODE_CONTRADICTION, buf_slice(&value));
    buf_done(&value);
}

enum err node_evidence_put(struct kv_txn *t, struct tree_head seen, struct slice note, const struct tree_head *view)
{
    struct tree_head head;
    struct slice before = { NULL, 0 };
    struct views v = { .n = 0 };
    enum err e = view == NULL ? OK : load(t, &v);
    for (size_t i = 0; i < v.n; i++) {
        note = tree_head_equal(v.items[i].head, *view) ? v.items[i].note : note;
    }
    if (e == OK) {
        e = exchange_checkpoint_get(t, &head, &before);
        e = e == ERR_NOT_FOUND ? OK : e;
    }
    if (e == OK) {
        put_evidence(t, seen, before, note);
        e = kv_error(t);
    }
    buf_done(&v.bytes);
    return e;
}

// Of one size and another root than something signed before: the evidence is kept.
static enum err compare(struct kv_txn *t, const struct views *v, struct tree_head head, struct slice note,
                        enum node_view_fate *fate)
{
    struct tree_head seen = tree_head_empty();
    struct slice known = { NULL, 0 };
    enum err e = exchange_checkpoint_get(t, &seen, &known);
    if (e != OK && e != ERR_NOT_FOUND) {
        return e;
    }
    *fate = tree_head_equal(seen, head) ? VIEW_MET : VIEW_WAITS;
    if (seen.size == head.size && *fate == VIEW_WAITS) {
        *fate = VIEW_CONTRADICTS;
        put_evidence(t, seen, known, note);
    }
    for (size_t i = 0; i < v->n && *fate == VIEW_WAITS; i++) {
        if (v->items[i].head.size == head.size && !tree_head_equal(v->items[i].head, head)) {
            *fate = VIEW_CONTRADICTS;
            put_evidence(t, v->items[i].head, v->items[i].note, note);
        }
    }
    return kv_error(t);
}

static enum err keep(struct kv_txn *t, struct views *v, struct tree_head head, struct slice note, bool *kept)
{
    *kept = true;
    for (size_t i = 0; i < v->n; i++) {
        *kept = *kept && !tree_head_equal(v->items[i].head, head);
    }
    if (!*kept) {
        return OK;
    }
    if (v->n == LIMIT_VIEWS) {
        remove_at(v, 0);
    }
    v->items[v->n++] = (struct view){ .head = head, .note = note };
    return save(t, v);
}

enum err node_view_meet(struct kv *kv, const struct charter *charter, struct slice note, enum node_view_fate *fate,
                        struct why *why)
{
    struct kv_txn *t = NULL;
    struct views v = { .n = 0 };
    struct tree_head head;
    bool kept = false;
    struct service_keys keys;
    *fate = VIEW_NOTHING;
    enum err e = succession_keys(kv, charter, &keys, why);
    if (e != OK || note.n == 0 || note.n > LIMIT_BUNDLE_VIEW ||
        service_checkpoint_verify(&keys, note, &head, NULL) != VERDICT_GOOD || head.size == 0) {
        return e;
    }
    e = kv_begin_write(kv, &t);
    if (e == OK) {
        e = load(t, &v);
    }
    if (e == OK) {
        e = compare(t, &v, head, note, fate);
    }
    if (e == OK && *fate == VIEW_WAITS) {
        e = keep(t, &v, head, note, &kept);
    }
    const bool news = kept || *fate == VIEW_CONTRADICTS;
    if (e == OK && news) {
        e = kv_commit(t);
        t = NULL;
    }
    kv_abort(t);
    if (e == OK && news) {
        e = node_bundle_changed(kv);
    }
    if (e != OK) {
        why_set(why, "comparing what another site was shown: %s", err_text(e));
    }
    buf_done(&v.bytes);
    return e;
}
