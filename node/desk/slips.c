// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Finding contributions by the codes of their slips. Read first: slips.h.
#include "node/desk/slips.h"

bool slips_of(const struct entry *e, const struct disclosure *d, struct slip *out)
{
    const struct content context = local_content(e, d, "context");
    return slip_parse(content_text(&context, "slip"), out, NULL);
}

void slips_take(struct slip_hits *out, const struct slip_hit *hit)
{
    for (size_t i = 0; i < out->n; i++) {
        if (hash_equal(out->hits[i].id, hit->id)) {
            return;
        }
    }
    if (out->n < SLIP_HITS) {
        out->hits[out->n++] = *hit;
    }
}

enum err slips_here(struct desk *desk, const struct slip *slip, struct slip_hits *out, struct why *why)
{
    struct local *l = NULL;
    struct local_entry e;
    struct disclosure d;
    *out = (struct slip_hits){ .n = 0 };
    enum err err = local_begin(desk, &l, why);
    if (err != OK) {
        return err;
    }
    while (err == OK && local_next(l, &e)) {
        struct slip own;
        if (!e.known || e.body.kind != KIND_CONTRIBUTION || e.fate == FATE_REPLACED) {
            continue;
        }
        err = local_parts(l, &d, why);
        if (err == ERR_CORRUPT || err == ERR_NOT_FOUND) { // damaged or wiped: hides no other
            out->hidden++;
            err = OK;
            continue;
        }
        if (err == OK && slips_of(&e.entry, &d, &own) && slip_equal(&own, slip)) {
            slips_take(out, &(struct slip_hit){ .id = e.entry.id, .fate = e.fate, .refusal = e.refusal });
        }
    }
    const enum err end = local_end(l, err == OK ? why : NULL);
    return err == OK ? end : err;
}
