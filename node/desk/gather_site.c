// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Folds the notebooks here, those of today last. Read first: gather_site.h.
#include "node/desk/gather_site.h"

// The notebooks that people write in now.
struct current {
    struct notebook notebooks[LIMIT_PERSONS];
    size_t n;
};

static enum err load_current(struct desk *desk, struct current *out)
{
    struct kv_txn *t = NULL;
    enum err e = kv_begin_read(state_kv(desk->state), &t);
    if (e == OK) {
        e = notebook_all(t, out->notebooks, &out->n);
    }
    kv_abort(t);
    return e;
}

static bool is_current(const struct current *c, const struct journal_id *journal)
{
    for (size_t i = 0; i < c->n; i++) {
        if (journal_id_equal(c->notebooks[i].journal, *journal)) {
            return true;
        }
    }
    return false;
}

// Folds the notebooks that are current, or those that are not.
static enum err fold_notebooks(struct desk *desk, const struct current *current, bool wanted, struct forum_fold *f,
                               struct why *why)
{
    struct local *l = NULL;
    struct local_entry e;
    enum err err = local_begin(desk, &l, why);
    if (err != OK) {
        return err;
    }
    while (local_next(l, &e)) {
        if (e.known && e.fate != FATE_REFUSED && e.fate != FATE_REPLACED &&
            is_current(current, &e.at.journal) == wanted) {
            forum_fold_add(f, &e.entry, &e.body);
        }
    }
    return local_end(l, why);
}

// Older notebooks first: that is the order in which they were written.
enum err gather_site(struct desk *desk, struct forum_fold **out, struct why *why)
{
    struct current current = { .n = 0 };
    struct forum_fold *f = forum_fold_new();
    enum err e = load_current(desk, &current);
    if (e == OK) {
        e = fold_notebooks(desk, &current, false, f, why);
    }
    if (e == OK) {
        e = fold_notebooks(desk, &current, true, f, why);
    }
    if (e != OK) {
        forum_fold_free(f);
        return e;
    }
    forum_fold_end(f);
    *out = f;
    return OK;
}
