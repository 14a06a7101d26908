// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Redactions by their target. Read first: common/format/erasure.h.
#include "common/format/erasure.h"

#include "common/base/table.h"

#include <stdlib.h>
#include <string.h>

// The name of a part that a redaction asks for.
struct part_name {
    uint8_t n;
    uint8_t b[LIMIT_CODE_BYTES];
};

struct row {
    struct erasure_row as;
    size_t part_count;
    struct part_name parts[LIMIT_PARTS];
    size_t next; // the next of the same target; SIZE_MAX: none
};

struct erasure {
    struct table first_of; // target -> number of its first row
    struct row *rows;
    size_t n, room;
    uint64_t *offered; // where all redactions stand, ascending
    size_t offered_n, offered_room;
};

struct erasure *erasure_new(void)
{
    struct erasure *f = mem_new(sizeof *f);
    f->first_of = table_new(sizeof(struct hash));
    return f;
}

void erasure_free(struct erasure *f)
{
    if (f != NULL) {
        table_done(&f->first_of);
        free(f->rows);
        free(f->offered);
        free(f);
    }
}

static struct row *row_of(const struct erasure *f, struct hash target)
{
    uint32_t first = 0;
    return table_find(&f->first_of, target.b, &first) ? &f->rows[first] : NULL;
}

static struct row *row_next(const struct erasure *f, const struct row *r)
{
    return r->next == SIZE_MAX ? NULL : &f->rows[r->next];
}

static void hang(struct erasure *f, size_t number)
{
    struct row *r = row_of(f, f->rows[number].as.target);
    if (r == NULL) {
        table_put(&f->first_of, f->rows[number].as.target.b, number);
        return;
    }
    while (r->next != SIZE_MAX) {
        r = &f->rows[r->next];
    }
    r->next = number;
}

static void note_offered(struct erasure *f, uint64_t index)
{
    if (f->offered_n > 0 && f->offered[f->offered_n - 1] >= index) {
        return; // it is judged once more
    }
    if (f->offered_n == f->offered_room) {
        f->offered_room = f->offered_room == 0 ? 16 : 2 * f->offered_room;
        f->offered = mem_grow(f->offered, f->offered_room, sizeof *f->offered);
    }
    f->offered[f->offered_n++] = index;
}

void erasure_put(struct erasure *f, const struct entry *e, const struct body *body, uint64_t index,
                  enum verdict standing)
{
    if (body->kind != KIND_REDACTION) {
        return;
    }
    note_offered(f, index);
    for (struct row *r = row_of(f, body->as.redaction.target); r != NULL; r = row_next(f, r)) {
        if (hash_equal(r->as.redaction, e->id)) {
            r->as.in_force = standing == VERDICT_GOOD;
            return;
        }
    }
    if (standing != VERDICT_GOOD) {
        return;
    }
    if (f->n == f->room) {
        f->room = f->room == 0 ? 16 : 2 * f->room;
        f->rows = mem_grow(f->rows, f->room, sizeof *f->rows);
    }
    struct row *row = &f->rows[f->n];
    *row = (struct row){ .as = { .redaction = e->id, .target = body->as.redaction.target, .index = index,
                                 .claimed_s = e->claimed_s, .in_force = true },
                         .part_count = body->as.redaction.part_count,
                         .next = SIZE_MAX };
    for (size_t i = 0; i < row->part_count; i++) {
        const struct slice name = body->as.redaction.parts[i];
        CHECK(name.n <= sizeof row->parts[i].b); // a code: kind_parse lets no longer one through
        row->parts[i].n = (uint8_t)name.n;
        memcpy(row->parts[i].b, name.p, name.n);
    }
    hang(f, f->n++);
}

bool erasure_replaced(const struct entry *e, struct hash *id)
{
    const enum kind kind = kind_of(e->kind);
    if (kind == KIND_UNKNOWN) {
        return false;
    }
    // PROTOCOL 7.3: it is the last reference of content that has a fixed number of them.
    const struct kind_info *info = kind_info(kind);
    if (!info->content || info->refs_max == LIMIT_REFS || info->refs_max == 0 || e->ref_count != info->refs_max) {
        return false;
    }
    *id = entry_ref(e, e->ref_count - 1);
    return !hash_is_zero(*id);
}

static bool names(const struct row *r, struct slice part)
{
    for (size_t i = 0; i < r->part_count; i++) {
        if (slice_equal(slice_of(r->parts[i].b, r->parts[i].n), part)) {
            return true;
        }
    }
    return false;
}

// PROTOCOL 16.2: the ids under which a redaction may mean e: at most itself, what it corrects, and what it stands for.
static size_t meant_by(const struct entry *e, struct hash ids[3])
{
    const enum kind kind = kind_of(e->kind);
    size_t n = 0;
    if (kind == KIND_UNKNOWN || !kind_info(kind)->content) {
        return 0;
    }
    ids[n++] = e->id;
    if (kind == KIND_CORRECTION && e->ref_count > 0) {
        ids[n++] = entry_ref(e, 0);
    }
    n += erasure_replaced(e, &ids[n]) ? 1 : 0;
    return n;
}

static uint64_t covered(const struct erasure *f, const struct entry *e, bool also_past)
{
    struct hash ids[3];
    uint64_t mask = 0;
    const size_t n = f->n == 0 ? 0 : meant_by(e, ids);
    for (size_t k = 0; k < n; k++) {
        for (const struct row *r = row_of(f, ids[k]); r != NULL; r = row_next(f, r)) {
            for (size_t i = 0; (r->as.in_force || also_past) && i < e->part_count; i++) {
                mask |= (uint64_t)names(r, e->parts[i].name) << i;
            }
        }
    }
    return mask;
}

uint64_t erasure_mask(const struct erasure *f, const struct entry *e)
{
    return covered(f, e, false);
}

uint64_t erasure_allowed(const struct erasure *f, const struct entry *e)
{
    return covered(f, e, true);
}

static bool comes_before(const struct erasure_row *a, const struct erasure_row *b)
{
    return a->in_force != b->in_force ? a->in_force : a->index < b->index;
}

bool erasure_of(const struct erasure *f, const struct entry *e, size_t i, struct erasure_row *out)
{
    struct hash ids[3];
    const struct row *best = NULL;
    const size_t n = f->n == 0 || i >= e->part_count ? 0 : meant_by(e, ids);
    for (size_t k = 0; k < n; k++) {
        for (const struct row *r = row_of(f, ids[k]); r != NULL; r = row_next(f, r)) {
            if (names(r, e->parts[i].name) && (best == NULL || comes_before(&r->as, &best->as))) {
                best = r;
            }
        }
    }
    if (best != NULL) {
        *out = best->as;
    }
    return best != NULL;
}

size_t erasure_count(const struct erasure *f)
{
    return f->n;
}

struct erasure_row erasure_row(const struct erasure *f, size_t i)
{
    CHECK(i < f->n);
    return f->rows[i].as;
}

size_t erasure_offered_count(const struct erasure *f)
{
    return f->offered_n;
}

uint64_t erasure_offered(const struct erasure *f, size_t i)
{
    CHECK(i < f->offered_n);
    return f->offered[i];
}
