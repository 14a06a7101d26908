// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// See amends_read.h.
#include "tools/baraza/amends_read.h"

int amends_read(struct reading *r, struct amends **out)
{
    struct reading_item item;
    struct amends *a = amends_new();
    reading_rewind(r);
    while (reading_next(r, &item)) {
        if (reading_known(&item) && item.standing == VERDICT_GOOD) {
            amends_take(a, &item.entry, &item.body, item.has_parts ? &item.disclosure : NULL);
        }
        amends_take_erased(a, reading_erasures(r), &item.entry);
    }
    int code = reading_end(r);
    if (code >= 0) {
        amends_free(a);
        return code;
    }
    reading_rewind(r);
    *out = a;
    return -1;
}
