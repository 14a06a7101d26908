// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Damage at a site: what can travel all the same, what is lost, what comes again. Read first: mend.h.
#include "common/author/mend.h"

#include "common/author/destroyed.h"
#include "common/author/notebook.h"
#include "common/format/entry.h"
#include "common/format/part.h"
#include "common/store/exchange_state.h"
#include "common/store/journal.h"
#include "common/store/leaf.h"
#include "common/store/outbox_store.h"

#include <stdlib.h>

// --- one entry ---

static bool copy_travels(struct kv_txn *t, const struct position *at)
{
    struct slice record;
    struct unlock_id unlock;
    struct hash id;
    struct position before = { at->journal, at->seq - 1, at->branch };
    return outbox_get(t, at, &record) == OK && outbox_parse(record, &unlock) &&
           outbox_key_here(t, unlock) && journal_entry_id(t, at, &id) == OK &&
           (at->seq == 0 || journal_entry_id(t, &before, &id) == OK);
}

static bool itself_travels(struct kv_txn *t, const struct store_key *key, const struct position *at)
{
    struct stored stored;
    struct entry e;
    if (journal_get(t, at, &stored, NULL) != OK || entry_parse(stored.bytes, &e) != VERDICT_GOOD) {
        return false;
    }
    if (key == NULL || e.part_count == 0) {
        return true;
    }
    struct buf parts = buf_new(LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES);
    struct disclosure d;
    bool good = journal_parts(t, key, at, &parts, NULL) == OK &&
                disclosure_parse(buf_slice(&parts), &d) == VERDICT_GOOD && d.count == e.part_count;
    buf_wipe(&parts);
    buf_done(&parts);
    return good;
}

bool mend_travels(struct kv_txn *t, const struct store_key *key, const struct position *at)
{
    return copy_travels(t, at) || itself_travels(t, key, at);
}

// When an entry was written: by its own header, or about when the nearest one before it was.
static uint64_t claimed(struct kv_txn *t, const struct position *at)
{
    struct position p = *at;
    for (int back = 0; back < 64; back++) {
        struct stored stored;
        struct entry e;
        if (journal_get(t, &p, &stored, NULL) == OK && entry_parse(stored.bytes, &e) == VERDICT_GOOD) {
            return e.claimed_s;
        }
        if (p.seq-- == 0) {
            break;
        }
    }
    return 0;
}

enum err mend_lose(struct kv_txn *t, const struct position *at, uint64_t wall_s, struct lost *out)
{
    struct stored stored;
    enum err e = lost_get(t, at, out);
    if (e != ERR_NOT_FOUND) {
        return e;
    }
    struct lost lost = { .at = *at, .found_s = wall_s, .claimed_s = claimed(t, at) };
    if (journal_entry_id(t, at, &lost.id) != OK) {
        lost.id = (struct hash){ { 0 } };
    }
    lost.words = journal_get(t, at, &stored, NULL) == OK;
    lost_put(t, &lost);
    *out = lost;
    return kv_error(t);
}

// --- what is to be done ---

struct mending {
    struct kv_txn *t;
    const struct store_key *key;
    uint64_t wall_s;
    bool write;      // do it; else only look whether there is anything to do
    bool any;
    struct mended found;
};

// The journal ends at seq: what follows is signed anew by its author, in the notebook she goes on in.
static enum err end_journal(struct kv_txn *t, const struct journal_id *journal, uint64_t seq)
{
    struct notebook n;
    const struct stranded s = { .journal = *journal, .from = seq };
    enum err e = notebook_get(t, journal->key, &n);
    if (e == ERR_NOT_FOUND) {
        return OK; // nobody who writes here
    }
    if (e == OK && journal_id_equal(n.journal, *journal)) {
        if (!notebook_goes_on(n.renew) && n.renew != NOTEBOOK_RESTORED) {
            return OK; // it ends before, at a refused entry
        }
        n.renew = NOTEBOOK_REFUSED;
        n.from = seq;
        return notebook_put(t, &n);
    }
    return e == OK ? notebook_strand(t, &s) : e;
}

static enum err lose(struct mending *m, const struct position *at)
{
    struct lost lost;
    m->any = true;
    m->found.lost++;
    if (!m->write) {
        return OK;
    }
    enum err e = mend_lose(m->t, at, m->wall_s, &lost);
    return e == OK ? end_journal(m->t, &at->journal, at->seq) : e;
}

static enum err first_refused(struct kv_txn *t, const struct journal_id *journal, uint64_t *seq)
{
    struct refused_range r = refused_range_new(t, journal);
    *seq = refused_range_next(&r) ? r.refused.refusal.seq : UINT64_MAX;
    refused_range_done(&r);
    return kv_error(t);
}

// What of a journal is on its way to the hub: from what was acknowledged to its end, or to where it ends already.
static enum err mend_journal(struct mending *m, const struct journal_id *journal)
{
    struct journal_head head;
    struct exchange_journal x;
    uint64_t refused = UINT64_MAX;
    uint64_t lost = UINT64_MAX;
    enum err e = journal_head(m->t, journal, &head);
    if (e == OK) {
        e = exchange_journal_get(m->t, journal, &x);
    }
    if (e == ERR_CORRUPT && kv_error(m->t) == OK) { // what was acknowledged is asked for again
        m->any = true;
        m->found.removed++;
        x = (struct exchange_journal){ .note = { NULL, 0 } };
        if (m->write) {
            exchange_journal_put(m->t, journal, &x);
        }
        e = OK;
    }
    if (e == OK) {
        e = first_refused(m->t, journal, &refused);
    }
    if (e == OK) {
        e = lost_first(m->t, journal, x.acked.next, &lost);
    }
    uint64_t end = refused < head.next ? refused : head.next;
    end = lost < end ? lost : end;
    for (uint64_t seq = x.acked.next; seq < end && e == OK; seq++) {
        struct position at = { .journal = *journal, .seq = seq };
        struct stored stored;
        if (mend_travels(m->t, m->key, &at)) {
            continue;
        }
        // Where the tree hides entries, one that is not there may yet be found: baraza salvage.
        if (!m->found.hidden || journal_get(m->t, &at, &stored, NULL) != ERR_NOT_FOUND) {
            e = lose(m, &at);
        }
        break;
    }
    return e == OK ? kv_error(m->t) : e;
}

static enum err mend_journals(struct mending *m)
{
    struct journal_id *all = NULL;
    size_t n = 0;
    struct journal_id id;
    for (bool more = journal_next(m->t, false, &id); more; more = journal_next(m->t, true, &id)) {
        all = mem_grow(all, n + 1, sizeof *all); // no range may be open while its database changes
        all[n++] = id;
    }
    struct destroyed destroyed;
    enum err e = destroyed_get(m->t, &destroyed);
    for (size_t i = 0; i < n && e == OK; i++) {
        // Whose keys were destroyed has lost nothing by damage, and signs nothing anew.
        e = destroyed_has(&destroyed, all[i].key) ? OK : mend_journal(m, &all[i]);
    }
    free(all);
    return e;
}

// What came down and is damaged comes again, once the hub is told that it was not read so far.
static enum err mend_down(struct mending *m)
{
    struct leaf_range r = leaf_range_new(m->t, 0);
    uint64_t *bad = NULL;
    size_t n = 0;
    uint64_t cursor = 0;
    while (leaf_range_next(&r)) {
        if (!r.whole) {
            bad = mem_grow(bad, n + 1, sizeof *bad);
            bad[n++] = r.index;
        }
    }
    leaf_range_done(&r);
    enum err e = kv_error(m->t);
    if (e == OK) {
        e = exchange_down_get(m->t, &cursor);
    }
    if (e == ERR_CORRUPT && kv_error(m->t) == OK) { // where it stood is damaged itself: from the beginning
        m->any = true;
        m->found.removed++;
        cursor = 0;
        if (m->write) {
            exchange_down_put(m->t, cursor);
        }
        e = OK;
    }
    m->any = m->any || n > 0;
    m->found.removed += n;
    for (size_t i = 0; m->write && i < n && e == OK; i++) {
        leaf_drop(m->t, bad[i]);
    }
    if (m->write && e == OK && n > 0 && bad[0] < cursor) {
        exchange_down_put(m->t, bad[0]);
    }
    free(bad);
    return e == OK ? kv_error(m->t) : e;
}

// True when which notebooks are current is damaged.
static bool notebooks_damaged(struct kv_txn *t)
{
    struct notebook books[LIMIT_PERSONS];
    size_t n = 0;
    return notebook_all(t, books, &n) == ERR_CORRUPT && kv_error(t) == OK;
}

static enum err mend_once(struct kv *kv, struct mending *m)
{
    enum err e = m->write ? kv_begin_write(kv, &m->t) : kv_begin_read(kv, &m->t);
    if (e != OK) {
        return e;
    }
    m->found = (struct mended){ .hidden = !journal_all_there(m->t) };
    e = mend_journals(m);
    if (e == OK) {
        e = mend_down(m);
    }
    if (e != OK) {
        kv_abort(m->t);
        return e;
    }
    return kv_commit(m->t);
}

enum err mend_site(struct kv *kv, const struct store_key *key, uint64_t wall_s, struct mended *out, struct why *why)
{
    struct mending m = { .key = key, .wall_s = wall_s };
    enum err e = mend_notebooks(kv);
    if (e == OK) {
        e = mend_once(kv, &m);
    }
    if (e == OK && m.any) {
        m.write = true;
        e = mend_once(kv, &m);
    }
    if (e != OK) {
        why_set(why, "looking for damage in the store: %s", err_text(e));
        return e;
    }
    *out = m.found;
    return OK;
}

// --- a store put together from pieces ---

static enum err begin_anew(struct kv_txn *t, const struct journal_id *journal)
{
    struct notebook n;
    enum err e = notebook_get(t, journal->key, &n);
    if (e == ERR_NOT_FOUND) { // which one was current is not known any more: any will do, as none is written in again
        n = (struct notebook){ .journal = *journal };
        e = OK;
    }
    if (e != OK || !notebook_goes_on(n.renew)) {
        return e;
    }
    const struct stranded s = { .journal = n.journal, .from = n.from };
    if (n.renew == NOTEBOOK_UNACCREDITED) {
        e = notebook_strand(t, &s);
    }
    n.renew = NOTEBOOK_RESTORED;
    return e == OK ? notebook_put(t, &n) : e;
}

static enum err all_begin_anew(struct kv_txn *t)
{
    struct journal_id id;
    enum err e = OK;
    bool more = journal_next(t, false, &id);
    while (e == OK && more) {
        e = begin_anew(t, &id);
        more = e == OK && journal_next(t, true, &id);
    }
    return e == OK ? kv_error(t) : e;
}

static enum err forget_notebooks(struct kv_txn *t)
{
    enum err e = notebooks_damaged(t) ? notebook_forget(t) : OK;
    return e == OK ? all_begin_anew(t) : e;
}

enum err mend_notebooks(struct kv *kv)
{
    struct kv_txn *t = NULL;
    enum err e = kv_begin_read(kv, &t);
    const bool damaged = e == OK && notebooks_damaged(t);
    kv_abort(t);
    return damaged ? mend_begin_anew(kv, NULL) : e;
}

enum err mend_begin_anew(struct kv *kv, struct why *why)
{
    struct kv_txn *t = NULL;
    enum err e = kv_begin_write(kv, &t);
    if (e == OK) {
        e = forget_notebooks(t);
    }
    if (e == OK) {
        e = kv_commit(t);
        t = NULL;
    }
    kv_abort(t);
    if (e != OK) {
        why_set(why, "beginning new notebooks: %s", err_text(e));
    }
    return e;
}
