// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Typing in paper forms. Read first: forms.h.
#include "node/desk/forms.h"

#include "common/base/fault.h"
#include "node/desk/forums.h"
#include "node/desk/slips.h"

#include <string.h>

enum err forms_printed(struct desk *desk, const struct local_session *session, struct paper *out, struct why *why)
{
    struct kv_txn *t = NULL;
    enum err e = kv_begin_read(state_kv(desk->state), &t);
    if (e == OK) {
        e = paper_load(t, &desk->store_key, slice_text(session->area), slice_text(session->code), out);
    }
    kv_abort(t);
    if (e != OK) {
        why_set(why, "which paper forms were printed for %s cannot be read: %s", session->code, err_text(e));
    }
    return e;
}

// What is known here of one number and one code.
struct looking {
    const struct local_session *session;
    struct forums forums;
    uint64_t number;
    const struct slip *slip;
    bool number_taken, slip_taken;
};

static bool same_forum(const struct looking *x, struct hash session)
{
    const struct forum *f = forums_find(&x->forums, session);
    return f != NULL && strcmp(f->code, x->session->code) == 0 && strcmp(f->area, x->session->area) == 0;
}

// Has a contribution here this number, at this forum, or this code? What the hub refused does not count.
static enum err look(struct desk *desk, struct looking *x, struct why *why)
{
    struct local *l = NULL;
    struct local_entry e;
    struct disclosure d;
    enum err err = local_begin(desk, &l, why);
    if (err != OK) {
        return err;
    }
    while (err == OK && local_next(l, &e)) {
        struct slip own;
        if (!e.known || e.body.kind != KIND_CONTRIBUTION || e.fate == FATE_REPLACED || e.fate == FATE_REFUSED) {
            continue;
        }
        err = local_parts(l, &d, why);
        if (err == ERR_NOT_FOUND) { // wiped: its forum was sealed, so nothing more is to be typed in there
            err = OK;
            continue;
        }
        if (err != OK) {
            break;
        }
        const struct content context = local_content(&e.entry, &d, "context");
        x->number_taken = x->number_taken || (content_uint(&context, "form") == x->number &&
                                              same_forum(x, entry_ref(&e.entry, 0)));
        x->slip_taken = x->slip_taken || (slips_of(&e.entry, &d, &own) && slip_equal(&own, x->slip));
    }
    const enum err end = local_end(l, err == OK ? why : NULL);
    return err == OK ? end : err;
}

// The code that belongs to the number, by what was printed here and what was typed.
static enum err choose(const struct local_session *session, const struct paper *p, uint64_t number,
                       struct slice typed, struct slip *out, struct trouble *trouble)
{
    struct why why = { "" };
    struct slip given;
    if (typed.n > 0 && !slip_parse(typed, &given, &why)) {
        (void)trouble_set(trouble, TROUBLE_SLIP_WRONG);
        trouble_say(trouble, &why);
        return ERR_BAD_INPUT;
    }
    if (paper_has(p, number)) {
        *out = paper_slip(p, number);
        if (typed.n == 0 || slip_equal(&given, out)) {
            return OK;
        }
        const uint64_t other = paper_number(p, &given);
        return other > 0 ? trouble_with(trouble, TROUBLE_FORM_OTHER, TROUBLE_STRING(given.text), TROUBLE_NUMBER(other),
                                        TROUBLE_NUMBER(number))
                         : trouble_with(trouble, TROUBLE_FORM_SLIP, TROUBLE_NUMBER(number),
                                        TROUBLE_STRING(session->code), TROUBLE_STRING(given.text));
    }
    if (typed.n == 0 && p->n > 0) {
        return trouble_with(trouble, TROUBLE_FORM_ELSEWHERE, TROUBLE_NUMBER(number), TROUBLE_STRING(session->code));
    }
    if (typed.n == 0) {
        uint8_t random[SLIP_RANDOM];
        ident_random(random, sizeof random);
        given = slip_make(random);
    }
    *out = given;
    return OK;
}

enum err forms_slip(struct desk *desk, const struct local_session *session, uint64_t number, struct slice typed,
                    struct slip *out, struct trouble *trouble)
{
    struct paper p = { .n = 0 };
    struct looking x = { .session = session, .number = number, .slip = out };
    struct why why = { "" };
    if (number == 0) {
        return choose(session, &p, number, typed, out, trouble);
    }
    enum err e = forms_printed(desk, session, &p, &why);
    if (e == OK) {
        e = choose(session, &p, number, typed, out, trouble);
    }
    if (e == OK) {
        e = forums_load(desk, &x.forums, &why);
    }
    if (e == OK) {
        e = look(desk, &x, &why);
    }
    if (e == OK && x.number_taken && !FAULT(FORM_TWICE)) {
        e = trouble_with(trouble, TROUBLE_FORM_TYPED, TROUBLE_NUMBER(number), TROUBLE_STRING(session->code));
    } else if (e == OK && x.slip_taken) {
        e = trouble_with(trouble, TROUBLE_SLIP_TAKEN, TROUBLE_STRING(out->text));
    }
    forums_done(&x.forums);
    mem_wipe(&p, sizeof p);
    return trouble_of_err(trouble, e, &why);
}

void forms_put_missing(struct buf *out, const struct paper *p, const uint64_t *typed, size_t n)
{
    size_t at = 0;
    bool first = true;
    for (size_t i = 0; i < p->n; i++) {
        const uint64_t end = p->ranges[i].from + p->ranges[i].count;
        for (uint64_t from = p->ranges[i].from; from < end;) {
            while (at < n && typed[at] < from) {
                at++;
            }
            const uint64_t to = at < n && typed[at] < end ? typed[at] : end; // the first that is not missing
            if (to > from) {
                buf_printf(out, "%s%llu", first ? "" : ", ", (unsigned long long)from);
                first = false;
            }
            if (to > from + 1) {
                buf_printf(out, "-%llu", (unsigned long long)(to - 1));
            }
            from = to + 1;
        }
    }
}
