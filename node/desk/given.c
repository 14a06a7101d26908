// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Reads the fields of drafts. Read first: given.h.
#include "node/desk/given.h"

#include "common/base/text.h"

#include <string.h>

struct reader {
    struct content fields;
    struct trouble *trouble;
    enum err e;
};

static enum err wrong(struct reader *r, const char *field)
{
    r->e = trouble_with(r->trouble, TROUBLE_DRAFT_WRONG, TROUBLE_STRING(field));
    return r->e;
}

static struct slice read_text(struct reader *r, const char *name)
{
    const struct content_field *f = content_find(&r->fields, name);
    if (f != NULL && f->type != CURSOR_STR) {
        (void)wrong(r, name);
        return slice_of(NULL, 0);
    }
    return f == NULL ? slice_of(NULL, 0) : f->bytes;
}

// A list of codes. True when there was one.
static bool read_codes(struct reader *r, const char *name, struct code_set *out)
{
    const struct content_field *f = content_find(&r->fields, name);
    *out = (struct code_set){ .n = 0 };
    if (f == NULL) {
        return false;
    }
    struct cursor c = cursor_new(f->value, true);
    const size_t n = f->type == CURSOR_ARRAY ? cursor_array(&c, LIMIT_DISCLOSURE_BYTES) : 0;
    if (f->type != CURSOR_ARRAY || !cursor_ok(&c)) {
        (void)wrong(r, name);
    } else if (n > CONTRIBUTION_CODES) {
        r->e = trouble_with(r->trouble, TROUBLE_CODES_MANY, TROUBLE_STRING(name), TROUBLE_NUMBER(CONTRIBUTION_CODES));
    } else {
        out->n = content_list(f->value, out->codes, CONTRIBUTION_CODES);
        if (out->n != n) {
            (void)wrong(r, name);
        }
    }
    for (size_t i = 0; i < out->n && r->e == OK; i++) {
        if (!text_code_ok(out->codes[i])) {
            r->e = trouble_with(r->trouble, TROUBLE_CODE_UNKNOWN, TROUBLE_STRING(name), TROUBLE_SLICE(out->codes[i]));
        }
    }
    return true;
}

static void read_hands(struct reader *r, struct contribution *c)
{
    const struct content_field *f = content_find(&r->fields, "hands");
    if (f == NULL) {
        return;
    }
    struct cursor at = cursor_new(f->value, true);
    const size_t n = cursor_array(&at, 2);
    c->hands_for = cursor_uint(&at);
    c->hands_of = cursor_uint(&at);
    if (n != 2 || !cursor_done(&at)) {
        (void)wrong(r, "hands");
    }
}

static void read_sensitivity(struct reader *r, struct given *g)
{
    const struct slice said = read_text(r, "sensitivity");
    const struct code_row *row = codes_find(CODES_SENSITIVITY, said);
    size_t n = 0;
    if (said.n > 0 && row == NULL) {
        r->e = trouble_with(r->trouble, TROUBLE_CODE_UNKNOWN, TROUBLE_STRING("sensitivity"), TROUBLE_SLICE(said));
    } else if (row != NULL) {
        g->c.sensitivity = (size_t)(row - codes_list(CODES_SENSITIVITY, &n));
        g->guarded = true;
    }
}

static void read_numbers(struct reader *r, struct given *g)
{
    const struct content_field *form = content_find(&r->fields, "form");
    const struct content_field *wordless = content_find(&r->fields, "no_words");
    if (form != NULL && form->type != CURSOR_UINT) {
        (void)wrong(r, "form");
    }
    if (wordless != NULL && wordless->type != CURSOR_BOOL) {
        (void)wrong(r, "no_words");
    }
    g->c.form = content_uint(&r->fields, "form");
    g->c.wordless = content_bool(&r->fields, "no_words");
}

enum err given_read(struct slice fields, struct given *out, struct trouble *trouble)
{
    struct reader r = { .trouble = trouble };
    struct given g = { .guarded = false };
    if (!content_parse(fields, &r.fields)) {
        return wrong(&r, "fields");
    }
    const struct {
        const char *name;
        struct slice *to;
    } texts[] = {
        { "text", &g.c.text },           { "lang", &g.c.lang },         { "summary", &g.c.summary },
        { "ask", &g.c.ask },             { "kind", &g.c.kind },         { "channel", &g.c.channel },
        { "question", &g.c.question },   { "scale", &g.c.scale },       { "support", &g.c.support },
        { "table", &g.c.table },         { "speaker", &g.c.speaker },   { "sex", &g.c.sex },
        { "age", &g.c.age },             { "displaced", &g.c.displaced }, { "disability", &g.c.disability },
        { "basis", &g.c.basis },         { "identity", &g.c.identity }, { "written_by", &g.c.written_by },
        { "slip_code", &g.slip },
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i].to = read_text(&r, texts[i].name);
    }
    (void)read_codes(&r, "groups", &g.c.groups);
    (void)read_codes(&r, "themes", &g.c.themes);
    (void)read_codes(&r, "flags", &g.c.flags);
    (void)read_codes(&r, "seal_to", &g.seal_to);
    g.refused = read_codes(&r, "scopes", &g.c.scopes) && g.c.scopes.n == 0;
    read_hands(&r, &g.c);
    read_sensitivity(&r, &g);
    read_numbers(&r, &g);
    g.identified = g.c.identity.n > 0;
    if (r.e == OK) {
        *out = g;
    }
    return r.e;
}

size_t given_needs(struct slice fields, size_t attachments, const char *out[static CONTRIBUTE_NEEDS])
{
    static const struct {
        enum trouble_code code;
        const char *word;
    } words[] = {
        { TROUBLE_CONSENT, "consent" }, { TROUBLE_GROUP, "groups" }, { TROUBLE_TEXT_EMPTY, "text" },
        { TROUBLE_STOP, "stop" },       { TROUBLE_WORDS, "words" },  { TROUBLE_HANDS, "hands" },
    };
    struct given g;
    enum trouble_code needs[CONTRIBUTE_NEEDS];
    if (given_read(fields, &g, NULL) != OK) {
        out[0] = "fields";
        return 1;
    }
    g.attached = attachments;
    const size_t n = contribute_needs(&g, needs);
    for (size_t i = 0; i < n; i++) {
        size_t at = 0;
        while (at < sizeof words / sizeof *words && words[at].code != needs[i]) {
            at++;
        }
        CHECK(at < sizeof words / sizeof *words);
        out[i] = words[at].word;
    }
    return n;
}
