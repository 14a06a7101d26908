// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Typing in paper forms. Read first: forms.h.
#include "tools/baraza/forms.h"

#include "common/base/fault.h"
#include "node/desk/forums.h"
#include "tools/baraza/slips.h"

#include <string.h>

enum err forms_printed(struct work *w, const struct local_session *session, struct paper *out, struct why *why)
{
    struct kv_txn *t = NULL;
    enum err e = kv_begin_read(state_kv(w->desk.state), &t);
    if (e == OK) {
        e = paper_load(t, &w->desk.store_key, slice_text(session->area), slice_text(session->code), out);
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
static enum err look(struct work *w, struct looking *x, struct why *why)
{
    struct local *l = NULL;
    struct local_entry e;
    struct disclosure d;
    enum err err = local_begin(&w->desk, &l, why);
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
static int choose(const struct local_session *session, const struct paper *p, uint64_t number, const char *typed,
                  struct slip *out)
{
    struct why why;
    struct slip given;
    int code = typed == NULL ? -1 : slips_parse(typed, &given);
    if (code >= 0) {
        return code;
    }
    if (paper_has(p, number)) {
        *out = paper_slip(p, number);
        if (typed == NULL || slip_equal(&given, out)) {
            return -1;
        }
        const uint64_t other = paper_number(p, &given);
        if (other > 0) {
            why_set(&why, "%s is the code of form %llu, not of form %llu: nothing was saved", given.text,
                    (unsigned long long)other, (unsigned long long)number);
        } else {
            why_set(&why, "form %llu of %s was printed with another code than %s: look whether the form is of this "
                          "forum; nothing was saved", (unsigned long long)number, session->code, given.text);
        }
        return cmd_fail(ERR_BAD_INPUT, &why);
    }
    if (typed == NULL && p->n > 0) {
        why_set(&why, "form %llu of %s was not printed here: if it was printed on another computer, give the code on "
                      "its foot too, with --slip; nothing was saved", (unsigned long long)number, session->code);
        return cmd_fail(ERR_BAD_INPUT, &why);
    }
    if (typed == NULL) {
        uint8_t random[SLIP_RANDOM];
        ident_random(random, sizeof random);
        given = slip_make(random);
    }
    *out = given;
    return -1;
}

int forms_slip(struct work *w, const struct local_session *session, uint64_t number, const char *typed,
               struct slip *out)
{
    struct paper p = { .n = 0 };
    struct looking x = { .session = session, .number = number, .slip = out };
    struct why why = { "" };
    int code = -1;
    if (number == 0) {
        return choose(session, &p, number, typed, out);
    }
    enum err e = forms_printed(w, session, &p, &why);
    if (e == OK) {
        code = choose(session, &p, number, typed, out);
    }
    if (e == OK && code < 0) {
        e = forums_load(&w->desk, &x.forums, &why);
    }
    if (e == OK && code < 0) {
        e = look(w, &x, &why);
    }
    if (e == OK && code < 0 && x.number_taken && !FAULT(FORM_TWICE)) {
        why_set(&why, "form %llu of %s was typed in before: nothing was saved; to better it, baraza correct",
                (unsigned long long)number, session->code);
        e = ERR_EXISTS;
    } else if (e == OK && code < 0 && x.slip_taken) {
        why_set(&why, "another contribution here has the code %s: nothing was saved", out->text);
        e = ERR_EXISTS;
    }
    forums_done(&x.forums);
    mem_wipe(&p, sizeof p);
    return e == OK ? code : cmd_fail(e, &why);
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
