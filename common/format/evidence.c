// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Evidence: its bytes, and what it proves. Read first: evidence.h, docs/PROTOCOL.md 17.
#include "common/format/evidence.h"

#include "common/base/table.h"
#include "common/format/pack.h"
#include "common/format/proof.h"

#include <stdlib.h>
#include <string.h>

// --- bytes ---

static void put_custody(const struct evidence_custody *c, struct buf *out)
{
    pack_array(out, 6);
    pack_bin(out, SLICE_ARRAY(c->note.key.b));
    pack_bin(out, SLICE_ARRAY(c->note.incarnation.b));
    pack_uint(out, c->note.seq);
    pack_bin(out, SLICE_ARRAY(c->note.head.b));
    pack_bin(out, SLICE_ARRAY(c->note.root.b));
    pack_bin(out, SLICE_ARRAY(c->signature.b));
}

void evidence_make(const struct evidence *e, struct buf *out)
{
    buf_put_text(out, EVIDENCE_MAGIC);
    pack_array(out, 4);
    pack_bin(out, SLICE_ARRAY(e->consultation.b));
    pack_array(out, e->note_count);
    for (size_t i = 0; i < e->note_count; i++) {
        pack_bin(out, e->notes[i]);
    }
    pack_array(out, e->receipt_count);
    for (size_t i = 0; i < e->receipt_count; i++) {
        pack_array(out, 2);
        pack_bin(out, e->receipts[i].entry);
        pack_bin(out, e->receipts[i].proof);
    }
    pack_array(out, e->custody_count);
    for (size_t i = 0; i < e->custody_count; i++) {
        put_custody(&e->custodies[i], out);
    }
}

static void read_custody(struct cursor *c, struct hash consultation, struct evidence_custody *out)
{
    cursor_array_of(c, 6);
    out->note.consultation = consultation;
    cursor_bin_fixed(c, out->note.key.b, sizeof out->note.key.b);
    cursor_bin_fixed(c, out->note.incarnation.b, sizeof out->note.incarnation.b);
    out->note.seq = cursor_uint(c);
    cursor_bin_fixed(c, out->note.head.b, sizeof out->note.head.b);
    cursor_bin_fixed(c, out->note.root.b, sizeof out->note.root.b);
    cursor_bin_fixed(c, out->signature.b, sizeof out->signature.b);
}

bool evidence_parse(struct slice bytes, struct evidence *out, struct why *why)
{
    const struct slice magic = slice_text(EVIDENCE_MAGIC);
    if (bytes.n < magic.n || memcmp(bytes.p, magic.p, magic.n) != 0) {
        why_set(why, "this is no file of evidence");
        return false;
    }
    struct cursor c = cursor_new(slice_of(bytes.p + magic.n, bytes.n - magic.n), false);
    cursor_array_of(&c, 4);
    cursor_bin_fixed(&c, out->consultation.b, sizeof out->consultation.b);
    out->note_count = cursor_array(&c, LIMIT_EVIDENCE_NOTES);
    for (size_t i = 0; i < out->note_count; i++) {
        out->notes[i] = cursor_bin(&c);
    }
    out->receipt_count = cursor_array(&c, LIMIT_EVIDENCE_RECEIPTS);
    for (size_t i = 0; i < out->receipt_count; i++) {
        cursor_array_of(&c, 2);
        out->receipts[i].entry = cursor_bin(&c);
        out->receipts[i].proof = cursor_bin(&c);
    }
    out->custody_count = cursor_array(&c, LIMIT_EVIDENCE_CUSTODIES);
    for (size_t i = 0; i < out->custody_count; i++) {
        read_custody(&c, out->consultation, &out->custodies[i]);
    }
    if (!cursor_done(&c)) {
        why_set(why, "this file of evidence is damaged or cut off");
        return false;
    }
    return true;
}

// --- judging ---

const char *evidence_fault_text(enum evidence_fault f)
{
    static const char *const texts[EVIDENCE_FAULTS] = {
        [EVIDENCE_UNSIGNED] = "something in this file is not signed by the hub's log: it says nothing about the hub",
        [EVIDENCE_FORKED] = "the hub signed two records of one size that are not the same",
        [EVIDENCE_REWRITTEN] = "the record does not begin with what the hub had signed before: its past was changed",
        [EVIDENCE_SHORTER] = "the record ends before one that the hub had signed: ask for a newer copy; when there is "
                             "none, the hub holds entries back",
        [EVIDENCE_MOVED] = "the hub gave a receipt for an entry at a place where the record has another",
        [EVIDENCE_DROPPED] = "the hub signed that it holds an entry which the record does not have",
        [EVIDENCE_FALSE] = "the hub signed for other contents of a notebook than the record has",
    };
    CHECK(f < EVIDENCE_FAULTS);
    return texts[f];
}

struct judging {
    const struct vkey *logs;
    size_t log_count;
    const struct evidence_record *record;
    struct table at;                 // id -> index in the record
    struct evidence_finding *out;
    size_t found;
    struct tree_head heads[LIMIT_EVIDENCE_NOTES + LIMIT_EVIDENCE_RECEIPTS]; // good ones
    size_t head_count;
};

static void find(struct judging *j, enum evidence_fault fault, uint64_t a, uint64_t b, const struct hash *id)
{
    if (j->found < LIMIT_EVIDENCE_FINDINGS) {
        j->out[j->found] = (struct evidence_finding){ fault, a, b, id != NULL ? *id : (struct hash){ { 0 } } };
    }
    j->found++;
}

// Keeps one signed head, once, to be compared with the record; two of one size are compared at once.
static void take_head(struct judging *j, struct tree_head head)
{
    for (size_t i = 0; i < j->head_count; i++) {
        if (j->heads[i].size == head.size) {
            if (!hash_equal(j->heads[i].root, head.root)) {
                find(j, EVIDENCE_FORKED, head.size, head.size, NULL);
            }
            return;
        }
    }
    j->heads[j->head_count++] = head;
}

static int by_size(const void *a, const void *b)
{
    const struct tree_head *x = a;
    const struct tree_head *y = b;
    return x->size < y->size ? -1 : x->size > y->size;
}

// One pass over the record for all heads.
static void compare_heads(struct judging *j)
{
    struct merkle_frontier f = { .size = 0 };
    qsort(j->heads, j->head_count, sizeof *j->heads, by_size);
    for (size_t i = 0; i < j->head_count; i++) {
        const struct tree_head *head = &j->heads[i];
        if (head->size > j->record->size) {
            find(j, EVIDENCE_SHORTER, j->record->size, head->size, NULL);
            continue;
        }
        while (f.size < head->size) {
            (void)merkle_append(&f, j->record->entries[f.size].id, NULL);
        }
        if (!hash_equal(merkle_root(&f), head->root)) {
            find(j, EVIDENCE_REWRITTEN, head->size, j->record->size, NULL);
        }
    }
}

static void take_note(struct judging *j, struct slice note)
{
    for (size_t i = 0; i < j->log_count; i++) {
        struct tree_head head;
        if (checkpoint_verify(note, &j->logs[i], &head, NULL) == VERDICT_GOOD) {
            take_head(j, head);
            return;
        }
    }
    find(j, EVIDENCE_UNSIGNED, 0, 0, NULL);
}

static void take_receipt(struct judging *j, const struct evidence_receipt *r)
{
    const struct hash id = merkle_leaf(r->entry);
    for (size_t i = 0; i < j->log_count; i++) {
        const struct proof_trust trust = { .log = &j->logs[i], .form = CHECKPOINT_OURS };
        uint64_t index = 0;
        struct tree_head head;
        if (proof_verify(r->proof, id, &trust, &index, &head, NULL) != VERDICT_GOOD) {
            continue;
        }
        take_head(j, head);
        if (j->record != NULL && index < j->record->size && !hash_equal(j->record->entries[index].id, id)) {
            find(j, EVIDENCE_MOVED, index, head.size, &id);
        }
        return;
    }
    find(j, EVIDENCE_UNSIGNED, 0, 0, &id);
}

// The root that an honest note over the journal up to entry `last` has, by the record. False when the chain from it
// back to number 0 is not whole there.
static bool custody_root_of(const struct judging *j, uint32_t last, struct hash *out)
{
    const struct evidence_entry *e = &j->record->entries[last];
    const uint64_t n = e->seq + 1;
    if (n > j->record->size) {
        return false;
    }
    struct hash *leaves = mem_new((size_t)n * sizeof *leaves);
    bool whole = true;
    uint64_t seq = n;
    while (whole && seq-- > 0) {
        const uint64_t settled = ((uint64_t)1 << e->parts) - 1; // nothing more is wanted of any part (PROTOCOL 9.1)
        leaves[seq] = custody_leaf(e->id, settled);
        uint32_t before = 0;
        whole = e->seq == seq && (seq == 0 || table_find(&j->at, e->prev.b, &before));
        e = &j->record->entries[before];
    }
    if (whole) {
        struct merkle_frontier f = { .size = 0 };
        for (uint64_t i = 0; i < n; i++) {
            (void)merkle_append(&f, leaves[i], NULL);
        }
        *out = merkle_root(&f);
    }
    free(leaves);
    return whole;
}

static void take_custody(struct judging *j, const struct evidence_custody *c)
{
    bool good = false;
    for (size_t i = 0; i < j->log_count && !good; i++) {
        good = custody_verify(&c->note, j->logs[i].key, c->signature);
    }
    if (!good) {
        find(j, EVIDENCE_UNSIGNED, c->note.seq, 0, &c->note.head);
        return;
    }
    uint32_t last = 0;
    struct hash root;
    if (j->record == NULL) {
        return;
    }
    if (!table_find(&j->at, c->note.head.b, &last)) {
        find(j, EVIDENCE_DROPPED, c->note.seq, j->record->size, &c->note.head);
    } else if (!custody_root_of(j, last, &root) || !hash_equal(root, c->note.root)) {
        find(j, EVIDENCE_FALSE, c->note.seq, j->record->size, &c->note.head);
    }
}

size_t evidence_judge(const struct evidence *e, const struct vkey *logs, size_t n, const struct evidence_record *record,
                      struct evidence_finding out[LIMIT_EVIDENCE_FINDINGS])
{
    struct judging *j = mem_new(sizeof *j);
    j->logs = logs;
    j->log_count = n;
    j->record = record;
    j->out = out;
    j->at = table_new(sizeof(struct hash));
    for (uint64_t i = 0; record != NULL && i < record->size; i++) {
        if (!table_find(&j->at, record->entries[i].id.b, NULL)) {
            table_put(&j->at, record->entries[i].id.b, (size_t)i);
        }
    }
    for (size_t i = 0; i < e->note_count; i++) {
        take_note(j, e->notes[i]);
    }
    for (size_t i = 0; i < e->receipt_count; i++) {
        take_receipt(j, &e->receipts[i]);
    }
    for (size_t i = 0; i < e->custody_count; i++) {
        take_custody(j, &e->custodies[i]);
    }
    if (record != NULL) {
        compare_heads(j);
    }
    const size_t found = j->found;
    table_done(&j->at);
    free(j);
    return found;
}
