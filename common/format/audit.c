// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The audit: what each frame must be, in the order of the file (PROTOCOL 13.2), and the first bad thing of all.
// Faults of framing are noticed early, faults of entries when their batch is folded; audit_end puts them in order.
// Read first: common/format/audit.h.
#include "common/format/audit.h"

#include "common/format/audit_state.h"
#include "common/format/charter.h"
#include "common/format/checkpoint.h"
#include "common/format/frame.h"

#include <stdlib.h>
#include <string.h>

// An entry of a batch, and what its check found.
struct item {
    size_t at, n;              // its frame's item, in the batch's bytes
    enum verdict form;         // of entry and disclosure
    enum verdict signature;
    enum verdict kind;
    enum verdict parts;
    uint64_t disclosed, erased; // a bit for each part
    uint32_t clear;            // audit_clear_parts
    struct entry entry;
    struct body body;
};

struct audit_batch {
    uint64_t number;
    struct hash consultation;
    struct buf bytes;
    size_t n;
    struct item items[LIMIT_AUDIT_BATCH];
};

struct fault {
    bool set, has_index;
    uint64_t index;
    struct why what;
};

// How the checkpoint is signed, seen by one log key.
enum signed_by { SIGNED_GOOD, SIGNED_WRONG, SIGNED_NOT };

struct audit {
    struct hash expected;
    struct export_reader reader;
    struct buf charter_note, checkpoint_note;
    struct charter charter;
    bool has_charter;
    struct checkpoint checkpoint;
    struct note note;
    struct roster *roster;
    struct forum_fold *forums;
    struct audit_tree tree;
    struct audit_chain chain;
    struct audit_clear clear;
    struct audit_erasure *erasure;
    bool root_differs;
    uint64_t fed, folded;            // entries
    uint64_t batches_out, batches_in;
    struct audit_batch *filling;
    struct fault framing, folding;
    struct audit_report counts;
};

struct audit *audit_new(struct hash charter_id)
{
    struct audit *a = mem_new(sizeof *a);
    a->expected = charter_id;
    a->reader = export_reader_new();
    a->charter_note = buf_new(LIMIT_EXPORT_FRAME);
    a->checkpoint_note = buf_new(LIMIT_EXPORT_FRAME);
    a->chain = audit_chain_new();
    a->clear = audit_clear_new();
    a->forums = forum_fold_new();
    a->erasure = audit_erasure_new();
    return a;
}

static void batch_free(struct audit_batch *b)
{
    if (b != NULL) {
        buf_done(&b->bytes);
        free(b);
    }
}

void audit_free(struct audit *a)
{
    if (a == NULL) {
        return;
    }
    export_reader_done(&a->reader);
    buf_done(&a->charter_note);
    buf_done(&a->checkpoint_note);
    roster_free(a->roster);
    forum_fold_free(a->forums);
    audit_tree_done(&a->tree);
    audit_chain_done(&a->chain);
    audit_clear_done(&a->clear);
    audit_erasure_free(a->erasure);
    batch_free(a->filling);
    free(a);
}

// The first fault stays. what: a sentence that starts with its place.
static bool fault_set(struct fault *f, bool has_index, uint64_t index, const char *place, const char *what)
{
    if (!f->set) {
        f->set = true;
        f->has_index = has_index;
        f->index = index;
        if (has_index) {
            why_set(&f->what, "%s %llu: %s", place, (unsigned long long)index, what);
        } else {
            why_set(&f->what, "%s: %s", place, what);
        }
    }
    return false;
}

// --- frames ---

static bool take_charter(struct audit *a, struct slice note)
{
    struct why why = { { 0 } };
    buf_put(&a->charter_note, note);
    if (charter_verify(buf_slice(&a->charter_note), &a->charter, &why) != VERDICT_GOOD) {
        return fault_set(&a->framing, false, 0, "charter", why.text);
    }
    a->has_charter = true;
    if (!hash_equal(a->charter.id, a->expected)) {
        return fault_set(&a->framing, false, 0, "charter", "it is another charter than the one that was expected");
    }
    a->roster = roster_new(&a->charter);
    return true;
}

static enum signed_by checkpoint_signed(const struct audit *a, struct pubkey key)
{
    struct vkey log;
    bool known = false;
    if (!vkey_make(charter_origin(&a->charter), VKEY_ED25519, key, &log)) {
        return SIGNED_NOT;
    }
    for (size_t i = 0; i < a->note.n; i++) {
        known = known || (a->note.lines[i].id == log.id && slice_equal(a->note.lines[i].name, slice_text(log.name)));
    }
    if (!known) {
        return SIGNED_NOT;
    }
    return note_verify(&a->note, &log, 1, NULL, NULL) == VERDICT_GOOD ? SIGNED_GOOD : SIGNED_WRONG;
}

// Whose signature it must bear is known at the end only (the log's key may have been changed by a rekey in the record);
// a wrong signature of the charter's log is bad at once.
static bool take_checkpoint(struct audit *a, struct slice note)
{
    struct why why = { { 0 } };
    buf_put(&a->checkpoint_note, note);
    if (!note_parse(buf_slice(&a->checkpoint_note), &a->note, &why) ||
        !checkpoint_parse(a->note.text, CHECKPOINT_OURS, &a->checkpoint, &why)) {
        return fault_set(&a->framing, false, 0, "checkpoint", why.text);
    }
    if (!slice_equal(a->checkpoint.origin, charter_origin(&a->charter))) {
        return fault_set(&a->framing, false, 0, "checkpoint", "it is of another record");
    }
    if (checkpoint_signed(a, a->charter.log.key) == SIGNED_WRONG) {
        return fault_set(&a->framing, false, 0, "checkpoint", "its signature does not fit");
    }
    if (a->checkpoint.head.size >= UINT32_MAX) {
        return fault_set(&a->framing, false, 0, "checkpoint", "its record is larger than this program can audit");
    }
    return true;
}

static bool take_leaves(struct audit *a, const struct export_frame *f)
{
    const uint64_t left = a->checkpoint.head.size - a->tree.n;
    const uint64_t due = left < LIMIT_EXPORT_LEAVES ? left : LIMIT_EXPORT_LEAVES;
    if (f->leaf_count < due) {
        return fault_set(&a->framing, true, a->tree.n + f->leaf_count, "leaf hash", "missing from its frame");
    }
    if (f->leaf_count > due) {
        return fault_set(&a->framing, true, a->tree.n + due, "leaf hash", "the checkpoint says that there are no more");
    }
    for (size_t i = 0; i < f->leaf_count; i++) {
        audit_tree_add(&a->tree, export_leaf(f, i));
    }
    // If so, some entry will not be the one that its leaf hash names, and that has an index: so go on.
    a->root_differs = a->tree.n == a->checkpoint.head.size &&
                      !hash_equal(merkle_root(&a->tree.frontier), a->checkpoint.head.root);
    return true;
}

static bool take_entry(struct audit *a, struct slice item)
{
    if (a->tree.n < a->checkpoint.head.size) {
        return fault_set(&a->framing, true, a->tree.n, "leaf hash", "missing");
    }
    if (a->fed == a->checkpoint.head.size) {
        return fault_set(&a->framing, true, a->fed, "entry", "the checkpoint says that there are no more");
    }
    if (a->filling == NULL) {
        a->filling = mem_new(sizeof *a->filling);
        a->filling->number = a->batches_out++;
        a->filling->consultation = a->charter.id;
        a->filling->bytes = buf_new(LIMIT_AUDIT_BATCH_BYTES + LIMIT_EXPORT_FRAME);
    }
    struct audit_batch *b = a->filling;
    b->items[b->n++] = (struct item){ .at = b->bytes.n, .n = item.n };
    buf_put(&b->bytes, item);
    CHECK(buf_ok(&b->bytes));
    a->fed++;
    return true;
}

static bool take_frame(struct audit *a, const struct export_frame *f)
{
    switch (f->type) {
    case EXPORT_CHARTER:
        return take_charter(a, f->note);
    case EXPORT_CHECKPOINT:
        return take_checkpoint(a, f->note);
    case EXPORT_LEAVES:
        return take_leaves(a, f);
    case EXPORT_ENTRY:
        return take_entry(a, f->item);
    case EXPORT_NONE:
    case EXPORT_END:
        break;
    }
    CHECK(f->type == EXPORT_CHARTER); // the reader gives no other
    return false;
}

// What the reader did not like lies where the next leaf hash or entry was expected.
static void framing_fault(struct audit *a, const char *what)
{
    const bool leaves = a->reader.stage >= EXPORT_CHECKPOINT && a->tree.n < a->checkpoint.head.size;
    const bool entries = a->reader.stage >= EXPORT_CHECKPOINT && a->fed < a->checkpoint.head.size;
    if (leaves) {
        (void)fault_set(&a->framing, true, a->tree.n, "leaf hash", what);
    } else if (entries) {
        (void)fault_set(&a->framing, true, a->fed, "entry", what);
    } else {
        (void)fault_set(&a->framing, false, 0, "export", what);
    }
}

static bool batch_full(const struct audit_batch *b)
{
    return b != NULL && (b->n == LIMIT_AUDIT_BATCH || b->bytes.n >= LIMIT_AUDIT_BATCH_BYTES);
}

enum audit_state audit_feed(struct audit *a, struct slice *chunk)
{
    for (;;) {
        struct why why = { { 0 } };
        struct export_frame f;
        if (a->framing.set || a->folding.set) {
            return AUDIT_STOP;
        }
        if (batch_full(a->filling)) {
            return AUDIT_BATCH;
        }
        switch (export_read(&a->reader, chunk, &f, &why)) {
        case EXPORT_STEP_MORE:
            return AUDIT_MORE;
        case EXPORT_STEP_FRAME:
            (void)take_frame(a, &f);
            break;
        case EXPORT_STEP_DONE:
            if (a->fed < a->checkpoint.head.size) {
                framing_fault(a, "missing");
            } else if (chunk->n == 0) {
                return AUDIT_MORE;
            }
            break;
        case EXPORT_STEP_BAD:
            framing_fault(a, why.text);
            break;
        }
    }
}

struct audit_batch *audit_take(struct audit *a)
{
    struct audit_batch *b = a->filling;
    a->filling = NULL;
    return b;
}

// --- checks that need no order ---

static void item_check(struct item *item, struct slice bytes, struct hash consultation)
{
    struct disclosure d;
    item->form = frame_entry_parse(bytes, &item->entry, &d);
    if (item->form != VERDICT_GOOD) {
        return;
    }
    item->signature = entry_verify(&item->entry, consultation);
    item->kind = kind_parse(&item->entry, &item->body);
    item->disclosed = disclosure_bitmap(&d);
    item->erased = disclosure_settled(&d) & ~item->disclosed;
    item->clear = item->kind == VERDICT_GOOD ? audit_clear_parts(&item->body, &d) : 0;
    item->parts = disclosure_check(&d, &item->entry.place, item->entry.parts, item->entry.part_count);
}

void audit_batch_check(struct audit_batch *b)
{
    for (size_t i = 0; i < b->n; i++) {
        item_check(&b->items[i], slice_of(b->bytes.p + b->items[i].at, b->items[i].n), b->consultation);
    }
}

// --- checks in order ---

static bool bad_entry(struct audit *a, const char *what)
{
    return fault_set(&a->folding, true, a->folded, "entry", what);
}

// An entry at index i has seen at most i entries, and of these the root that it names.
static bool seen_contradicts(struct audit *a, const struct entry *e)
{
    return e->seen_size > a->folded || !hash_equal(audit_tree_root(&a->tree, e->seen_size), e->seen_root);
}

static bool fold_standing(struct audit *a, const struct item *item)
{
    enum verdict form = item->kind;
    if (form == VERDICT_GOOD && seen_contradicts(a, &item->entry)) {
        form = VERDICT_SEEN_CONTRADICTS;
    }
    const enum verdict v = roster_apply(a->roster, &item->entry, form, &item->body, a->folded);
    const enum verdict_class class = verdict_class_of(v);
    if (class != VERDICT_IS_GOOD && class != VERDICT_IS_NO_EFFECT) {
        return bad_entry(a, verdict_text(v));
    }
    CHECK((size_t)v < AUDIT_STANDINGS);
    if (v == VERDICT_GOOD || v == VERDICT_UNKNOWN_TARGET) { // what it names may come later
        forum_fold_add(a->forums, &item->entry, &item->body);
    }
    audit_erasure_add(a->erasure, &item->entry, form, &item->body, v, a->folded, item->disclosed, item->erased);
    a->counts.redactions += v == VERDICT_GOOD && item->body.kind == KIND_REDACTION;
    a->counts.standing[v]++;
    a->counts.kinds[item->kind == VERDICT_UNKNOWN_KIND ? KIND_UNKNOWN : kind_of(item->entry.kind)]++;
    return true;
}

static bool fold_item(struct audit *a, const struct item *item)
{
    struct why why = { { 0 } };
    if (item->form != VERDICT_GOOD) {
        return bad_entry(a, verdict_text(item->form));
    }
    if (!hash_equal(item->entry.id, a->tree.leaves[a->folded])) {
        return bad_entry(a, "it is not the one that the leaf hash names");
    }
    if (item->signature != VERDICT_GOOD) {
        return bad_entry(a, verdict_text(item->signature));
    }
    if (!audit_chain_add(&a->chain, &item->entry, a->tree.leaves, &why)) {
        return bad_entry(a, why.text);
    }
    if (!fold_standing(a, item)) {
        return false;
    }
    if (item->parts != VERDICT_GOOD) {
        return bad_entry(a, verdict_text(item->parts));
    }
    a->counts.disclosed += item->disclosed != 0;
    if (item->kind == VERDICT_GOOD) {
        audit_clear_add(&a->clear, a->folded, &item->entry, &item->body, item->clear);
    }
    a->folded++;
    return true;
}

bool audit_fold(struct audit *a, struct audit_batch *b)
{
    CHECK(b->number == a->batches_in);
    a->batches_in++;
    for (size_t i = 0; i < b->n && !a->folding.set; i++) {
        (void)fold_item(a, &b->items[i]);
    }
    batch_free(b);
    return !a->folding.set;
}

void audit_progress(const struct audit *a, uint64_t *done, uint64_t *total)
{
    *done = a->folded;
    *total = a->checkpoint.head.size;
}

// --- the result ---

// The checkpoint must bear the signature of the key that is the log's at the end of its record.
static const char *checkpoint_fault(const struct audit *a)
{
    switch (checkpoint_signed(a, roster_log_key(a->roster))) {
    case SIGNED_GOOD:
        return NULL;
    case SIGNED_WRONG:
        return "its signature does not fit";
    case SIGNED_NOT:
        return "it is not signed by the log's key";
    }
    return NULL;
}

static void say_good(const struct audit *a, struct audit_report *out)
{
    char root[9];
    for (size_t i = 0; i < 4; i++) {
        static const char digits[] = "0123456789abcdef";
        root[2 * i] = digits[out->head.root.b[i] >> 4];
        root[2 * i + 1] = digits[out->head.root.b[i] & 15];
    }
    root[8] = '\0';
    why_set(&out->what, "verified: %llu entries of %zu authors in %zu journals, checkpoint of size %llu with root %s",
            (unsigned long long)a->folded, a->chain.author_count, a->chain.journal_count,
            (unsigned long long)out->head.size, root);
}

// The first bad thing in the order of the file; NULL: none.
static const struct fault *first_fault(struct audit *a)
{
    const bool early = a->framing.set && a->fed == 0;
    if (early || a->folding.set) {
        return early ? &a->framing : &a->folding;
    }
    if (a->root_differs) {
        (void)fault_set(&a->folding, false, 0, "leaf hashes", "they do not give the checkpoint's root");
        return &a->folding;
    }
    if (a->framing.set) {
        return &a->framing;
    }
    if (!export_ended(&a->reader)) {
        framing_fault(a, "the file ends too early");
        return &a->framing;
    }
    const char *what = checkpoint_fault(a);
    if (what != NULL) {
        (void)fault_set(&a->folding, false, 0, "checkpoint", what);
        return &a->folding;
    }
    struct audit_fault erasure;
    if (!audit_erasure_end(a->erasure, a->roster, a->tree.leaves, &a->counts, &erasure)) {
        (void)fault_set(&a->folding, true, erasure.index, "entry", erasure.what.text);
        return &a->folding;
    }
    return NULL;
}

static void report_forums(struct audit *a, struct audit_report *out)
{
    forum_fold_end(a->forums);
    out->forums = forum_fold_totals(a->forums);
    for (size_t i = 0; i < forum_fold_count(a->forums) && out->incomplete_n < AUDIT_FORUMS; i++) {
        const struct forum_state *forum = forum_fold_at(a->forums, i);
        if (forum->standing == FORUM_MISSING || forum->standing == FORUM_DIFFERS) {
            out->incomplete[out->incomplete_n++] = *forum;
        }
    }
}

void audit_end(struct audit *a, struct audit_report *out)
{
    CHECK(a->batches_in == a->batches_out);
    const struct fault *fault = first_fault(a);
    struct audit_report report = a->counts;
    report.has_charter = a->has_charter;
    report.consultation = a->charter.id;
    report.practice = a->has_charter && a->charter.practice;
    memcpy(report.title, a->has_charter ? a->charter.title.p : (const uint8_t *)"", a->charter.title.n);
    report.head = a->checkpoint.head;
    report.entries = a->folded;
    report.journals = a->chain.journal_count;
    report.authors = a->chain.author_count;
    report.forks = a->chain.fork_count;
    report.in_clear = a->clear.n;
    report.in_clear_first = a->clear.first;
    report.good = fault == NULL;
    report_forums(a, &report);
    report.pending = a->roster == NULL ? 0 : roster_pending_count(a->roster);
    if (fault != NULL) {
        report.has_index = fault->has_index;
        report.index = fault->index;
        report.what = fault->what;
    } else {
        say_good(a, &report);
    }
    *out = report;
}

const struct roster *audit_roster(const struct audit *a)
{
    return a->roster;
}

bool audit_peek_charter(struct slice head, struct hash *id)
{
    struct export_reader reader = export_reader_new();
    struct export_frame f;
    struct charter charter;
    const bool good = export_read(&reader, &head, &f, NULL) == EXPORT_STEP_FRAME && f.type == EXPORT_CHARTER &&
                      charter_verify(f.note, &charter, NULL) == VERDICT_GOOD;
    if (good) {
        *id = charter.id;
    }
    export_reader_done(&reader);
    return good;
}
