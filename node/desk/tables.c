// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Counts by break-out group. Read first: tables.h.
#include "node/desk/tables.h"

#include <string.h>

// Makes room for a new one, in the order of names.
static size_t place_for(struct tables *t, struct slice name)
{
    struct tables_row row = { .count = 0 };
    size_t at = t->n++;
    memcpy(row.name, name.p, name.n);
    for (; at > 0 && strcmp(t->rows[at - 1].name, row.name) > 0; at--) {
        t->rows[at] = t->rows[at - 1];
    }
    t->rows[at] = row;
    return at;
}

void tables_add(struct tables *t, struct slice name)
{
    size_t i = 0;
    while (i < t->n && !slice_equal(slice_text(t->rows[i].name), name)) {
        i++;
    }
    if (name.n == 0 || name.n > LIMIT_CODE_BYTES || i == TABLES_MOST) {
        t->none++;
        return;
    }
    if (i == t->n) {
        i = place_for(t, name);
    }
    t->rows[i].count++;
}

bool tables_may_be_shown(const struct tables *t)
{
    bool may = t->n > 0 && (t->none == 0 || t->none >= TABLES_SHOWN);
    for (size_t i = 0; i < t->n; i++) {
        may = may && t->rows[i].count >= TABLES_SHOWN;
    }
    return may;
}
