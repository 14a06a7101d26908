// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Comparing texts by their hashes. Read first: import_again.h.
#include "tools/baraza/import_again.h"

#include <stdlib.h>

void import_again_init(struct import_again *a)
{
    *a = (struct import_again){ .ids = table_new(sizeof(struct hash)) };
}

void import_again_done(struct import_again *a)
{
    table_done(&a->ids);
    free(a->rows);
    a->rows = NULL;
    a->n = 0;
}

void import_again_add(struct import_again *a, struct hash id, const struct again_row *row)
{
    uint32_t before = 0;
    if (table_find(&a->ids, id.b, &before)) {
        return;
    }
    table_put(&a->ids, id.b, a->n);
    a->rows = mem_grow(a->rows, a->n + 1, sizeof *a->rows);
    a->rows[a->n++] = *row;
}

static enum err compare(struct local *l, const struct local_entry *e, struct again_row *row, struct why *why)
{
    struct disclosure d;
    enum err err = local_parts(l, &d, why);
    if (err != OK) {
        return err == ERR_NOT_FOUND ? OK : err; // erased since: there is nothing to compare
    }
    if (e->body.as.contribution.sensitivity == SENSITIVITY_SEALED) {
        return OK; // nobody here can compare
    }
    for (size_t i = 0; i < d.count; i++) {
        if (d.parts[i].state != PART_DISCLOSED && slice_equal(e->entry.parts[i].name, slice_text("said"))) {
            return OK; // erased since: importing it again brings nothing back, and there is nothing to compare
        }
    }
    struct content said = local_content(&e->entry, &d, "said");
    row->changed = !hash_equal(hash_of(content_text(&said, "text")), row->text);
    return OK;
}

enum err import_again_check(struct import_again *a, struct work *w, struct why *why)
{
    struct local *l = NULL;
    struct local_entry e;
    if (a->n == 0) {
        return OK;
    }
    enum err err = local_begin(&w->desk, &l, why);
    if (err != OK) {
        return err;
    }
    while (err == OK && local_next(l, &e)) {
        uint32_t i = 0;
        if (e.known && e.body.kind == KIND_CONTRIBUTION && table_find(&a->ids, e.entry.id.b, &i)) {
            err = compare(l, &e, &a->rows[i], why);
        }
    }
    enum err end = local_end(l, why);
    return err == OK ? end : err;
}
