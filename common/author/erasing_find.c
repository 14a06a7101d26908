// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What redactions in force cover of what lies at a site: own entries and those that came down. It reads headers only,
// so nobody need be unlocked. Read first: erasing.h, erasing_inside.h.
#include "common/author/erasing_inside.h"

#include "common/format/pack.h"
#include "common/store/leaf.h"
#include "common/store/store.h"

#include <stdlib.h>
#include <string.h>

#define MEMORY "erased"                // name of the value
#define LEAF_SHIFT 16
static_assert(LIMIT_PARTS <= LEAF_SHIFT, "bits of a part that came down do not meet those of one in a journal");
#define MEMORY_BYTES ((size_t)16 << 20) // hundreds of thousands of erased entries

// --- the folds ---

// A redaction that came down, and its standing at its own index.
struct heard {
    uint64_t index;
    enum verdict then;
};

static enum err take_heard(struct kv_txn *t, const struct roster *roster, const struct heard *heard, size_t n,
                           struct erasure *f, struct why *why)
{
    enum err err = OK;
    for (size_t i = 0; i < n && err == OK; i++) {
        struct stored stored;
        struct entry e;
        struct body body;
        err = leaf_get(t, heard[i].index, &stored, why);
        if (err != OK || entry_parse(stored.bytes, &e) != VERDICT_GOOD) {
            continue;
        }
        enum verdict form = kind_parse(&e, &body);
        if (form == VERDICT_GOOD) {
            erasure_put(f, &e, &body, heard[i].index, heard[i].then);
            erasure_put(f, &e, &body, heard[i].index, roster_standing(roster, &e, form, &body, heard[i].index));
        }
    }
    return err;
}

enum err erasing_fold(struct kv_txn *t, const struct charter *charter, struct roster **roster, struct erasure **out,
                      struct why *why)
{
    struct roster *r = NULL;
    struct erasure *f = erasure_new();
    struct heard *heard = NULL;
    size_t n = 0;
    enum err err = OK;
    if (roster != NULL || leaf_redactions(t) > 0) {
        r = roster_new(charter);
        struct leaf_range range = leaf_range_new(t, 0);
        while (leaf_range_next(&range)) {
            struct entry e;
            struct body body;
            if (!range.whole || entry_parse(range.entry.bytes, &e) != VERDICT_GOOD) {
                continue;
            }
            enum verdict form = kind_parse(&e, &body);
            enum verdict standing = roster_apply(r, &e, form, &body, range.index);
            if (kind_of(e.kind) == KIND_REDACTION) {
                heard = mem_grow(heard, n + 1, sizeof *heard);
                heard[n++] = (struct heard){ range.index, standing };
            }
        }
        leaf_range_done(&range);
        err = kv_error(t);
    }
    if (err == OK) {
        err = take_heard(t, r, heard, n, f, why);
    }
    free(heard);
    if (err == OK) {
        *out = f;
        f = NULL;
    }
    if (err == OK && roster != NULL) {
        *roster = r;
        r = NULL;
    }
    erasure_free(f);
    roster_free(r);
    return err;
}

// --- jobs ---

struct finding {
    struct kv_txn *t;
    const struct erasure *fold;
    struct erasing_memory memory;
    struct erasing_list list;
    bool replaced;        // some job stands in the place of another entry
};

static void add_job(struct finding *f, const struct erasing_job *job)
{
    f->list.jobs = mem_grow(f->list.jobs, f->list.n + 1, sizeof *f->list.jobs);
    f->list.jobs[f->list.n++] = *job;
}

// What an entry that is covered only by way of its successor takes over from it; NULL: none.
static const struct erasing_job *successor(const struct finding *f, struct hash id)
{
    for (size_t i = 0; i < f->list.n && f->replaced; i++) {
        if (hash_equal(f->list.jobs[i].replaced, id)) {
            return &f->list.jobs[i];
        }
    }
    return NULL;
}

static bool has_job(const struct finding *f, struct hash id, bool leaf)
{
    for (size_t i = 0; i < f->list.n; i++) {
        if (f->list.jobs[i].leaf == leaf && hash_equal(f->list.jobs[i].id, id)) {
            return true;
        }
    }
    return false;
}

// Looks at one entry; job says where it lies. again: only what the successors of entries found before ask for.
static void look(struct finding *f, struct slice bytes, struct erasing_job *job, bool again)
{
    struct entry e;
    if (entry_parse(bytes, &e) != VERDICT_GOOD) {
        return;
    }
    const struct erasing_job *after = again ? successor(f, e.id) : NULL;
    job->id = e.id;
    job->mask = again ? (after != NULL ? after->mask : 0) : erasure_mask(f->fold, &e);
    job->mask &= e.part_count == 0 ? 0 : ((uint64_t)1 << e.part_count) - 1;
    job->mask &= job->mask == 0 ? 0 : ~erasing_memory_mask(&f->memory, job);
    if (job->mask == 0 || (again && has_job(f, e.id, job->leaf))) {
        return;
    }
    for (size_t i = 0; i < e.part_count; i++) {
        struct erasure_row row;
        if (after != NULL) {
            job->causes[i] = after->causes[i];
        } else if ((job->mask >> i & 1) != 0 && erasure_of(f->fold, &e, i, &row)) {
            job->causes[i] = (struct erasing_cause){ row.redaction, row.target };
        }
    }
    job->replaced = (struct hash){ { 0 } };
    f->replaced = erasure_replaced(&e, &job->replaced) || f->replaced;
    add_job(f, job);
}

static enum err look_at_all(struct finding *f, bool again)
{
    struct journal_id id;
    for (bool more = journal_next(f->t, false, &id); more; more = journal_next(f->t, true, &id)) {
        struct journal_range r = journal_range_new(f->t, &id, 0);
        while (journal_range_next(&r)) {
            struct erasing_job job = { .at = r.at };
            f->list.unread = f->list.unread || !r.whole;
            look(f, r.whole ? r.entry.bytes : slice_of(NULL, 0), &job, again);
        }
        journal_range_done(&r);
    }
    struct leaf_range r = leaf_range_new(f->t, 0);
    while (leaf_range_next(&r)) {
        struct erasing_job job = { .leaf = true, .index = r.index };
        f->list.unread = f->list.unread || !r.whole;
        look(f, r.whole ? r.entry.bytes : slice_of(NULL, 0), &job, again);
    }
    leaf_range_done(&r);
    return kv_error(f->t);
}

enum err erasing_find(struct kv_txn *t, const struct charter *charter, struct erasing_list *out, struct why *why)
{
    struct finding f = { .t = t };
    struct erasure *fold = NULL;
    *out = (struct erasing_list){ .n = 0 };
    if (leaf_redactions(t) == 0) {
        return kv_error(t);
    }
    enum err e = erasing_memory_get(t, &f.memory);
    if (e == OK) {
        e = erasing_fold(t, charter, NULL, &fold, why);
    }
    f.fold = fold;
    if (e == OK) {
        e = look_at_all(&f, false);
    }
    // What was refused and signed anew lies here twice: the words of the first go with those of the second.
    for (size_t before = 0; e == OK && f.replaced && before < f.list.n;) {
        before = f.list.n;
        e = look_at_all(&f, true);
    }
    erasure_free(fold);
    erasing_memory_done(&f.memory);
    if (e == OK) {
        *out = f.list;
    } else {
        free(f.list.jobs);
    }
    return e;
}

// True when nothing was due the last time, and there is nothing since that could be.
static bool rests(const struct state_rest *was, const struct state_rest *is)
{
    return was->known && was->entries == is->entries && was->leaves == is->leaves && was->erased == is->erased;
}

enum err erasing_due(struct state *s, struct erasing_due *out, struct why *why)
{
    struct kv_txn *t = NULL;
    struct erasing_list list = { .n = 0 };
    struct erasing_memory memory = { .count = 0 };
    struct erasing_memory causes = { .count = 0 }; // its notes: each redaction once
    *out = (struct erasing_due){ .redactions = 0 };
    enum err e = kv_begin_read(state_kv(s), &t);
    if (e != OK) {
        return e;
    }
    if (leaf_redactions(t) > 0) {
        e = erasing_memory_get(t, &memory);
        const struct state_rest was = state_rest(s);
        struct state_rest is = { true, journal_count(t), leaf_count(t), memory.count };
        if (e == OK && !rests(&was, &is)) {
            e = erasing_find(t, state_charter(s), &list, why);
            is.known = e == OK && list.n == 0 && !list.unread;
            state_rest_set(s, &is);
        }
    }
    for (size_t i = 0; i < list.n; i++) {
        for (size_t k = 0; k < LIMIT_PARTS; k++) {
            if ((list.jobs[i].mask >> k & 1) != 0) {
                erasing_memory_note(&causes, &list.jobs[i].causes[k]);
            }
        }
    }
    kv_abort(t);
    out->redactions = causes.note_count;
    out->notes = memory.note_count;
    erasing_memory_done(&memory);
    erasing_memory_done(&causes);
    free(list.jobs);
    return e;
}

// --- what was done: canonical [[[entry, bits] …], [[redaction, target] …]] ---

// When it was damaged, what is erased already is looked at once more, and what was not said yet never is: that is less
// than that nobody can write here any more.
enum err erasing_memory_get(struct kv_txn *t, struct erasing_memory *out)
{
    struct slice bytes = { NULL, 0 };
    struct erasing_memory m = { .count = 0 };
    enum err e = store_value_get(t, MEMORY, &bytes);
    *out = m;
    if (e != OK) {
        return e == ERR_NOT_FOUND || e == ERR_CORRUPT ? kv_error(t) : e;
    }
    struct cursor c = cursor_new(bytes, false);
    cursor_array_of(&c, 2);
    m.count = cursor_array(&c, bytes.n);
    m.erased = mem_new(m.count * sizeof *m.erased);
    for (size_t i = 0; i < m.count; i++) {
        cursor_array_of(&c, 2);
        cursor_bin_fixed(&c, m.erased[i].id.b, sizeof m.erased[i].id.b);
        m.erased[i].mask = cursor_uint(&c);
    }
    m.note_count = cursor_array(&c, bytes.n);
    m.notes = mem_new(m.note_count * sizeof *m.notes);
    for (size_t i = 0; i < m.note_count; i++) {
        cursor_array_of(&c, 2);
        cursor_bin_fixed(&c, m.notes[i].redaction.b, sizeof m.notes[i].redaction.b);
        cursor_bin_fixed(&c, m.notes[i].target.b, sizeof m.notes[i].target.b);
    }
    if (!cursor_done(&c)) {
        erasing_memory_done(&m);
    }
    *out = m;
    return OK;
}

void erasing_memory_put(struct kv_txn *t, const struct erasing_memory *m)
{
    struct buf bytes = buf_new(MEMORY_BYTES);
    pack_array(&bytes, 2);
    pack_array(&bytes, m->count);
    for (size_t i = 0; i < m->count; i++) {
        pack_array(&bytes, 2);
        pack_bin(&bytes, SLICE_ARRAY(m->erased[i].id.b));
        pack_uint(&bytes, m->erased[i].mask);
    }
    pack_array(&bytes, m->note_count);
    for (size_t i = 0; i < m->note_count; i++) {
        pack_array(&bytes, 2);
        pack_bin(&bytes, SLICE_ARRAY(m->notes[i].redaction.b));
        pack_bin(&bytes, SLICE_ARRAY(m->notes[i].target.b));
    }
    if (buf_ok(&bytes)) {
        store_value_put(t, MEMORY, buf_slice(&bytes));
    } else {
        kv_fail(t, ERR_FULL);
    }
    buf_done(&bytes);
}

void erasing_memory_done(struct erasing_memory *m)
{
    free(m->erased);
    free(m->notes);
    *m = (struct erasing_memory){ .count = 0 };
}

// One entry may lie here twice, in its author's journal and as it came down: each has its own bits.
static uint64_t bits_of(const struct erasing_job *job)
{
    return job->leaf ? job->mask << LEAF_SHIFT : job->mask;
}

uint64_t erasing_memory_mask(const struct erasing_memory *m, const struct erasing_job *job)
{
    for (size_t i = 0; i < m->count; i++) {
        if (hash_equal(m->erased[i].id, job->id)) {
            return job->leaf ? m->erased[i].mask >> LEAF_SHIFT : m->erased[i].mask & (((uint64_t)1 << LEAF_SHIFT) - 1);
        }
    }
    return 0;
}

void erasing_memory_add(struct erasing_memory *m, const struct erasing_job *job)
{
    for (size_t i = 0; i < m->count; i++) {
        if (hash_equal(m->erased[i].id, job->id)) {
            m->erased[i].mask |= bits_of(job);
            return;
        }
    }
    m->erased = mem_grow(m->erased, m->count + 1, sizeof *m->erased);
    m->erased[m->count].id = job->id;
    m->erased[m->count++].mask = bits_of(job);
}

void erasing_memory_note(struct erasing_memory *m, const struct erasing_cause *cause)
{
    for (size_t i = 0; i < m->note_count; i++) {
        if (hash_equal(m->notes[i].redaction, cause->redaction)) {
            return;
        }
    }
    m->notes = mem_grow(m->notes, m->note_count + 1, sizeof *m->notes);
    m->notes[m->note_count++] = *cause;
}
