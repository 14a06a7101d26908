// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Finding contributions by the codes of their slips. Read first: slips.h.
#include "tools/baraza/slips.h"

int slips_parse(const char *typed, struct slip *out)
{
    struct why why = { "" };
    return slip_parse(slice_text(typed), out, &why) ? -1 : cmd_fail(ERR_BAD_INPUT, &why);
}

bool slips_of(const struct entry *e, const struct disclosure *d, struct slip *out)
{
    const struct content context = local_content(e, d, "context");
    return slip_parse(content_text(&context, "slip"), out, NULL);
}

// Takes a contribution whose code is the one that is looked for; what was signed anew in its place is the same.
static void take(struct slip_hits *out, const struct slip_hit *hit)
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

int slips_here(struct work *w, const struct slip *slip, struct slip_hits *out)
{
    struct local *l = NULL;
    struct local_entry e;
    struct disclosure d;
    struct why why = { "" };
    *out = (struct slip_hits){ .n = 0 };
    enum err err = local_begin(&w->desk, &l, &why);
    if (err != OK) {
        return cmd_fail(err, &why);
    }
    while (err == OK && local_next(l, &e)) {
        struct slip own;
        if (!e.known || e.body.kind != KIND_CONTRIBUTION || e.fate == FATE_REPLACED) {
            continue;
        }
        err = local_parts(l, &d, &why);
        if (err == ERR_CORRUPT || err == ERR_NOT_FOUND) { // damaged or wiped: hides no other
            out->hidden++;
            err = OK;
            continue;
        }
        if (err == OK && slips_of(&e.entry, &d, &own) && slip_equal(&own, slip)) {
            take(out, &(struct slip_hit){ .id = e.entry.id, .fate = e.fate, .refusal = e.refusal });
        }
    }
    const enum err end = local_end(l, err == OK ? &why : NULL);
    err = err == OK ? end : err;
    return err == OK ? -1 : cmd_fail(err, &why);
}

int slips_in(struct reading *r, const struct slip *slip, struct slip_hits *out)
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
            take(out, &(struct slip_hit){ .id = item.entry.id, .fate = FATE_CONFIRMED, .standing = item.standing });
        }
    }
    const int code = reading_end(r);
    reading_rewind(r);
    return code;
}

int slips_not_here(const struct slip *slip, const struct slip_hits *looked, const char *where)
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

int slips_resolve(struct resolver *r, const char *typed, struct resolved *out)
{
    struct slip slip;
    struct slip_hits here;
    struct slip_hits more = { .n = 0 };
    int code = slips_parse(typed, &slip);
    code = code < 0 ? resolver_record(r) : code;
    code = code < 0 ? slips_here(r->w, &slip, &here) : code;
    if (code < 0 && r->record != NULL) {
        code = slips_in(r->record, &slip, &more);
    }
    for (size_t i = 0; code < 0 && i < more.n; i++) {
        take(&here, &more.hits[i]);
    }
    if (code >= 0) {
        return code;
    }
    if (here.n == 0) {
        here.hidden += more.hidden;
        return slips_not_here(&slip, &here, r->from->record != NULL ? r->from->record : state_dir(r->w->desk.state));
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
