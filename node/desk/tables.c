// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Counts by break-out group. Read first: tables.h.
#include "node/desk/tables.h"

#include <string.h>

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
        t->rows[i] = (struct tables_row){ .count = 0 };
        memcpy(t->rows[i].name, name.p, name.n);
        t->n++;
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
