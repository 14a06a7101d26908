// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Counting how far a site's entries have come. Read first: node_count.h, common/author/notebook.h.
#include "node/node_count.h"

#include "common/author/notebook.h"
#include "common/store/attached.h"
#include "common/store/exchange_state.h"
#include "common/store/journal.h"
#include "common/store/lost.h"

static enum err first_refused(struct kv_txn *t, const struct journal_id *id, uint64_t *seq)
{
    struct refused_range r = refused_range_new(t, id);
    *seq = UINT64_MAX;
    if (refused_range_next(&r)) {
        *seq = r.refused.refusal.seq;
    }
    refused_range_done(&r);
    return kv_error(t);
}

// True while what follows the refused or lost entry of this journal has not been signed anew.
static enum err to_be_renewed(struct kv_txn *t, const struct journal_id *id, bool *out)
{
    struct notebook n;
    struct stranded stranded[LIMIT_STRANDED];
    size_t count = 0;
    enum err e = notebook_get(t, id->key, &n);
    *out = e == OK && (n.renew == NOTEBOOK_REFUSED || n.renew == NOTEBOOK_UNACCREDITED) &&
           journal_id_equal(n.journal, *id);
    if (e == OK || e == ERR_NOT_FOUND) {
        e = notebook_stranded(t, stranded, &count);
    }
    for (size_t i = 0; i < count; i++) {
        *out = *out || journal_id_equal(stranded[i].journal, *id);
    }
    return e;
}

static enum err add_journal(struct kv_txn *t, const struct journal_id *id, struct node_count *c)
{
    struct journal_head head;
    struct exchange_journal x;
    uint64_t refused = UINT64_MAX;
    uint64_t lost = UINT64_MAX;
    bool renew = false;
    enum err e = journal_head(t, id, &head);
    if (e == OK) {
        e = exchange_journal_get(t, id, &x);
    }
    if (e == OK) {
        e = first_refused(t, id, &refused);
    }
    if (e == OK) {
        e = lost_first(t, id, x.acked.next, &lost);
    }
    uint64_t cut = refused < lost ? refused : lost;
    if (e == OK && cut < head.next) {
        e = to_be_renewed(t, id, &renew);
    }
    if (e != OK) {
        return e;
    }
    uint64_t end = cut < head.next ? cut : head.next;
    uint64_t after = cut < head.next ? head.next - cut - 1 : 0;
    uint64_t received = x.acked.next;
    c->received += received;
    c->confirmed += x.proven.next < received ? x.proven.next : received;
    c->waiting += end > received ? end - received : 0;
    c->refused += refused == cut && cut < head.next;
    c->lost += lost == cut && cut < head.next;
    if (renew) {
        c->waiting += after;
        c->unsigned_anew += after;
        c->untold += lost == cut;
    }
    return OK;
}

static enum err add_attachments(struct kv_txn *t, struct node_count *c)
{
    struct attached_range r = attached_range_new(t, NULL);
    enum err e = OK;
    while (e == OK && attached_range_next(&r)) {
        struct exchange_journal x;
        e = exchange_journal_get(t, &r.at.journal, &x);
        const bool received = e == OK && r.at.seq < x.acked.next; // what was refused was signed anew, with its sound
        if (received && r.at.state == ATTACHED_WAITING) {
            c->attachments++;
            c->attachment_bytes += r.at.blob.size - attached_received(&r.at);
        }
        c->attachments_lost += received && r.at.state == ATTACHED_LOST;
    }
    attached_range_done(&r);
    return e;
}

enum err node_count(struct kv *kv, struct node_count *out, struct why *why)
{
    struct kv_txn *t = NULL;
    struct journal_id id;
    struct node_count c = { 0 };
    enum err e = kv_begin_read(kv, &t);
    if (e != OK) {
        return e;
    }
    for (bool more = journal_next(t, false, &id); more && e == OK; more = journal_next(t, true, &id)) {
        e = add_journal(t, &id, &c);
    }
    if (e == OK) {
        e = add_attachments(t, &c);
    }
    enum err end = kv_commit(t);
    e = e == OK ? end : e;
    if (e != OK) {
        why_set(why, "counting what has been received: %s", err_text(e));
        return e;
    }
    c.saved = c.received + c.waiting + c.refused + c.lost;
    *out = c;
    return OK;
}

bool node_count_done(const struct node_count *c)
{
    return c->waiting == c->unsigned_anew && c->confirmed == c->received && c->attachments == 0;
}
