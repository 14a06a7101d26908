// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Unlocked people and what the exchange asks of them. Read first: node_people.h, common/author/append.h.
#include "node/node_people.h"

#include "common/author/append.h"
#include "common/author/notebook.h"

bool node_people_store_key(const struct safe *safe, struct store_key *out)
{
    for (size_t i = 0; i < LIMIT_PERSONS; i++) {
        if (safe->slots[i].taken) {
            *out = unlocked_store_key(&safe->slots[i]);
            return true;
        }
    }
    return false;
}

// True when her notebook has to begin anew, or a closed one of hers has entries that are to be signed anew.
static enum err is_due(struct state *state, struct pubkey key, bool *due)
{
    struct kv_txn *t = NULL;
    struct notebook n;
    struct stranded stranded[LIMIT_STRANDED];
    size_t count = 0;
    enum err e = kv_begin_read(state_kv(state), &t);
    if (e == OK) {
        e = notebook_get(t, key, &n);
        *due = e == OK && !notebook_goes_on(n.renew);
        e = e == ERR_NOT_FOUND ? OK : e;
    }
    if (e == OK) {
        e = notebook_stranded(t, stranded, &count);
    }
    for (size_t i = 0; i < count; i++) {
        *due = *due || pubkey_equal(stranded[i].journal.key, key);
    }
    kv_abort(t);
    return e;
}

// An append of nothing is how author/ is asked to do it.
static enum err begin(struct state *state, const struct unlocked *u, uint64_t wall_s, struct why *why)
{
    struct author *author = NULL;
    enum err e = author_open(state, u, &author, why);
    if (e == OK) {
        e = author_append(author, wall_s, NULL, 0, NULL, why);
    }
    author_close(author);
    return e;
}

enum err node_people_renew(struct state *state, const struct safe *safe, uint64_t wall_s, size_t *begun,
                           struct why *why)
{
    enum err first = OK;
    *begun = 0;
    for (size_t i = 0; i < LIMIT_PERSONS; i++) {
        const struct unlocked *u = &safe->slots[i];
        bool due = false;
        enum err e = u->taken ? is_due(state, u->person.key, &due) : OK;
        if (e == OK && due) {
            e = begin(state, u, wall_s, why);
            *begun += e == OK;
        }
        first = first == OK ? e : first;
    }
    return first;
}
