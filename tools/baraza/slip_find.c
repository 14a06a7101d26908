// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// See slip_find.h.
#include "tools/baraza/slip_find.h"

int slip_find_parse(const char *typed, struct slip *out)
{
    struct why why = { "" };
    return slip_parse(slice_text(typed), out, &why) ? -1 : cmd_fail(ERR_BAD_INPUT, &why);
}

int slip_find_here(struct work *w, const struct slip *slip, struct slip_hits *out)
{
    struct why why = { "" };
    enum err e = slips_here(&w->desk, slip, out, &why);
    return e == OK ? -1 : cmd_fail(e, &why);
}

int slip_find_in(struct reading *r, const struct slip *slip, struct slip_hits *out)
{
    struct reading_item item;
    *out = (struct slip_hits){ .n = 0 };
    reading_rewind(r);
    while (reading_next(r, &item)) {
        struct slip own;
        if (!reading_known(&item) || item.body.kind != KIND_CONTRIBUTION) {
            continue;
        }
        out->hidden += !item.has_parts || item.disclosure.count == 0 || item.disclosure.parts[0].state == PART_WITHHELD;
        if (item.has_parts && slips_of(&item.entry, &item.disclosure, &own) && slip_equal(&own, slip)) {
            const struct slip_hit hit = { .id = item.entry.id, .fate = FATE_CONFIRMED, .standing = item.standing };
            slips_take(out, &hit);
        }
    }
    const int code = reading_end(r);
    reading_rewind(r);
    return code;
}

int slip_find_none(const struct slip *slip, const struct slip_hits *looked, const char *where)
{
    struct why why;
    if (looked->hidden > 0) {
        why_set(&why, "no contribution with words in %.100s has the code %s; of %llu others the words are not in it: "
                      "ask where the whole record is", where, slip->text, (unsigned long long)looked->hidden);
    } else {
        why_set(&why, "no contribution in %.100s has the code %s: it was written down elsewhere and has not arrived "
                      "here, or was erased with its code; ask where the forum was held", where, slip->text);
    }
    return cmd_fail(ERR_NOT_FOUND, &why);
}

int slip_find_one(struct resolver *r, const char *typed, struct resolved *out)
{
    struct slip slip;
    struct slip_hits here;
    struct slip_hits more = { .n = 0 };
    int code = slip_find_parse(typed, &slip);
    code = code < 0 ? resolver_record(r) : code;
    code = code < 0 ? slip_find_here(r->w, &slip, &here) : code;
    if (code < 0 && r->record != NULL) {
        code = slip_find_in(r->record, &slip, &more);
    }
    for (size_t i = 0; code < 0 && i < more.n; i++) {
        slips_take(&here, &more.hits[i]);
    }
    if (code >= 0) {
        return code;
    }
    if (here.n == 0) {
        here.hidden += more.hidden;
        return slip_find_none(&slip, &here,
                              r->from->record != NULL ? r->from->record : state_dir(r->w->desk.state));
    }
    if (here.n > 1) {
        struct why why;
        why_set(&why, "%zu contributions have the code %s: find out which is meant, and give its id", here.n,
                slip.text);
        return cmd_fail(ERR_BAD_INPUT, &why);
    }
    *out = (struct resolved){ .id = here.hits[0].id, .kind = KIND_CONTRIBUTION };
    return -1;
}
