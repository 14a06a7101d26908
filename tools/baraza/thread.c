// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Folding a reading into the drafting thread. Read first: thread.h.
#include "tools/baraza/thread.h"

int thread_open(struct cmd_context *context, const struct reading_from *from, struct reading **reading,
                struct draft **draft)
{
    struct reading *r = NULL;
    struct reading_item item;
    int code = reading_open(context, from, &r);
    if (code >= 0) {
        return code;
    }
    struct draft *d = draft_new();
    while (reading_next(r, &item)) {
        const struct draft_item taken = {
            .index = item.index,
            .entry = &item.entry,
            .body = item.form == VERDICT_GOOD ? &item.body : NULL,
            .disclosure = item.has_parts ? &item.disclosure : NULL,
            .standing = item.standing,
        };
        draft_take(d, &taken);
    }
    code = reading_end(r);
    if (code >= 0) {
        draft_free(d);
        reading_close(r);
        return code;
    }
    *reading = r;
    *draft = d;
    return -1;
}
