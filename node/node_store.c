// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the core must know: journals at a start, and what stands here where a message speaks of it.
// Writing is in node_apply.c, ranges in node_range.c.
#include "node/node_store.h"

#include "common/author/destroyed.h"
#include "common/author/notebook.h"
#include "common/format/custody.h"
#include "common/format/kinds.h"
#include "common/store/blob.h"
#include "common/store/exchange_state.h"
#include "common/store/journal.h"
#include "common/store/leaf.h"
#include "common/store/lost.h"
#include "common/store/store.h"
#include "node/node_custody.h"
#include "node/node_view.h"

#include <stdlib.h>

// --- start ---
static enum err first_refused(struct kv_txn *t, struct node_journal *j)
{
    struct refused_range r = refused_range_new(t, &j->local.journal);
    uint64_t lost = UINT64_MAX;
    if (refused_range_next(&r)) {
        j->refused = true;
        j->refused_seq = r.refused.refusal.seq;
        j->refused_code = r.refused.refusal.code;
    }
    refused_range_done(&r);
    enum err e = lost_first(t, &j->local.journal, j->received, &lost);
    if (e == OK && lost != UINT64_MAX && (!j->refused || lost < j->refused_seq)) {
        j->refused = true;
        j->refused_seq = lost;
        j->refused_code = VERDICT_GOOD; // nobody refused it: the disk lost it
    }
    return e;
}

static enum err read_journal(struct kv_txn *t, const struct journal_id *id, struct node_journal *out)
{
    struct exchange_journal x;
    struct notebook current;
    struct node_journal j = { 0 };
    enum err e = journal_head(t, id, &j.local);
    if (e == OK) {
        e = exchange_journal_get(t, id, &x);
    }
    if (e == OK) {
        j.received = x.acked.next;
        j.received_head = x.acked.head;
        j.confirmed = x.proven.next;
        e = first_refused(t, &j);
    }
    if (e == OK) {
        e = notebook_get(t, id->key, &current);
        j.current = e == OK && notebook_goes_on(current.renew) && journal_id_equal(current.journal, *id);
        e = e == ERR_NOT_FOUND ? OK : e;
    }
    if (e == OK) {
        *out = j;
    }
    return e;
}

static bool finished(const struct node_journal *j)
{
    return !j->current && (j->refused || j->confirmed == j->local.next);
}

// A journal with what decides its place: unfinished ones first; then as people began here; of one person's, the
// present one last.
struct placed {
    struct node_journal j;
    size_t person;
};

static int by_place(const void *a, const void *b)
{
    const struct placed *x = a;
    const struct placed *y = b;
    int order = (int)finished(&x->j) - (int)finished(&y->j);
    if (order == 0) {
        order = (x->person > y->person) - (x->person < y->person);
    }
    if (order == 0) {
        order = (int)x->j.current - (int)y->j.current;
    }
    return order != 0 ? order : journal_id_order(x->j.local.journal, y->j.local.journal);
}

static size_t rank_of(const struct notebook *books, size_t n, struct pubkey key)
{
    size_t i = 0;
    while (i < n && !pubkey_equal(books[i].journal.key, key)) {
        i++;
    }
    return i;
}

static enum err read_journals(struct kv_txn *t, struct arena *arena, struct node_start *out)
{
    struct notebook books[LIMIT_PERSONS];
    size_t book_count = 0;
    struct journal_id id;
    size_t n = 0;
    for (bool more = journal_next(t, false, &id); more; more = journal_next(t, true, &id)) {
        n++;
    }
    struct placed *placed = arena_take(arena, n * sizeof *placed);
    struct node_journal *journals = arena_take(arena, n * sizeof *journals);
    if (journals == NULL || placed == NULL) {
        return ERR_TOO_BIG;
    }
    enum err e = notebook_all(t, books, &book_count);
    size_t i = 0;
    for (bool more = journal_next(t, false, &id); more && i < n && e == OK; more = journal_next(t, true, &id)) {
        placed[i].person = rank_of(books, book_count, id.key);
        e = read_journal(t, &id, &placed[i++].j);
    }
    if (e == OK) {
        e = kv_error(t);
    }
    if (e == OK && n > 0) {
        qsort(placed, n, sizeof *placed, by_place);
    }
    for (i = 0; i < n; i++) {
        journals[i] = placed[i].j;
    }
    out->journals = journals;
    out->count = n < LIMIT_HEADS ? n : LIMIT_HEADS;
    return e;
}

static enum err read_destroyed(struct kv_txn *t, struct arena *arena, struct node_start *out)
{
    struct destroyed *d = arena_take(arena, sizeof *d);
    if (d == NULL) {
        return ERR_TOO_BIG;
    }
    enum err e = destroyed_get(t, d);
    out->destroyed = d->heads;
    out->destroyed_count = d->count;
    return e;
}

enum err node_store_start(struct kv *kv, struct arena *arena, struct node_start *out, struct why *why)
{
    struct kv_txn *t = NULL;
    struct slice note;
    struct node_start s = { .seen = tree_head_empty() };
    enum err e = kv_begin_read(kv, &t);
    if (e == OK) {
        e = read_journals(t, arena, &s);
    }
    if (e == OK) {
        e = exchange_checkpoint_get(t, &s.seen, &note);
        e = e == ERR_NOT_FOUND ? OK : e;
    }
    if (e == OK) {
        e = exchange_down_get(t, &s.down_cursor);
    }
    if (e == OK) {
        e = node_view_all(t, s.views, &s.view_count);
    }
    if (e == OK) {
        e = store_value_get(t, NODE_CONTRADICTION, &note);
        s.contradicted = e == OK;
        e = e == ERR_NOT_FOUND ? OK : e;
    }
    if (e == OK) {
        e = read_destroyed(t, arena, &s);
    }
    kv_abort(t);
    if (e != OK) {
        why_set(why, "reading what this device has exchanged so far: %s", err_text(e));
        return e;
    }
    *out = s;
    return OK;
}

// --- facts ---
static enum err fact_at(struct kv_txn *t, const struct journal_id *journal, uint64_t seq, struct node_fact *out,
                        struct hash *bytes_hash)
{
    struct position at = { .journal = *journal, .seq = seq };
    struct stored stored;
    enum err e = journal_entry_id(t, &at, &out->id);
    out->here = e == OK;
    if (out->here && bytes_hash != NULL) {
        *bytes_hash = journal_get(t, &at, &stored, NULL) == OK ? hash_of(stored.bytes) : (struct hash){ { 0 } };
    }
    return e == ERR_NOT_FOUND ? OK : e;
}

static enum err facts_of_welcome(struct kv_txn *t, const struct msg_welcome *m, struct node_fact *at)
{
    enum err e = OK;
    for (size_t i = 0; i < m->head_count && e == OK; i++) {
        if (m->heads[i].next > 0) {
            e = fact_at(t, &m->heads[i].journal, m->heads[i].next - 1, &at[i], NULL);
        }
    }
    return e;
}

static enum err facts_of_ack(struct kv_txn *t, const struct msg_ack *m, struct node_fact *at, struct node_facts *out)
{
    struct exchange_journal x;
    enum err e = fact_at(t, &m->journal, m->next - 1, at, NULL);
    if (e != OK || !at->here) {
        return e;
    }
    e = exchange_journal_get(t, &m->journal, &x);
    if (e == OK && m->next > x.acked.next) {
        e = node_custody_extend(t, &m->journal, m->next, m->root, &x.custody);
        out->has_custody = e == OK;
        out->custody = merkle_root(&x.custody);
        e = e == ERR_CORRUPT && kv_error(t) == OK ? OK : e; // too much is damaged here to check what the hub says
    }
    return e;
}

// A grant for key among what has come down.
static enum err find_grant(struct kv_txn *t, struct pubkey key, bool *found)
{
    struct leaf_range r = leaf_range_new(t, 0);
    *found = false;
    while (!*found && leaf_range_next(&r)) {
        struct entry e;
        struct body body;
        *found = r.whole && entry_parse(r.entry.bytes, &e) == VERDICT_GOOD && kind_of(e.kind) == KIND_GRANT &&
                 kind_parse(&e, &body) == VERDICT_GOOD && pubkey_equal(body.as.grant.key, key);
    }
    leaf_range_done(&r);
    return kv_error(t);
}

static enum err facts_of_refuse(struct kv_txn *t, const struct msg_refuse *m, struct node_fact *at,
                                struct node_facts *out)
{
    enum err e = fact_at(t, &m->journal, m->seq, at, &out->received);
    return e == OK && m->code == VERDICT_NOT_ENROLLED ? find_grant(t, m->journal.key, &out->accredited) : e;
}

static bool shows_what_it_says(const struct entry *e, struct slice bytes)
{
    struct disclosure d;
    if (bytes.n == 0) {
        return true;
    }
    if (disclosure_parse(bytes, &d) != VERDICT_GOOD || d.count != e->part_count) {
        return false;
    }
    if (d.has_seed) {
        disclosure_derive(&d, e->parts);
    }
    return disclosure_check(&d, &e->place, e->parts, e->part_count) == VERDICT_GOOD;
}

static void facts_of_down(struct hash consultation, const struct msg_down *m, struct node_fact *at)
{
    for (size_t i = 0; i < m->count; i++) {
        struct entry e;
        if (entry_parse(m->entries[i].entry, &e) == VERDICT_GOOD && entry_verify(&e, consultation) == VERDICT_GOOD &&
            shows_what_it_says(&e, m->entries[i].disclosure)) {
            at[i] = (struct node_fact){ .here = true, .id = e.id };
        }
    }
}

static size_t facts_wanted(const struct msg *m)
{
    switch (m->type) {
    case MSG_WELCOME:
        return m->as.welcome.head_count;
    case MSG_DOWN:
        return m->as.down.count;
    case MSG_ACK:
    case MSG_PROOF:
    case MSG_REFUSE:
    case MSG_HELD:
        return 1;
    case MSG_HELLO:
    case MSG_ENTRIES:
    case MSG_DOWN_ACK:
    case MSG_WANT:
    case MSG_CHUNK:
    case MSG_CARRY:
    case MSG_CARRIED:
    case MSG_KEYS:
    case MSG_ERROR:
        break;
    }
    return 0;
}

enum err node_store_facts(struct kv *kv, struct hash consultation, const struct msg *m, struct arena *arena,
                          struct node_facts *out, struct why *why)
{
    struct node_facts f = { .count = facts_wanted(m) };
    struct node_fact *at = arena_take(arena, f.count * sizeof *at);
    struct kv_txn *t = NULL;
    if (at == NULL) {
        return ERR_TOO_BIG;
    }
    f.at = at;
    enum err e = kv_begin_read(kv, &t);
    if (e == OK && m->type == MSG_WELCOME) {
        e = facts_of_welcome(t, &m->as.welcome, at);
    } else if (e == OK && m->type == MSG_ACK) {
        e = facts_of_ack(t, &m->as.ack, at, &f);
    } else if (e == OK && m->type == MSG_PROOF) {
        e = fact_at(t, &m->as.proof.journal, m->as.proof.seq, at, NULL);
    } else if (e == OK && m->type == MSG_REFUSE) {
        e = facts_of_refuse(t, &m->as.refuse, at, &f);
    } else if (e == OK && m->type == MSG_HELD) {
        struct blob b;
        at->here = blob_look(t, m->as.held.root, &b) == OK;
        e = kv_error(t);
    } else if (e == OK && m->type == MSG_DOWN) {
        facts_of_down(consultation, &m->as.down, at);
    }
    kv_abort(t);
    if (e != OK) {
        why_set(why, "looking up what the hub speaks of: %s", err_text(e));
        return e;
    }
    *out = f;
    return OK;
}
