// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Gathers what the hub signed for a site. Read first: held.h, docs/STORAGE.md "Databases".
#include "tools/baraza/held.h"

#include "common/format/pack.h"
#include "common/store/exchange_state.h"
#include "common/store/journal.h"
#include "node/node_custody.h"

struct holding {
    struct kv_txn *t;
    struct arena *room;
    struct evidence *out;
};

// A copy that outlives the transaction; empty when it does not fit any more.
static struct slice keep(struct holding *h, struct slice bytes)
{
    struct slice kept = { NULL, 0 };
    return arena_copy(h->room, bytes, &kept) ? kept : slice_of(NULL, 0);
}

static void add_note(struct holding *h, struct slice note)
{
    const struct slice kept = note.n > 0 ? keep(h, note) : note;
    if (kept.n > 0 && h->out->note_count < LIMIT_EVIDENCE_NOTES) {
        h->out->notes[h->out->note_count++] = kept;
    }
}

// Reads [seq, head, root, signature] of a journal. False when it is damaged.
static bool add_custody(struct holding *h, struct cursor *c, struct journal_id journal)
{
    struct evidence_custody e = { .note = { .consultation = h->out->consultation, .key = journal.key,
                                            .incarnation = journal.incarnation } };
    cursor_array_of(c, 4);
    e.note.seq = cursor_uint(c);
    cursor_bin_fixed(c, e.note.head.b, sizeof e.note.head.b);
    cursor_bin_fixed(c, e.note.root.b, sizeof e.note.root.b);
    cursor_bin_fixed(c, e.signature.b, sizeof e.signature.b);
    if (cursor_ok(c) && h->out->custody_count < LIMIT_EVIDENCE_CUSTODIES) {
        h->out->custodies[h->out->custody_count++] = e;
    }
    return cursor_ok(c);
}

static enum err add_against(struct holding *h)
{
    struct slice value;
    enum err e = store_value_get(h->t, NODE_CONTRADICTION, &value);
    if (e == OK) {
        struct cursor c = cursor_new(value, false);
        cursor_array_of(&c, 4);
        (void)cursor_uint(&c);
        (void)cursor_bin(&c);
        add_note(h, cursor_bin(&c));
        add_note(h, cursor_bin(&c));
        e = cursor_ok(&c) ? OK : ERR_CORRUPT;
    }
    if (e != OK && e != ERR_NOT_FOUND) {
        return e;
    }
    e = store_value_get(h->t, NODE_FALSE_CUSTODY, &value);
    if (e == OK) {
        struct journal_id journal;
        struct cursor c = cursor_new(value, false);
        cursor_array_of(&c, 3);
        cursor_bin_fixed(&c, journal.key.b, sizeof journal.key.b);
        cursor_bin_fixed(&c, journal.incarnation.b, sizeof journal.incarnation.b);
        e = cursor_ok(&c) && add_custody(h, &c, journal) ? OK : ERR_CORRUPT;
    }
    return e == ERR_NOT_FOUND ? OK : e;
}

static enum err add_journal(struct holding *h, const struct journal_id *journal, struct why *why)
{
    struct exchange_journal x;
    struct position at = { .journal = *journal };
    struct stored stored;
    struct slice proof;
    enum err e = exchange_journal_get(h->t, journal, &x);
    if (e == OK && x.note.n > 0) {
        struct cursor c = cursor_new(x.note, false);
        e = add_custody(h, &c, *journal) ? OK : ERR_CORRUPT;
    }
    while (e == OK && h->out->receipt_count < LIMIT_EVIDENCE_RECEIPTS) {
        uint64_t found = 0;
        e = receipt_get(h->t, &at, &found, &proof);
        if (e == OK) {
            at.seq = found;
            e = journal_get(h->t, &at, &stored, why);
            if (e == ERR_CORRUPT) { // it hides no other
                at.seq++;
                e = OK;
                continue;
            }
        }
        if (e != OK) {
            break;
        }
        const struct evidence_receipt r = { .entry = keep(h, stored.bytes), .proof = keep(h, proof) };
        if (r.entry.n == 0 || r.proof.n == 0) {
            break;
        }
        h->out->receipts[h->out->receipt_count++] = r;
        at.seq++;
    }
    return e == ERR_NOT_FOUND ? OK : e;
}

static enum err gather(struct holding *h, struct why *why)
{
    struct tree_head head;
    struct slice note;
    struct journal_id journal;
    bool started = false;
    enum err e = add_against(h);
    if (e == OK) {
        e = exchange_checkpoint_get(h->t, &head, &note);
        if (e == OK) {
            add_note(h, note);
        }
    }
    if (e == ERR_NOT_FOUND) {
        e = OK;
    }
    while (e == OK && journal_next(h->t, started, &journal)) {
        started = true;
        e = add_journal(h, &journal, why);
    }
    return e == OK ? kv_error(h->t) : e;
}

enum err held_evidence(struct state *s, struct arena *room, struct evidence *out, struct why *why)
{
    struct holding h = { .room = room, .out = out };
    *out = (struct evidence){ .consultation = state_charter(s)->id };
    enum err e = kv_begin_read(state_kv(s), &h.t);
    if (e != OK) {
        return e;
    }
    e = gather(&h, why);
    kv_abort(h.t);
    return e;
}
