// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Makes contributions. Read first: contribute.h.
#include "node/desk/contribute.h"

#include "common/base/text.h"
#include "common/format/nfc.h"
#include "common/ops/print.h"
#include "node/desk/forms.h"

#include <string.h>

#define ATTACHMENTS 5 // their place among the parts of a contribution (kinds.c)

// --- codes ---

static enum err check_code(enum code_list list, const char *what, struct slice code, struct trouble *trouble)
{
    struct why why = { "" };
    if (code.n == 0 || code_check(list, what, code, &why)) {
        return OK;
    }
    const enum err e = trouble_with(trouble, TROUBLE_CODE_UNKNOWN, TROUBLE_STRING(what), TROUBLE_SLICE(code));
    trouble_say(trouble, &why);
    return e;
}

static enum err check_set(enum code_list list, const char *what, const struct code_set *codes, struct trouble *trouble)
{
    enum err e = OK;
    for (size_t i = 0; i < codes->n && e == OK; i++) {
        e = check_code(list, what, codes->codes[i], trouble);
    }
    return e;
}

// A code of the codebook, or of any codebook.
static enum err check_book(const struct contribution *c, const struct codebook *b, struct trouble *trouble)
{
    struct why why = { "" };
    struct codebook_unknown unknown;
    if (b == NULL || codebook_check(b, c, &unknown, &why)) {
        return OK;
    }
    const enum err e = trouble_with(trouble, TROUBLE_CODE_UNKNOWN, TROUBLE_STRING(unknown.list),
                                    TROUBLE_SLICE(unknown.code));
    trouble_say(trouble, &why);
    return e;
}

enum err contribute_check(const struct contribution *c, const struct codebook *b, struct trouble *trouble)
{
    const struct {
        enum code_list list;
        const char *what;
        struct slice code;
    } codes[] = {
        { CODES_STATEMENT, "kind", c->kind },          { CODES_CHANNEL, "channel", c->channel },
        { CODES_SCALE, "scale", c->scale },            { CODES_SUPPORT, "support", c->support },
        { CODES_SPEAKER, "speaker", c->speaker },      { CODES_CONSENT_BASIS, "consent", c->basis },
    };
    enum err e = OK;
    for (size_t i = 0; i < sizeof codes / sizeof *codes && e == OK; i++) {
        e = check_code(codes[i].list, codes[i].what, codes[i].code, trouble);
    }
    e = e == OK ? check_set(CODES_SCOPE, "scope", &c->scopes, trouble) : e;
    e = e == OK ? check_set(CODES_RISK, "flag", &c->flags, trouble) : e;
    e = e == OK ? check_book(c, b, trouble) : e;
    if (e == OK && c->lang.n > 0 && !language_tag_ok(c->lang)) {
        e = trouble_with(trouble, TROUBLE_LANGUAGE, TROUBLE_SLICE(c->lang));
    }
    if (e == OK && c->hands_for > c->hands_of) {
        e = trouble_with(trouble, TROUBLE_HANDS, TROUBLE_NUMBER(c->hands_for), TROUBLE_NUMBER(c->hands_of));
    }
    const struct slice open[] = { c->question, c->sex, c->age, c->displaced, c->disability, c->table };
    for (size_t i = 0; i < sizeof open / sizeof *open && e == OK; i++) {
        if (open[i].n > 0 && !text_code_ok(open[i])) {
            e = trouble_with(trouble, TROUBLE_CODE_UNKNOWN, TROUBLE_STRING("code"), TROUBLE_SLICE(open[i]));
        }
    }
    return e;
}

static bool has_words(const struct given *g)
{
    return g->c.text.n > 0 || g->c.summary.n > 0 || g->c.ask.n > 0 || g->c.identity.n > 0 || g->attached > 0;
}

// Nothing but blanks.
static bool is_blank(struct slice text)
{
    size_t i = 0;
    while (i < text.n && (text.p[i] == ' ' || text.p[i] == '\t' || text.p[i] == '\n' || text.p[i] == '\r')) {
        i++;
    }
    return i == text.n;
}

size_t contribute_needs(const struct given *g, enum trouble_code out[static CONTRIBUTE_NEEDS])
{
    const struct contribution *c = &g->c;
    size_t n = 0;
    if (g->refused) {
        out[n++] = TROUBLE_CONSENT;
    }
    if (c->groups.n == 0) {
        out[n++] = TROUBLE_GROUP;
    }
    if (c->wordless && has_words(g)) {
        out[n++] = TROUBLE_WORDS;
    } else if (!c->wordless && codebook_must_stop(&c->flags)) {
        out[n++] = TROUBLE_STOP;
    } else if (!c->wordless && g->attached == 0 && is_blank(c->text)) {
        out[n++] = TROUBLE_TEXT_EMPTY;
    }
    if (c->hands_for > c->hands_of) {
        out[n++] = TROUBLE_HANDS;
    }
    return n;
}

// --- all but the words ---

// What was not said is as the forum's session says; else the least: oral, witnessed, to record and to analyse.
static void take_defaults(const struct local_session *session, const struct codebook *b,
                          struct contribution *c)
{
    const struct slice least[] = { SLICE_LITERAL("record"), SLICE_LITERAL("analyse") };
    if (c->basis.n == 0) {
        c->basis = session->basis[0] != '\0' ? slice_text(session->basis) : SLICE_LITERAL("oral-witnessed");
    }
    if (c->channel.n == 0) {
        c->channel = c->form > 0                   ? SLICE_LITERAL("written")
                     : session->channel[0] != '\0' ? slice_text(session->channel)
                                                   : SLICE_LITERAL("oral-forum");
    }
    for (size_t i = 0; i < session->scope_n && c->scopes.n == i; i++) {
        c->scopes.codes[c->scopes.n++] = slice_text(session->scopes[i]);
    }
    if (c->scopes.n == 0) {
        memcpy(c->scopes.codes, least, sizeof least);
        c->scopes.n = sizeof least / sizeof *least;
    }
    if (c->lang.n == 0) {
        c->lang = slice_text(session->lang);
    }
    c->guide = b != NULL ? codebook_guide_version(b) : 0;
    c->codebook = b != NULL ? codebook_version(b) : 0;
}

// How it is guarded, as it was said or as the forum's session says; and to whom it is sealed.
static enum err take_guard(const struct desk *desk, const struct given *g, struct contribute *x,
                           struct trouble *trouble)
{
    const struct local_session *session = &x->session;
    const struct code_row *row = codes_find(CODES_SENSITIVITY, slice_text(session->sensitivity));
    struct code_set names = g->seal_to;
    struct why why = { "" };
    size_t n = 0;
    if (!g->guarded) {
        x->c.sensitivity = row == NULL ? SENSITIVITY_OPEN : (size_t)(row - codes_list(CODES_SENSITIVITY, &n));
    }
    const bool sealed = x->c.sensitivity == SENSITIVITY_SEALED || g->identified;
    for (size_t i = 0; sealed && g->seal_to.n == 0 && i < session->seal_to_n; i++) {
        names.codes[names.n++] = slice_text(session->seal_to[i]);
    }
    if (x->c.sensitivity == SENSITIVITY_SEALED && x->c.written_by.n > 0) {
        return trouble_set(trouble, TROUBLE_WRITTEN_BY);
    }
    if (!sealed) {
        return names.n == 0 ? OK : trouble_set(trouble, TROUBLE_SEAL_TO_NOTHING);
    }
    if (!recipients_find(state_charter(desk->state), &names, &x->to, &why)) {
        const enum err e = trouble_set(trouble, TROUBLE_SEAL_TO);
        trouble_say(trouble, &why);
        return e;
    }
    x->c.seal_to = &x->to;
    return OK;
}

static enum err check_given(const struct given *g, const struct codebook *b, struct trouble *trouble)
{
    if (g->refused) {
        return trouble_set(trouble, TROUBLE_CONSENT);
    }
    if (g->c.wordless && (has_words(g) || g->identified)) {
        return trouble_set(trouble, TROUBLE_WORDS);
    }
    if (!g->c.wordless && codebook_must_stop(&g->c.flags)) {
        return trouble_set(trouble, TROUBLE_STOP);
    }
    if (g->c.table.n > CONTRIBUTION_TABLE) {
        return trouble_with(trouble, TROUBLE_CODE_UNKNOWN, TROUBLE_STRING("table"), TROUBLE_SLICE(g->c.table));
    }
    return contribute_check(&g->c, g->new_codes ? NULL : b, trouble);
}

enum err contribute_begin(struct desk *desk, const struct local_session *session, const struct codebook *b,
                          const struct given *g, struct contribute *x, struct trouble *trouble)
{
    *x = (struct contribute){ .session = *session, .c = g->c, .begun = true };
    x->manifest = buf_new(LIMIT_MANIFEST_BYTES);
    for (size_t i = 0; i < CONTRIBUTE_TEXTS; i++) {
        x->texts[i] = buf_new(LIMIT_DISCLOSURE_BYTES);
    }
    const struct slice lang = state_charter(desk->state)->languages[0];
    if (x->session.lang[0] == '\0' && lang.n < sizeof x->session.lang) {
        memcpy(x->session.lang, lang.p, lang.n);
    }
    contribution_parts_init(&x->parts);
    x->body = (struct body){ .kind = KIND_CONTRIBUTION };
    enum err e = check_given(g, b, trouble);
    if (e == OK) {
        e = take_guard(desk, g, x, trouble);
    }
    if (e == OK) {
        e = forms_slip(desk, &x->session, g->c.form, g->slip, &x->slip, trouble);
    }
    if (e == OK) {
        take_defaults(&x->session, b, &x->c);
        x->c.slip = slice_text(x->slip.text);
        x->body.as.contribution.sensitivity = x->c.sensitivity;
    }
    return e;
}

// --- the words ---

enum err contribute_text(struct slice typed, bool needed, struct buf *out, struct trouble *trouble)
{
    if (typed.n > LIMIT_DISCLOSURE_BYTES) {
        return trouble_with(trouble, TROUBLE_TEXT_LONG, TROUBLE_NUMBER(LIMIT_DISCLOSURE_BYTES));
    }
    buf_reset(out);
    if (!text_nfc(typed, out)) {
        return trouble_with(trouble, text_utf8_ok(typed) ? TROUBLE_TEXT_LONG : TROUBLE_TEXT_NO_UTF8,
                            TROUBLE_NUMBER(LIMIT_DISCLOSURE_BYTES));
    }
    while (out->n > 0 && (out->p[out->n - 1] == '\n' || out->p[out->n - 1] == '\r')) {
        out->n--;
    }
    return needed && is_blank(buf_slice(out)) ? trouble_set(trouble, TROUBLE_TEXT_EMPTY) : OK;
}

enum err contribute_words(const struct given *g, struct contribute *x, struct trouble *trouble)
{
    const struct {
        struct slice from;
        struct slice *to;
        bool needed;
    } texts[CONTRIBUTE_TEXTS] = {
        { g->c.text, &x->c.text, !x->c.wordless && g->attached == 0 }, { g->c.summary, &x->c.summary, false },
        { g->c.ask, &x->c.ask, false },               { g->c.written_by, &x->c.written_by, false },
        { g->c.typed_by, &x->c.typed_by, false },     { g->c.identity, &x->c.identity, g->identified },
    };
    struct why why = { "" };
    enum err e = OK;
    for (size_t i = 0; i < CONTRIBUTE_TEXTS && e == OK; i++) {
        e = contribute_text(texts[i].from, texts[i].needed, &x->texts[i], trouble);
        *texts[i].to = buf_slice(&x->texts[i]);
    }
    if (e != OK) {
        return e;
    }
    x->item = (struct append_item){ .body = &x->body, .refs = &x->session.id, .ref_count = 1 };
    if (!contribution_make(&x->c, &x->parts, &x->item, &why)) {
        e = trouble_with(trouble, TROUBLE_TEXT_LONG, TROUBLE_NUMBER(LIMIT_DISCLOSURE_BYTES));
        trouble_say(trouble, &why);
    }
    buf_put(&x->manifest, g->manifest);
    CHECK(buf_ok(&x->manifest));
    x->item.parts[ATTACHMENTS] = buf_slice(&x->manifest);
    return e;
}

void contribute_done(struct contribute *x)
{
    if (!x->begun) {
        return;
    }
    for (size_t i = 0; i < CONTRIBUTE_TEXTS; i++) {
        buf_wipe(&x->texts[i]);
        buf_done(&x->texts[i]);
    }
    buf_wipe(&x->manifest);
    buf_done(&x->manifest);
    contribution_parts_done(&x->parts);
    *x = (struct contribute){ .begun = false };
}
