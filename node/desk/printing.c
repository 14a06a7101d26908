// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Makes the pages of a forum. Read first: printing.h.
#include "node/desk/printing.h"

#include "common/base/text.h"
#include "node/desk/codebook.h"
#include "node/desk/forms.h"
#include "node/desk/gather_site.h"
#include "node/desk/session.h"
#include "node/desk/sheet_page.h"
#include "node/desk/slips.h"
#include "node/desk/tables.h"

#include <stdlib.h>

static_assert(FORM_PAGE_GROUPS == CODEBOOK_GROUPS, "the guide's groups fit a form");

static enum err find(struct desk *desk, const struct printing *p, struct local_session *out, struct trouble *t)
{
    struct why why = { "" };
    enum err e = local_session_find(desk, p->forum, out, &why);
    if (e == ERR_NOT_FOUND) {
        e = trouble_with(t, TROUBLE_FORUM_GONE, TROUBLE_STRING(p->forum));
        trouble_say(t, &why);
        return e;
    }
    if (e == OK && !slip_page_ask_ok(p->ask)) {
        return trouble_with(t, TROUBLE_PRINT_ASK, TROUBLE_NUMBER(SLIP_PAGE_ASK_MOST));
    }
    return trouble_of_err(t, e, &why);
}

static struct slip_print slip_print_of(const struct desk *desk, const struct printing *p)
{
    return (struct slip_print){ .first = p->first, .second = p->second, .ask = p->ask,
                                .practice = state_charter(desk->state)->practice };
}

static enum err fits(const struct buf *page, struct trouble *t)
{
    return buf_ok(page) ? OK : trouble_set(t, TROUBLE_PRINT_MUCH);
}

// What is given for each contribution at a session that still has its words here.
typedef void each_fn(void *to, const struct entry *e, const struct disclosure *d);

static enum err each(struct desk *desk, struct hash session, each_fn *take, void *to, struct why *why)
{
    struct local *l = NULL;
    struct local_entry e;
    struct disclosure d;
    enum err err = local_begin(desk, &l, why);
    if (err != OK) {
        return err;
    }
    while (err == OK && local_next(l, &e)) {
        if (!e.known || e.body.kind != KIND_CONTRIBUTION || !hash_equal(entry_ref(&e.entry, 0), session) ||
            e.fate == FATE_REPLACED || e.fate == FATE_REFUSED) {
            continue;
        }
        err = local_parts(l, &d, why);
        if (err == OK) {
            take(to, &e.entry, &d);
        }
        err = err == ERR_NOT_FOUND ? OK : err; // wiped
    }
    const enum err end = local_end(l, err == OK ? why : NULL);
    return err == OK ? end : err;
}

// --- the sheet ---

static void count_table(void *to, const struct entry *e, const struct disclosure *d)
{
    const struct content context = local_content(e, d, "context");
    tables_add(to, content_text(&context, "table"));
}

static enum err make_sheet(struct desk *desk, const struct printing *p, const struct local_session *session,
                           const struct forum_state *forum, struct buf *page, struct trouble *t)
{
    struct content said = { .count = 0 };
    struct tables tables = { .n = 0 };
    struct why why = { "" };
    struct buf room = buf_new(LIMIT_DISCLOSURE_BYTES);
    enum err e = session_context(desk, session->id, &room, &said, &why);
    if (e == OK) {
        e = each(desk, session->id, count_table, &tables, &why);
    }
    if (e == OK) {
        // What others wrote elsewhere is under the seal too: their groups are not known here.
        tables.none += forum->count > forum->contributions ? forum->count - forum->contributions : 0;
        const struct sheet_print sheet = { .charter = state_charter(desk->state), .forum = forum, .first = p->first,
                                           .second = p->second, .title = content_text(&said, "title"),
                                           .date = content_text(&said, "date"),
                                           .place = content_text(&said, "place"),
                                           .tables = tables_may_be_shown(&tables) ? &tables : NULL };
        sheet_page_put(page, &sheet);
    }
    buf_wipe(&room);
    buf_done(&room);
    return e == OK ? fits(page, t) : trouble_of_err(t, e, &why);
}

enum err printing_sheet(struct desk *desk, const struct printing *p, struct buf *page, uint64_t *late,
                        struct trouble *t)
{
    struct local_session session;
    struct forum_fold *fold = NULL;
    struct why why = { "" };
    enum err e = find(desk, p, &session, t);
    if (e == OK) {
        e = trouble_of_err(t, gather_site(desk, &fold, &why), &why);
    }
    const struct forum_state *forum = e == OK ? forum_fold_find(fold, slice_text(session.code)) : NULL;
    if (e == OK && (forum == NULL || !forum->sealed)) {
        e = trouble_with(t, TROUBLE_PRINT_OPEN, TROUBLE_STRING(session.code));
    }
    if (e == OK) {
        e = make_sheet(desk, p, &session, forum, page, t);
        *late = forum->late;
    }
    forum_fold_free(fold);
    return e;
}

// --- forms ---

// The groups to tick and what is read aloud: as asked, else as the secretariat published it. They borrow b and asked.
static enum err take_guide(const struct printing *p, const struct printing_forms *asked, const struct codebook *b,
                           struct form_print *out, struct trouble *t)
{
    struct contribution named = { .form = 0 };
    struct why why = { "" };
    named.groups = asked->groups;
    if (asked->groups.n > FORM_PAGE_GROUPS) {
        return trouble_with(t, TROUBLE_PRINT_GROUPS, TROUBLE_NUMBER(FORM_PAGE_GROUPS));
    }
    if (!codebook_check(b, &named, NULL, &why)) {
        enum err e = trouble_with(t, TROUBLE_PRINT_GROUPS, TROUBLE_NUMBER(FORM_PAGE_GROUPS));
        trouble_say(t, &why);
        return e;
    }
    if (asked->script.n > PRINTING_SCRIPT || !text_utf8_ok(asked->script)) {
        return trouble_with(t, TROUBLE_PRINT_SCRIPT, TROUBLE_NUMBER(PRINTING_SCRIPT));
    }
    out->group_n = asked->groups.n > 0 ? asked->groups.n : codebook_groups(b, out->groups);
    for (size_t i = 0; i < out->group_n; i++) {
        const struct slice code = asked->groups.n > 0 ? asked->groups.codes[i] : out->groups[i];
        out->groups[i] = codebook_label(b, CODES_GROUP, code, p->first);
    }
    out->script = asked->script.n > 0 ? asked->script : codebook_script(b, p->first);
    return OK;
}

// Takes new numbers for the forms, durably, before any is printed.
static enum err take_numbers(struct desk *desk, const struct local_session *session, const struct printing_forms *f,
                             struct paper *paper, uint64_t *first, struct trouble *t)
{
    struct kv_txn *txn = NULL;
    enum err e = kv_begin_write(state_kv(desk->state), &txn);
    if (e == OK) {
        e = paper_print(txn, &desk->store_key, slice_text(session->area), slice_text(session->code), f->from,
                        f->count, paper, first);
        if (e == OK) {
            e = kv_commit(txn);
        } else {
            kv_abort(txn);
        }
    }
    switch ((int)e) {
    case ERR_EXISTS: return trouble_with(t, TROUBLE_PRINT_TAKEN, TROUBLE_STRING(session->code));
    case ERR_AGAIN: return trouble_set(t, TROUBLE_PRINT_RENEWED);
    case ERR_TOO_BIG:
        return trouble_with(t, TROUBLE_PRINT_NUMBERS, TROUBLE_NUMBER(PAPER_NUMBER_MOST),
                            TROUBLE_NUMBER(LIMIT_PAPER_RANGES));
    default: return trouble_of_err(t, e, NULL);
    }
}

// Those that were printed before, once more: from the first to the last.
static enum err take_again(struct desk *desk, const struct local_session *session, struct paper *paper,
                           struct trouble *t)
{
    struct why why = { "" };
    enum err e = trouble_of_err(t, forms_printed(desk, session, paper, &why), &why);
    return e == OK && paper->n == 0 ? trouble_with(t, TROUBLE_PRINT_NONE_YET, TROUBLE_STRING(session->code)) : e;
}

static enum err make_forms(struct desk *desk, const struct local_session *session, const struct form_print *form,
                           struct printing_forms *f, struct buf *page, struct trouble *t)
{
    struct paper paper = { .n = 0 };
    uint64_t first = 0;
    enum err e = f->again ? take_again(desk, session, &paper, t)
                          : take_numbers(desk, session, f, &paper, &first, t);
    if (e == OK && !f->again) {
        paper.n = 1;
        paper.ranges[0] = (struct paper_range){ first, f->count };
    }
    if (e == OK) {
        form_page_put(page, form, &paper);
        f->count = paper_count(&paper);
        f->from = paper.ranges[0].from;
        e = fits(page, t);
    }
    mem_wipe(&paper, sizeof paper);
    return e;
}

enum err printing_forms(struct desk *desk, const struct printing *p, struct printing_forms *forms, struct buf *page,
                        struct trouble *t)
{
    struct local_session session;
    struct content said = { .count = 0 };
    struct codebook *b = NULL;
    struct why why = { "" };
    struct buf room = buf_new(LIMIT_DISCLOSURE_BYTES);
    enum err e = find(desk, p, &session, t);
    if (e == OK && !forms->again && (forms->count == 0 || forms->count > PRINTING_FORMS)) {
        e = trouble_with(t, TROUBLE_PRINT_COUNT, TROUBLE_NUMBER(PRINTING_FORMS));
    }
    if (e == OK) {
        e = trouble_of_err(t, session_context(desk, session.id, &room, &said, &why), &why);
    }
    if (e == OK) {
        e = trouble_of_err(t, codebook_here(desk, &b, &why), &why);
    }
    struct form_print form = { .charter = state_charter(desk->state), .slip = slip_print_of(desk, p),
                               .code = slice_text(session.code), .date = content_text(&said, "date") };
    e = e == OK ? take_guide(p, forms, b, &form, t) : e;
    e = e == OK ? make_forms(desk, &session, &form, forms, page, t) : e;
    codebook_free(b);
    buf_wipe(&room);
    buf_done(&room);
    return e;
}

// --- slips ---

struct slips_taken {
    bool forms_too;
    struct slip *slips;
    size_t n;
};

static void take_slip(void *to, const struct entry *e, const struct disclosure *d)
{
    struct slips_taken *s = to;
    struct slip slip;
    const struct content context = local_content(e, d, "context");
    if (slips_of(e, d, &slip) && (s->forms_too || content_uint(&context, "form") == 0)) {
        s->slips = mem_grow(s->slips, s->n + 1, sizeof *s->slips);
        s->slips[s->n++] = slip;
    }
}

enum err printing_slips(struct desk *desk, const struct printing *p, bool forms_too, struct buf *page, uint64_t *n,
                        struct trouble *t)
{
    struct local_session session;
    struct slips_taken s = { .forms_too = forms_too };
    struct why why = { "" };
    enum err e = find(desk, p, &session, t);
    if (e == OK) {
        e = trouble_of_err(t, each(desk, session.id, take_slip, &s, &why), &why);
    }
    if (e == OK && s.n == 0) {
        e = trouble_with(t, TROUBLE_PRINT_NO_SLIP, TROUBLE_STRING(session.code));
    }
    if (e == OK) {
        const struct slip_print print = slip_print_of(desk, p);
        slip_page_put_all(page, state_charter(desk->state), &print, s.slips, s.n);
        *n = s.n;
        e = fits(page, t);
    }
    free(s.slips);
    return e;
}
