// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What an auditor says of erased parts (PROTOCOL 16.7). A redaction may come after its target and may lose its force
// later, so it is kept what was disclosed and what was erased, 16 bytes an entry, and judged at the end.
// Read first: common/format/erasure.h.
#include "common/format/audit_state.h"

#include <stdlib.h>
#include <string.h>

#define PLAIN UINT32_MAX

struct given {
    uint32_t index;
    uint32_t copy;          // number of its copy; PLAIN: its id and kind say all
    uint16_t given, erased; // a bit for each part
    uint8_t kind;           // of a plain one
};

static_assert(LIMIT_PARTS <= 16, "a bit for each part of an entry");

// An entry that is looked at again at the end.
struct copy {
    uint64_t index;
    size_t n;
    uint8_t *bytes;
};

struct audit_erasure {
    struct erasure *fold;
    struct given *rows;
    size_t row_n, row_room;
    struct copy *copies; // redactions; and entries whose erasure depends on more than their id and kind
    size_t copy_n;
};

struct audit_erasure *audit_erasure_new(void)
{
    struct audit_erasure *x = mem_new(sizeof *x);
    x->fold = erasure_new();
    return x;
}

void audit_erasure_free(struct audit_erasure *x)
{
    if (x == NULL) {
        return;
    }
    for (size_t i = 0; i < x->copy_n; i++) {
        free(x->copies[i].bytes);
    }
    erasure_free(x->fold);
    free(x->rows);
    free(x->copies);
    free(x);
}

static size_t keep(struct audit_erasure *x, const struct entry *e, uint64_t index)
{
    if ((x->copy_n & (x->copy_n - 1)) == 0) {
        x->copies = mem_grow(x->copies, x->copy_n == 0 ? 1 : 2 * x->copy_n, sizeof *x->copies);
    }
    struct copy *c = &x->copies[x->copy_n];
    *c = (struct copy){ .index = index, .n = e->bytes.n, .bytes = mem_new(e->bytes.n) };
    memcpy(c->bytes, e->bytes.p, c->n);
    return x->copy_n++;
}

void audit_erasure_add(struct audit_erasure *x, const struct entry *e, enum verdict form, const struct body *body,
                       enum verdict standing, uint64_t index, uint64_t given, uint64_t erased)
{
    const enum kind kind = kind_of(e->kind);
    const bool content = kind != KIND_UNKNOWN && kind_info(kind)->content;
    struct hash replaced;
    if (form == VERDICT_GOOD && kind == KIND_REDACTION) {
        erasure_put(x->fold, e, body, index, standing);
        (void)keep(x, e, index);
    }
    if (erased == 0 && (given == 0 || !content)) {
        return;
    }
    if (x->row_n == x->row_room) {
        x->row_room = x->row_room == 0 ? 1024 : 2 * x->row_room;
        x->rows = mem_grow(x->rows, x->row_room, sizeof *x->rows);
    }
    const bool plain = content && kind != KIND_CORRECTION && form != VERDICT_BAD_BODY &&
                       !erasure_replaced(e, &replaced);
    x->rows[x->row_n++] = (struct given){ .index = (uint32_t)index, .copy = plain ? PLAIN : (uint32_t)keep(x, e, index),
                                          .given = (uint16_t)given, .erased = (uint16_t)erased,
                                          .kind = (uint8_t)kind };
}

// The entry of a row, as far as erasure.h reads it.
static struct entry entry_of(const struct audit_erasure *x, const struct given *g, struct hash id)
{
    struct entry e = { .id = id };
    if (g->copy != PLAIN) {
        const struct copy *c = &x->copies[g->copy];
        CHECK(entry_parse(slice_of(c->bytes, c->n), &e) == VERDICT_GOOD);
        return e;
    }
    const struct kind_info *info = kind_info((enum kind)g->kind);
    e.kind = slice_text(info->name);
    for (; info->parts[e.part_count] != NULL; e.part_count++) {
        e.parts[e.part_count].name = slice_text(info->parts[e.part_count]);
    }
    return e;
}

// By now a redaction may be in force that was not, or no more.
static void judge(struct audit_erasure *x, const struct roster *roster)
{
    struct entry e;
    struct body body;
    for (size_t i = 0; i < x->copy_n; i++) {
        const struct copy *c = &x->copies[i];
        if (entry_parse(slice_of(c->bytes, c->n), &e) == VERDICT_GOOD && kind_parse(&e, &body) == VERDICT_GOOD &&
            body.kind == KIND_REDACTION) {
            erasure_put(x->fold, &e, &body, c->index,
                         roster_standing(roster, &e, VERDICT_GOOD, &body, c->index));
        }
    }
}

static unsigned first_bit(uint64_t bits)
{
    unsigned i = 0;
    while ((bits >> i & 1) == 0) {
        i++;
    }
    return i;
}

static bool fault(struct audit_fault *out, uint64_t index, const struct entry *e, unsigned part,
                  const struct erasure_row *by)
{
    const struct slice name = e->parts[part].name;
    out->index = index;
    if (by == NULL) {
        why_set(&out->what, "its part %.*s is given as erased, and no redaction in force covers it", (int)name.n,
                (const char *)name.p);
    } else {
        why_set(&out->what, "its part %.*s was to be erased by entry %llu and is in this file: whoever made the file "
                            "gave out what must be gone", (int)name.n, (const char *)name.p,
                (unsigned long long)by->index);
    }
    return false;
}

// Adds an entry with erased parts to the report.
static void list_erased(const struct audit_erasure *x, const struct given *g, const struct entry *e,
                        struct audit_report *report)
{
    struct erasure_row by;
    if (report->erased++ >= AUDIT_ERASED || !erasure_of(x->fold, e, first_bit(g->erased), &by)) {
        return;
    }
    struct audit_erased *row = &report->erased_first[report->erased - 1];
    struct buf names = buf_new(sizeof row->parts - 1);
    for (size_t i = 0; i < e->part_count; i++) {
        if ((g->erased >> i & 1) != 0) {
            buf_put_text(&names, names.n == 0 ? "" : ", ");
            buf_put(&names, e->parts[i].name);
        }
    }
    CHECK(buf_ok(&names));
    *row = (struct audit_erased){ .index = g->index, .by = by.index, .id = e->id, .claimed_s = by.claimed_s };
    memcpy(row->parts, names.p, names.n);
    buf_done(&names);
}

bool audit_erasure_end(struct audit_erasure *x, const struct roster *roster, const struct hash *ids,
                       struct audit_report *report, struct audit_fault *out)
{
    report->erased = 0;
    judge(x, roster);
    for (size_t i = 0; i < x->row_n; i++) {
        const struct given *g = &x->rows[i];
        struct erasure_row by;
        if (g->erased == 0 && erasure_count(x->fold) == 0) {
            continue;
        }
        const struct entry e = entry_of(x, g, ids[g->index]);
        const uint64_t wrong = g->erased & ~erasure_allowed(x->fold, &e);
        const uint64_t shown = g->given & erasure_mask(x->fold, &e);
        if (wrong != 0) {
            return fault(out, g->index, &e, first_bit(wrong), NULL);
        }
        if (shown != 0 && erasure_of(x->fold, &e, first_bit(shown), &by)) {
            return fault(out, g->index, &e, first_bit(shown), &by);
        }
        if (g->erased != 0) {
            list_erased(x, g, &e, report);
        }
    }
    return true;
}
