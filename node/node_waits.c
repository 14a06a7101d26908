// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What waits for an unlock. Read first: node_waits.h, common/author/notebook.h, common/author/erasing.h.
#include "node/node_waits.h"

#include "common/author/erasing.h"
#include "common/author/notebook.h"
#include "common/store/exchange_state.h"
#include "common/store/journal.h"
#include "common/store/lost.h"
#include "common/store/outbox_store.h"
#include "node/node_contact.h"

#include <string.h>

// --- notebooks ---

static enum err add_left(struct kv_txn *t, const struct journal_id *id, uint64_t from, struct node_waits *w)
{
    struct journal_head head;
    enum err e = journal_head(t, id, &head);
    w->successors += e == OK && head.next > from ? head.next - from : 0;
    return e;
}

static enum err look_at_notebooks(struct kv_txn *t, struct node_waits *w)
{
    struct notebook books[LIMIT_PERSONS];
    struct stranded stranded[LIMIT_STRANDED];
    size_t n = 0;
    size_t left = 0;
    enum err e = notebook_all(t, books, &n);
    if (e == OK) {
        e = notebook_stranded(t, stranded, &left);
    }
    for (size_t i = 0; i < n && e == OK; i++) {
        w->notebooks += books[i].renew == NOTEBOOK_RESTORED;
        if (books[i].renew == NOTEBOOK_REFUSED) { // what waits for an accreditation does not wait for an unlock
            e = add_left(t, &books[i].journal, books[i].from, w);
        }
    }
    for (size_t i = 0; i < left && e == OK; i++) {
        e = add_left(t, &stranded[i].journal, stranded[i].from, w);
    }
    return e;
}

// --- copies ---

// Where the part of a journal ends that can travel at all.
static enum err end_of(struct kv_txn *t, const struct journal_id *id, uint64_t *end)
{
    struct journal_head head;
    enum err e = journal_head(t, id, &head);
    *end = head.next;
    struct refused_range r = refused_range_new(t, id);
    if (e == OK && refused_range_next(&r) && r.refused.refusal.seq < *end) {
        *end = r.refused.refusal.seq;
    }
    refused_range_done(&r);
    uint64_t lost = UINT64_MAX;
    if (e == OK) {
        e = lost_first(t, id, 0, &lost);
    }
    *end = lost < *end ? lost : *end;
    return e == OK ? kv_error(t) : e;
}

// Whether the hub could open what was sealed in one unlock: mostly the same for many entries in a row.
struct unlock_known {
    bool any, opens;
    struct unlock_id id;
};

static bool opens(struct kv_txn *t, const struct outbox_cover *cover, struct unlock_id id, struct unlock_known *last)
{
    if (!last->any || memcmp(&last->id, &id, sizeof id) != 0) {
        struct buf key = buf_new(OUTBOX_KEY_BYTES);
        *last = (struct unlock_known){ true, outbox_key_get(t, cover, id, &key) == OK, id };
        buf_done(&key);
    }
    return last->opens;
}

// True when the entry at a position has a copy that the hub could open.
static bool has_copy(struct kv_txn *t, const struct outbox_cover *cover, const struct position *at,
                     struct unlock_known *last)
{
    struct slice record;
    struct unlock_id id;
    return outbox_get(t, at, &record) == OK && outbox_parse(record, &id) && opens(t, cover, id, last);
}

static enum err look_at_copies(struct kv_txn *t, const struct journal_id *id, const struct outbox_cover *cover,
                               struct node_waits *w)
{
    struct exchange_journal x = { .acked = { .next = 0 } };
    struct unlock_known last = { .any = false };
    uint64_t end = 0;
    enum err e = exchange_journal_get(t, id, &x);
    if (e == OK) {
        e = end_of(t, id, &end);
    }
    for (uint64_t seq = x.acked.next; e == OK && seq < end; seq++) {
        const struct position at = { .journal = *id, .seq = seq };
        w->uncopied += !has_copy(t, cover, &at, &last);
    }
    return e == OK ? kv_error(t) : e;
}

static enum err look_at_lost(struct kv_txn *t, struct node_waits *w)
{
    struct lost_range r = lost_range_new(t, NULL, 0);
    while (lost_range_next(&r)) {
        w->untold += !r.lost.told;
    }
    lost_range_done(&r);
    return kv_error(t);
}

static enum err look(struct kv_txn *t, const struct outbox_cover *cover, struct node_waits *w)
{
    struct journal_id id;
    enum err e = look_at_notebooks(t, w);
    if (e == OK) {
        e = look_at_lost(t, w);
    }
    for (bool more = journal_next(t, false, &id); more && e == OK; more = journal_next(t, true, &id)) {
        e = look_at_copies(t, &id, cover, w);
    }
    return e;
}

enum err node_waits_look(struct state *s, struct node_waits *out, struct why *why)
{
    struct node_waits w = { .erasures = 0 };
    struct node_contact contact;
    struct erasing_due due;
    struct outbox_cover cover;
    struct kv_txn *t = NULL;
    state_cover_load(s, &cover);
    enum err e = erasing_due(s, &due, why);
    if (e == OK) {
        e = node_contact_get(state_kv(s), &contact);
    }
    if (e == OK) {
        w.erasures = due.redactions;
        w.notes = due.notes;
        w.asked_again = contact.state == CONTACT_UNLOCK && contact.code == VERDICT_GAP;
        e = kv_begin_read(state_kv(s), &t);
    }
    if (e == OK) {
        e = look(t, &cover, &w);
        enum err end = kv_commit(t);
        e = e == OK ? end : e;
    }
    outbox_cover_done(&cover);
    if (e != OK) {
        why_set(why, "looking for what waits for an unlock: %s", err_text(e));
        return e;
    }
    *out = w;
    return OK;
}

// --- saying it ---

size_t node_waits_count(const struct node_waits *w)
{
    return (size_t)(w->erasures > 0) + (w->notes > 0) + (w->notebooks > 0) + (w->successors > 0) + (w->uncopied > 0) +
           (w->untold > 0) + w->asked_again;
}

// One thing of the list; %llu in the sentences is its number.
static void put(struct buf *out, bool *first, uint64_t n, const char *one, const char *many)
{
    if (n == 0) {
        return;
    }
    buf_put_text(out, *first ? ": " : "; ");
    *first = false;
    if (n == 1) {
        buf_put_text(out, one);
    } else {
        buf_printf(out, "%llu %s", (unsigned long long)n, many);
    }
}

void node_waits_say(const struct node_waits *w, struct buf *out)
{
    size_t n = node_waits_count(w);
    bool first = true;
    if (n == 0) {
        return;
    }
    if (n == 1) {
        buf_put_text(out, "1 thing waits until somebody unlocks");
    } else {
        buf_printf(out, "%zu things wait until somebody unlocks", n);
    }
    put(out, &first, w->erasures, "words are to be erased here, as a redaction asks (they are not shown any more)",
        "redactions are to be carried out here (what they name is not shown any more)");
    put(out, &first, w->notes, "that something was erased here is to be signed by a facilitator",
        "erasures here are to be signed by a facilitator");
    put(out, &first, w->asked_again, "the hub asks again for entries that it had received: it was restored from an "
                                     "older copy, and only an unlocked notebook can send them once more", "");
    put(out, &first, w->uncopied, "an entry has no sealed copy that could travel while everybody is locked",
        "entries have no sealed copies that could travel while everybody is locked");
    put(out, &first, w->untold, "the hub is to be told of an entry that this disk lost",
        "the hub is to be told of entries that this disk lost");
    put(out, &first, w->successors, "an entry that follows a refused or lost one is to be signed anew",
        "entries that follow a refused or lost one are to be signed anew");
    put(out, &first, w->notebooks, "a new notebook is to begin, because this computer was restored from a copy",
        "new notebooks are to begin, because this computer was restored from a copy");
}
