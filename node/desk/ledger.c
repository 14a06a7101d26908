// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Headers in memory, journal by journal, and an order over all of them. Read first: ledger.h.
#include "node/desk/ledger.h"

#include "common/store/leaf.h"
#include "common/store/outbox_store.h"
#include "node/desk/outward.h"

#include <stdlib.h>
#include <string.h>

// One journal's rows; row i has the number i, because a journal has no holes but damaged entries.
struct book_journal {
    struct fates_journal stand;
    struct ledger_row *rows;
    size_t n, room;
};

struct ledger_book {
    bool read;                   // what follows fits the store as it was at `number`
    uint64_t number;
    uint64_t leaves;             // that had come down: with others, other answers
    struct fates fates;
    struct book_journal *journals;
    size_t journal_n;
    const struct ledger_row **order;
    size_t order_room;
    struct ledger_forum *forums;
    size_t forum_n;
    uint64_t present;            // rows that the store has under their number
    struct ledger out;
};

struct ledger_book *ledger_new(void)
{
    return mem_new(sizeof(struct ledger_book));
}

static void forget(struct ledger_book *b)
{
    for (size_t i = 0; i < b->journal_n; i++) {
        free(b->journals[i].rows);
    }
    free(b->journals);
    free(b->order);
    free(b->forums);
    fates_done(&b->fates);
    *b = (struct ledger_book){ .read = false };
}

void ledger_free(struct ledger_book *b)
{
    if (b != NULL) {
        forget(b);
        free(b);
    }
}

// --- reading what is new ---

static struct ledger_row *add_row(struct book_journal *j)
{
    if (j->n == j->room) {
        j->room = j->room == 0 ? 64 : 2 * j->room;
        j->rows = mem_grow(j->rows, j->room, sizeof *j->rows);
    }
    struct ledger_row *r = &j->rows[j->n];
    const struct ledger_row *before = j->n == 0 ? NULL : r - 1;
    *r = (struct ledger_row){ .at = { .journal = j->stand.id, .seq = j->n }, .kind = KIND_UNKNOWN };
    r->claimed_s = before == NULL ? 0 : before->claimed_s;
    r->order_s = before == NULL ? 0 : before->order_s;
    j->n++;
    return r;
}

static void add_damaged(struct book_journal *j, struct kv_txn *t)
{
    struct ledger_row *r = add_row(j);
    r->damaged = true;
    if (journal_entry_id(t, &r->at, &r->id) != OK) {
        r->id = (struct hash){ { 0 } };
    }
}

static void copy_code(char out[static LIMIT_CODE_BYTES + 1], struct slice code)
{
    CHECK(code.n <= LIMIT_CODE_BYTES);
    memcpy(out, code.p, code.n);
    out[code.n] = '\0';
}

static void add_forum(struct ledger_book *b, const struct ledger_row *r, const struct body *body)
{
    b->forums = mem_grow(b->forums, b->forum_n + 1, sizeof *b->forums);
    struct ledger_forum *f = &b->forums[b->forum_n++];
    *f = (struct ledger_forum){ .id = r->id, .author = r->at.journal.key };
    copy_code(f->code, body->as.session.code);
    copy_code(f->area, body->as.session.area);
}

static void add_whole(struct ledger_book *b, struct book_journal *j, struct slice bytes)
{
    struct entry e;
    struct body body;
    struct ledger_row *r = add_row(j);
    enum verdict form = entry_parse(bytes, &e);
    CHECK(form == VERDICT_GOOD); // it is whole
    r->id = e.id;
    r->claimed_s = e.claimed_s;
    r->order_s = e.claimed_s > r->order_s ? e.claimed_s : r->order_s;
    if (kind_parse(&e, &body) == VERDICT_GOOD) {
        r->kind = body.kind;
        r->about = e.ref_count > 0 ? entry_ref(&e, 0) : r->about;
        if (body.kind == KIND_SESSION) {
            add_forum(b, r, &body);
        }
    }
}

static enum err read_new(struct ledger_book *b, struct book_journal *j, struct kv_txn *t)
{
    struct journal_range range = journal_range_new(t, &j->stand.id, j->n);
    while (journal_range_next(&range)) {
        b->present++;
        while (j->n < range.at.seq) {
            add_damaged(j, t);
        }
        if (range.whole) {
            add_whole(b, j, range.entry.bytes);
        } else {
            add_damaged(j, t);
        }
    }
    journal_range_done(&range);
    return kv_error(t);
}

static struct book_journal *journal_of(struct ledger_book *b, const struct journal_id *id)
{
    for (size_t i = 0; i < b->journal_n; i++) {
        if (journal_id_equal(b->journals[i].stand.id, *id)) {
            return &b->journals[i];
        }
    }
    b->journals = mem_grow(b->journals, b->journal_n + 1, sizeof *b->journals);
    struct book_journal *j = &b->journals[b->journal_n++];
    *j = (struct book_journal){ .stand = { .id = *id } };
    return j;
}

static enum err read_journals(struct ledger_book *b, struct kv_txn *t)
{
    struct journal_id id;
    enum err e = OK;
    for (bool more = journal_next(t, false, &id); more && e == OK; more = journal_next(t, true, &id)) {
        struct book_journal *j = journal_of(b, &id);
        e = fates_journal(&b->fates, t, &id, &j->stand);
        if (e == OK) {
            e = read_new(b, j, t);
        }
    }
    return e == OK ? kv_error(t) : e;
}

// --- judging ---

static void count_waiting(struct ledger *l, const struct ledger_row *r, struct kv_txn *t, uint64_t carried)
{
    struct slice copy;
    if (r->fate == FATE_WAITING) {
        l->waiting_bytes += outbox_get(t, &r->at, &copy) == OK ? copy.n : 0;
        l->oldest_s = l->oldest_s == 0 || r->claimed_s < l->oldest_s ? r->claimed_s : l->oldest_s;
        if (r->at.seq >= carried) {
            l->alone++;
            l->alone_s = l->alone_s == 0 || r->claimed_s < l->alone_s ? r->claimed_s : l->alone_s;
        }
    }
}

static void count(struct ledger *l, const struct ledger_row *r)
{
    tally_add(&l->entries, r->fate);
    if (r->kind == KIND_CONTRIBUTION || r->damaged) {
        tally_add(&l->shown, r->fate);
    }
}

static enum err judge_journal(struct ledger_book *b, struct book_journal *j, struct kv_txn *t,
                              const struct store_key *key, const struct outward *outward)
{
    struct ledger *l = &b->out;
    const uint64_t carried = outward_next(outward, &j->stand.id);
    for (size_t i = 0; i < j->n; i++) {
        struct ledger_row *r = &j->rows[i];
        r->refusal = 0;
        r->fate = r->damaged ? fates_of_damaged(&b->fates, &j->stand, t, key, r->at.seq, &r->id)
                             : fates_of(&b->fates, &j->stand, r->at.seq, &r->id, &r->refusal);
        r->confirmed = r->at.seq < j->stand.exchange.acked.next && r->at.seq < j->stand.exchange.proven.next;
        count(l, r);
        count_waiting(l, r, t, carried);
        b->order[l->n++] = r;
    }
    return kv_error(t);
}

static int newest_first(const void *a, const void *b)
{
    const struct ledger_row *x = *(const struct ledger_row *const *)a;
    const struct ledger_row *y = *(const struct ledger_row *const *)b;
    if (x->order_s != y->order_s) {
        return x->order_s > y->order_s ? -1 : 1;
    }
    const int journal = journal_id_order(x->at.journal, y->at.journal);
    return journal != 0 ? journal : x->at.seq > y->at.seq ? -1 : 1;
}

// A forum is sealed once its seal, or its author's share of it, was signed here and not refused.
static void judge_forums(struct ledger_book *b)
{
    for (size_t i = 0; i < b->forum_n; i++) {
        b->forums[i].sealed = false;
    }
    for (size_t i = 0; i < b->out.n; i++) {
        const struct ledger_row *r = b->order[i];
        const bool seal = r->kind == KIND_SESSION_SEAL || r->kind == KIND_SHARE_SEAL;
        for (size_t k = 0; seal && r->fate != FATE_REFUSED && r->fate != FATE_REPLACED && k < b->forum_n; k++) {
            b->forums[k].sealed = b->forums[k].sealed || hash_equal(b->forums[k].id, r->about);
        }
    }
}

static enum err judge(struct ledger_book *b, struct kv_txn *t, const struct store_key *key)
{
    struct outward outward;
    size_t n = 0;
    b->out = (struct ledger){ .n = 0 };
    for (size_t i = 0; i < b->journal_n; i++) {
        n += b->journals[i].n;
    }
    if (n > b->order_room) {
        b->order_room = 2 * n;
        b->order = mem_grow(b->order, b->order_room, sizeof *b->order);
    }
    enum err e = outward_get(t, &outward);
    for (size_t i = 0; i < b->journal_n && e == OK; i++) {
        e = judge_journal(b, &b->journals[i], t, key, &outward);
    }
    if (e != OK) {
        return e;
    }
    if (n > 0) {
        qsort(b->order, n, sizeof *b->order, newest_first);
    }
    judge_forums(b);
    const uint64_t counted = journal_count(t);
    b->out.hidden = counted > b->present ? counted - b->present : 0;
    b->out.bundle_s = outward.at_s;
    b->out.rows = b->order;
    b->out.forums = b->forums;
    b->out.forum_n = b->forum_n;
    return OK;
}

static enum err refresh(struct ledger_book *b, struct desk *desk, struct kv_txn *t, struct why *why)
{
    const uint64_t leaves = leaf_count(t);
    const bool same = b->read && leaves == b->leaves;
    if (!same) {
        fates_done(&b->fates);
    }
    enum err e = same ? fates_reload(t, &b->fates) : fates_load(desk, t, &b->fates, why);
    if (e == OK) {
        e = read_journals(b, t);
    }
    if (e == OK) {
        e = judge(b, t, desk->readable ? &desk->store_key : NULL);
    }
    b->leaves = leaves;
    b->number = kv_txn_number(t);
    return e;
}

enum err ledger_look(struct ledger_book *b, struct desk *desk, struct ledger *out, struct why *why)
{
    struct kv_txn *t = NULL;
    struct why below = { "" };
    if (b->read && kv_number(state_kv(desk->state)) == b->number) {
        *out = b->out;
        return OK;
    }
    enum err e = kv_begin_read(state_kv(desk->state), &t);
    if (e == OK) {
        e = refresh(b, desk, t, &below);
    }
    kv_abort(t);
    if (e != OK) {
        forget(b);
        why_set(why, "reading what was saved here: %s", below.text[0] != '\0' ? below.text : err_text(e));
        return e;
    }
    b->read = true;
    *out = b->out;
    return OK;
}

// --- looking up ---

const struct ledger_row *ledger_find(const struct ledger *l, struct hash id)
{
    for (size_t i = 0; i < l->n; i++) {
        if (hash_equal(l->rows[i]->id, id)) {
            return l->rows[i];
        }
    }
    return NULL;
}

const struct ledger_forum *ledger_forum(const struct ledger *l, struct hash id)
{
    for (size_t i = 0; i < l->forum_n; i++) {
        if (hash_equal(l->forums[i].id, id)) {
            return &l->forums[i];
        }
    }
    return NULL;
}
