// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What grew in a store. Read first: node_watch.h.
#include "node/node_watch.h"

#include "common/author/notebook.h"
#include "common/store/journal.h"

#include <stdlib.h>

struct node_watch {
    struct kv *kv;
    bool looked;
    uint64_t number;           // of the transaction up to which it has seen
    struct node_grown *known;  // all journals
    size_t known_count;
    struct node_grown *grown;  // as many places as known
    size_t grown_count;
};

struct node_watch *node_watch_open(struct kv *kv)
{
    struct node_watch *w = mem_new(sizeof *w);
    w->kv = kv;
    return w;
}

void node_watch_close(struct node_watch *w)
{
    if (w != NULL) {
        free(w->known);
        free(w->grown);
        free(w);
    }
}

bool node_watch_stirred(const struct node_watch *w)
{
    return !w->looked || kv_number(w->kv) != w->number;
}

static enum err read_one(struct kv_txn *t, const struct journal_id *id, struct node_grown *out)
{
    struct notebook notebook;
    enum err e = journal_head(t, id, &out->local);
    if (e == OK) {
        e = notebook_get(t, id->key, &notebook);
        out->current = e == OK && notebook_goes_on(notebook.renew) && journal_id_equal(notebook.journal, *id);
        e = e == ERR_NOT_FOUND ? OK : e;
    }
    return e;
}

static bool same(const struct node_grown *a, const struct node_grown *b)
{
    return a->local.next == b->local.next && a->current == b->current && hash_equal(a->local.head, b->local.head);
}

// Keeps what one journal is now; what is new of it is offered. Journals come in the order of their names, and none
// ever disappears, so place i of what is known is this one or a later one.
static void compare(struct node_watch *w, size_t i, const struct node_grown *now)
{
    bool known = i < w->known_count && journal_id_equal(w->known[i].local.journal, now->local.journal);
    if (!known) {
        w->known = mem_grow(w->known, w->known_count + 1, sizeof *w->known);
        w->grown = mem_grow(w->grown, w->known_count + 1, sizeof *w->grown);
        memmove(&w->known[i + 1], &w->known[i], (w->known_count - i) * sizeof *w->known);
        w->known_count++;
    }
    if (!known || !same(&w->known[i], now)) {
        w->grown[w->grown_count++] = *now;
    }
    w->known[i] = *now;
}

enum err node_watch_look(struct node_watch *w, const struct node_grown **grown, size_t *n)
{
    struct kv_txn *t = NULL;
    struct journal_id id;
    struct node_grown now;
    size_t i = 0;
    w->grown_count = 0;
    enum err e = kv_begin_read(w->kv, &t);
    if (e != OK) {
        return e;
    }
    uint64_t number = kv_txn_number(t);
    for (bool more = journal_next(t, false, &id); more && e == OK; more = journal_next(t, true, &id)) {
        e = read_one(t, &id, &now);
        if (e == OK) {
            compare(w, i++, &now);
        }
    }
    enum err end = kv_commit(t);
    e = e == OK ? end : e;
    w->looked = e == OK;
    if (e != OK) {
        w->known_count = 0; // what was compared but not offered is offered next time
        return e;
    }
    w->number = number;
    *grown = w->grown;
    *n = w->grown_count;
    return OK;
}
