// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What must hold when all trouble is over: everything saved is in the record once, or refused with the hub's signature;
// every copy agrees; and an auditor who trusts nobody finds the record good.
#include "tests/sim/sim.h"

#include "common/format/audit.h"
#include "common/format/custody.h"
#include "common/format/erasure.h"
#include "common/format/frame.h"
#include "common/store/exchange_state.h"
#include "common/store/journal.h"
#include "common/store/leaf.h"

#include <stdlib.h>

// --- settled ---
static bool node_settled(struct sim *s, size_t i)
{
    struct node *n = &s->nodes[i];
    struct node_start start;
    struct why why = { { 0 } };
    if (n->state == NULL) {
        return false;
    }
    if (n->destroyed && (n->outbox_destroyed || s->hub.restored)) {
        return true; // what it could not send again is gone
    }
    arena_reset(s->arena);
    if (node_store_start(state_kv(n->state), s->arena, &start, &why) != OK) {
        sim_fail(s, "%s cannot read its store: %s", n->name, why.text);
        return true;
    }
    for (size_t k = 0; k < start.count; k++) {
        const struct node_journal *j = &start.journals[k];
        uint64_t end = j->refused ? j->refused_seq : j->local.next;
        if (j->received < end || j->confirmed < end) {
            return false;
        }
    }
    return attach_settled(s, i);
}

static uint64_t count_redactions(const struct sim *s)
{
    struct kv_txn *t = NULL;
    uint64_t n = 0;
    CHECK(kv_begin_read(s->hub.kv, &t) == OK);
    struct leaf_range r = leaf_range_new(t, 0);
    while (leaf_range_next(&r)) {
        struct entry e;
        n += entry_parse(r.entry.bytes, &e) == VERDICT_GOOD && kind_of(e.kind) == KIND_REDACTION;
    }
    leaf_range_done(&r);
    kv_abort(t);
    return n;
}

bool check_settled(struct sim *s)
{
    if (s->hub.erasing) {
        return false;
    }
    for (size_t i = 0; i < s->node_count; i++) {
        if (!node_settled(s, i)) {
            return false;
        }
    }
    const uint64_t redactions = count_redactions(s);
    for (size_t i = 0; i < s->node_count; i++) {
        if (!rest_settled(s, i, redactions)) {
            return false;
        }
    }
    return true;
}

// --- the record, read once ---
struct seen {
    size_t n;
    struct hash *ids;       // by index
    struct fork { struct journal_id journal; uint64_t evidence; } *forks;
    size_t fork_count;
};

static int by_hash(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct hash));
}

static bool in_record(const struct seen *seen, struct hash id)
{
    return seen->n > 0 && bsearch(&id, seen->ids, seen->n, sizeof id, by_hash) != NULL;
}

static struct fork *fork_of(struct seen *seen, struct journal_id journal)
{
    for (size_t i = 0; i < seen->fork_count; i++) {
        if (journal_id_equal(seen->forks[i].journal, journal)) {
            return &seen->forks[i];
        }
    }
    seen->forks = mem_grow(seen->forks, seen->fork_count + 1, sizeof *seen->forks);
    seen->forks[seen->fork_count] = (struct fork){ .journal = journal };
    return &seen->forks[seen->fork_count++];
}

static void audit_all(struct sim *s, const struct buf *export)
{
    struct audit *a = audit_new(s->charter.id);
    struct slice rest = buf_slice(export);
    enum audit_state state = AUDIT_BATCH;
    while (state == AUDIT_BATCH) {
        state = audit_feed(a, &rest);
        struct audit_batch *b = state == AUDIT_STOP ? NULL : audit_take(a);
        if (b != NULL) {
            audit_batch_check(b);
            (void)audit_fold(a, b);
        }
    }
    struct audit_report report;
    audit_end(a, &report);
    if (!report.good) {
        sim_fail(s, "an auditor finds: %s", report.what.text);
    } else {
        sim_say(s, "an auditor finds: %s", report.what.text);
    }
    audit_free(a);
}

// Reads every leaf: into the export that the auditor gets, and into what is compared here.
static void read_leaves(struct sim *s, struct kv_txn *t, struct seen *seen, struct export_writer *w, struct buf *out)
{
    struct buf parts = buf_new(LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES);
    struct buf item = buf_new(LIMIT_EXPORT_FRAME);
    const struct store_key *key = keeper_hold(s->hub.keeper);
    struct erasure *erasures = erase_fold(s, t, seen->n);
    for (size_t i = 0; i < seen->n && !s->failed; i++) {
        struct stored stored;
        struct entry e;
        struct body body;
        struct disclosure d = { .count = 0 };
        CHECK(leaf_get(t, i, &stored, NULL) == OK);
        CHECK(entry_parse(stored.bytes, &e) == VERDICT_GOOD);
        seen->ids[i] = e.id;
        buf_reset(&parts);
        if (e.part_count > 0) {
            enum err err = leaf_parts(t, key, i, &parts, NULL);
            if (err != OK || disclosure_parse(buf_slice(&parts), &d) != VERDICT_GOOD) {
                sim_fail(s, "the parts of entry %zu of the record are not there", i);
                continue;
            }
        }
        const uint64_t gone = erasure_mask(erasures, &e);
        for (size_t k = 0; k < d.count; k++) {
            if ((gone & (uint64_t)1 << k) != 0 && d.parts[k].state != PART_ERASED) {
                sim_fail(s, "part %zu of entry %zu of the record was redacted and is there", k, i);
            }
        }
        if (e.place.seq > 0) {
            struct record_place places[LIMIT_BRANCHES];
            size_t n = 0;
            const struct journal_id journal = { e.place.author, e.place.incarnation };
            CHECK(record_places(t, &journal, e.place.seq, places, &n) == OK);
            if (n > 1) {
                (void)fork_of(seen, journal);
            }
        }
        if (kind_parse(&e, &body) == VERDICT_GOOD && body.kind == KIND_FORK_EVIDENCE) {
            const struct journal_id about = { body.as.fork_evidence.key, body.as.fork_evidence.incarnation };
            fork_of(seen, about)->evidence++;
        }
        buf_reset(&item);
        frame_entry_make(stored.bytes, &d, &item);
        export_put_entry(w, buf_slice(&item), out);
    }
    keeper_release(s->hub.keeper, key);
    for (size_t i = 0; i < s->node_count && !s->failed; i++) {
        rest_check(s, i, erasures);
    }
    erasure_free(erasures);
    buf_done(&parts);
    buf_done(&item);
}

static void put_leaf_hashes(struct record *r, struct kv_txn *t, size_t n, struct export_writer *w, struct buf *out)
{
    struct hash leaves[LIMIT_EXPORT_LEAVES];
    for (size_t i = 0; i < n;) {
        size_t k = 0;
        for (; k < LIMIT_EXPORT_LEAVES && i < n; k++, i++) {
            CHECK(record_id(r, t, i, &leaves[k]) == OK);
        }
        export_put_leaves(w, leaves, k, out);
    }
}

static void read_record(struct sim *s, struct seen *seen)
{
    struct kv_txn *t = NULL;
    struct why why = { { 0 } };
    struct record *r = record_new();
    struct buf note = buf_new(LIMIT_NOTE_BYTES);
    struct buf out = buf_new((size_t)256 << 20);
    struct export_writer w;
    CHECK(kv_begin_read(s->hub.kv, &t) == OK);
    CHECK(record_load(r, t, &why) == OK);
    seen->n = record_size(r);
    seen->ids = mem_new(seen->n * sizeof *seen->ids);
    if (seen->n > 0) {
        checkpoint_make(record_head(r), &s->charter.log, &s->hub.log, &note);
        export_begin(&w, buf_slice(&s->charter_note), buf_slice(&note), &out);
        put_leaf_hashes(r, t, seen->n, &w, &out);
        read_leaves(s, t, seen, &w, &out);
        export_end(&w, &out);
    }
    kv_abort(t);
    if (seen->n > 0 && !s->failed) {
        audit_all(s, &out);
    }
    record_free(r);
    buf_done(&note);
    buf_done(&out);
}

static void check_once(struct sim *s, struct seen *seen)
{
    if (seen->n > 0) {
        qsort(seen->ids, seen->n, sizeof *seen->ids, by_hash);
    }
    for (size_t i = 1; i < seen->n; i++) {
        if (hash_equal(seen->ids[i - 1], seen->ids[i])) {
            sim_fail(s, "an entry is twice in the record");
        }
    }
    for (size_t i = 0; i < seen->fork_count; i++) {
        if (seen->forks[i].evidence != 1) {
            sim_fail(s, "%s forked and the record holds %llu words of evidence about it",
                     sim_name(s, seen->forks[i].journal), (unsigned long long)seen->forks[i].evidence);
        }
    }
}

// --- what people were told ---
// 0: nothing was refused in this journal at or before seq; 1: before it; 2: this very entry, with a good signature.
static int refused_at(struct sim *s, struct kv_txn *t, const struct saved *e, struct slice bytes)
{
    int found = 0;
    struct refused_range r = refused_range_new(t, &e->journal);
    while (refused_range_next(&r)) {
        const struct refusal *f = &r.refused.refusal;
        if (!refusal_verify(f, s->hub.log_pub, r.refused.sig)) {
            sim_fail(s, "a refusal is kept that the hub never signed");
        }
        if (f->seq == e->seq && hash_equal(f->received, hash_of(bytes))) {
            found = 2;
        } else if (f->seq < e->seq && found == 0) {
            found = 1;
        }
    }
    refused_range_done(&r);
    return found;
}

// Only content has a place for the id of the entry it replaces.
static bool is_content(struct slice bytes)
{
    struct entry e;
    CHECK(entry_parse(bytes, &e) == VERDICT_GOOD);
    enum kind kind = kind_of(e.kind);
    return kind != KIND_UNKNOWN && kind_info(kind)->content;
}

// True when an entry that came into the record replaces this one, perhaps by way of others that were refused too.
static bool replaced(struct kv_txn *t, const struct seen *seen, struct hash id, unsigned depth)
{
    struct journal_id journal;
    bool found = false;
    for (bool more = journal_next(t, false, &journal); more && !found && depth < 8;
         more = journal_next(t, true, &journal)) {
        struct journal_range r = journal_range_new(t, &journal, 0);
        while (!found && journal_range_next(&r)) {
            struct entry e;
            CHECK(entry_parse(r.entry.bytes, &e) == VERDICT_GOOD);
            enum kind kind = kind_of(e.kind);
            size_t last = kind == KIND_UNKNOWN ? 0 : kind_info(kind)->refs_max; // the place for it, if there is one
            if (last > 0 && e.ref_count == last && hash_equal(entry_ref(&e, last - 1), id)) {
                found = in_record(seen, e.id) || replaced(t, seen, e.id, depth + 1);
            }
        }
        journal_range_done(&r);
    }
    return found;
}

static void check_saved(struct sim *s, const struct seen *seen, const struct saved *e)
{
    struct kv_txn *t = NULL;
    struct stored stored;
    struct position at = { .journal = e->journal, .seq = e->seq };
    struct node *n = &s->nodes[e->node];
    const bool stranded = n->destroyed && s->hub.restored; // what the hub lost nobody there can sign or open again
    if (in_record(seen, e->id) || e->excused || stranded) {
        return;
    }
    CHECK(kv_begin_read(state_kv(n->state), &t) == OK);
    if (journal_get(t, &at, &stored, NULL) != OK || !hash_equal(stored.id, e->id)) {
        sim_fail(s, "entry %llu of %s was saved at %s, and is neither there nor in the record",
                 (unsigned long long)e->seq, sim_name(s, e->journal), n->name);
    } else {
        int refused = refused_at(s, t, e, stored.bytes);
        const bool must_follow = refused == 1 && !n->destroyed && is_content(stored.bytes);
        if (refused == 0 || (must_follow && !replaced(t, seen, e->id, 0))) {
            sim_fail(s, "entry %llu of %s was saved at %s, and is neither in the record nor refused",
                     (unsigned long long)e->seq, sim_name(s, e->journal), n->name);
        }
    }
    kv_abort(t);
}

void check_all(struct sim *s)
{
    struct seen seen = { 0 };
    if (s->hub.kv == NULL) {
        sim_fail(s, "the hub did not come back");
        return;
    }
    read_record(s, &seen);
    check_once(s, &seen);
    for (size_t i = 0; i < s->node_count && !s->failed; i++) {
        attach_check(s, i);
    }
    for (size_t i = 0; i < s->saved_count && !s->failed; i++) {
        check_saved(s, &seen, &s->saved[i]);
    }
    if (!s->failed) {
        sim_say(s, "%zu entries were saved and %zu are in the record: nothing is missing", s->saved_count, seen.n);
    }
    free(seen.ids);
    free(seen.forks);
}
