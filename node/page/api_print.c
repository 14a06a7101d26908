// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The calls that print: each makes a page and gives a ticket for it. Read first: page_call.h, node/desk/printing.h.
#include "node/page/api.h"

#include "common/format/charter.h"
#include "node/desk/a4.h"
#include "node/desk/printing.h"
#include "node/page/forum_json.h"

#define PAGE_FORMS 200 // that fit a reply

// What all of them are asked: {id, language, second?, ask?}. The page's second language is none for the sheet when it
// is not given, and the consultation's next for what goes into participants' hands.
struct wish {
    char id[FORUM_JSON_ID], second[LIMIT_FIELD_KEY + 1];
    struct printing p;
};

static enum err take_wish(struct page_call *c, bool slips, struct wish *out, struct trouble *t)
{
    struct slice language = { NULL, 0 };
    struct slice second = { NULL, 0 };
    enum err e = forum_json_id(c, out->id, t);
    if (e == OK && (!json_text(c->in, "language", &language) ||
                    (json_object_get(c->in, "second") != NULL && !json_text(c->in, "second", &second)) ||
                    (json_object_get(c->in, "ask") != NULL && !json_text(c->in, "ask", &out->p.ask)) ||
                    second.n >= sizeof out->second)) {
        e = trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    if (e == OK) {
        snprintf(out->second, sizeof out->second, "%.*s", (int)second.n, (const char *)second.p);
        out->p.forum = out->id;
        out->p.first = language_of(language);
        out->p.second = second.n == 0 && !slips
                            ? out->p.first
                            : a4_second(state_charter(c->desk->state), second.n > 0 ? out->second : NULL, out->p.first);
    }
    return e;
}

// Gives the ticket for a page that was made, or wipes it.
static enum err give(struct page_call *c, enum err e, struct buf *page, struct trouble *t)
{
    if (e == OK) {
        return page_print(c, page, t);
    }
    buf_wipe(page);
    buf_done(page);
    return e;
}

// print/sheet: {id, language, second?} -> {ticket, late}
enum err page_print_sheet(struct page_call *c, struct trouble *t)
{
    struct wish w = { .id = "" };
    struct buf page = buf_new(A4_BYTES);
    uint64_t late = 0;
    enum err e = take_wish(c, false, &w, t);
    e = e == OK ? printing_sheet(c->desk, &w.p, &page, &late, t) : e;
    json_put(c->out, "late", json_of_number(late));
    return give(c, e, &page, t);
}

// print/forms: {id, language, second?, ask?, groups?: [code], count | again: true} -> {ticket, forms, first}
enum err page_print_forms(struct page_call *c, struct trouble *t)
{
    struct wish w = { .id = "" };
    struct printing_forms forms = { .again = false };
    struct buf page = buf_new(A4_BYTES);
    enum err e = take_wish(c, true, &w, t);
    if (e == OK && (!forum_json_texts(c->in, "groups", forms.groups.codes, CONTRIBUTION_CODES, &forms.groups.n) ||
                    (json_object_get(c->in, "again") != NULL && !json_yes(c->in, "again", &forms.again)) ||
                    (!forms.again && !json_number(c->in, "count", &forms.count)))) {
        e = trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    if (e == OK && forms.count > PAGE_FORMS) { // before their numbers are taken: more do not fit a reply
        e = trouble_with(t, TROUBLE_PRINT_COUNT, TROUBLE_NUMBER(PAGE_FORMS));
    }
    e = e == OK ? printing_forms(c->desk, &w.p, &forms, &page, t) : e;
    if (e == OK) {
        json_put(c->out, "forms", json_of_number(forms.count));
        json_put(c->out, "first", json_of_number(forms.from));
    }
    return give(c, e, &page, t);
}

// print/slips: {id, language, second?, ask?, forms?: true} -> {ticket, slips}
enum err page_print_slips(struct page_call *c, struct trouble *t)
{
    struct wish w = { .id = "" };
    struct buf page = buf_new(A4_BYTES);
    uint64_t n = 0;
    bool forms = false;
    enum err e = take_wish(c, true, &w, t);
    if (e == OK && json_object_get(c->in, "forms") != NULL && !json_yes(c->in, "forms", &forms)) {
        e = trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    e = e == OK ? printing_slips(c->desk, &w.p, forms, &page, &n, t) : e;
    json_put(c->out, "slips", json_of_number(n));
    return give(c, e, &page, t);
}
