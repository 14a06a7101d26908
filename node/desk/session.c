// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Makes a session entry, and reads it. What was typed is put in NFC here. Read first: session.h.
#include "node/desk/session.h"

#include "common/base/date.h"
#include "common/base/text.h"
#include "common/format/nfc.h"
#include "common/ops/print.h"
#include "node/desk/codebook.h"
#include "node/desk/recipients.h"

#include <string.h>

#define CONTEXT_BYTES 16384
#define TYPED 4 // texts of a context that are put in NFC

// --- what is given ---

// A text that is not given is good. Else it must be a code of list. option: as the command has it.
static enum err check_code(enum code_list list, const char *option, struct slice code, struct trouble *t)
{
    struct why why;
    if (code.n == 0 || code_check(list, option, code, &why)) {
        return OK;
    }
    enum err e = trouble_with(t, TROUBLE_FORUM_FIELD, TROUBLE_STRING(option + strlen("--")), TROUBLE_SLICE(code));
    trouble_say(t, &why);
    return e;
}

static enum err check_set(enum code_list list, const char *option, const struct code_set *set, struct trouble *t)
{
    enum err e = OK;
    for (size_t i = 0; i < set->n && e == OK; i++) {
        e = check_code(list, option, set->codes[i], t);
    }
    return e;
}

static enum err check_codes(const struct session_fields *f, struct trouble *t)
{
    enum err e = check_code(CODES_SESSION_TYPE, "--type", f->type, t);
    e = e == OK ? check_code(CODES_CONSENT_BASIS, "--consent", f->basis, t) : e;
    e = e == OK ? check_code(CODES_CHANNEL, "--channel", f->channel, t) : e;
    e = e == OK ? check_code(CODES_SENSITIVITY, "--sensitivity", f->sensitivity, t) : e;
    e = e == OK ? check_code(CODES_PRECISION, "--precision", f->precision, t) : e;
    e = e == OK ? check_code(CODES_PHASE, "--phase", f->phase, t) : e;
    e = e == OK ? check_set(CODES_AUTHORITY, "--authority", &f->authorities, t) : e;
    return e == OK ? check_set(CODES_SCOPE, "--scope", &f->scopes, t) : e;
}

static bool sets_are_codes(const struct session_fields *f)
{
    bool good = true;
    for (size_t i = 0; i < f->areas.n; i++) {
        good = good && text_code_ok(f->areas.codes[i]);
    }
    for (size_t i = 0; i < f->table_n; i++) {
        for (size_t k = 0; k < f->tables[i].groups.n; k++) {
            good = good && text_code_ok(f->tables[i].groups.codes[k]);
        }
    }
    return good;
}

static enum err check_tables(const struct session_fields *f, struct trouble *t)
{
    for (size_t i = 0; i < f->table_n; i++) {
        bool good = text_code_ok(f->tables[i].name);
        for (size_t k = 0; k < i; k++) {
            good = good && !slice_equal(f->tables[i].name, f->tables[k].name);
        }
        if (!good) {
            return trouble_with(t, TROUBLE_FORUM_TABLE, TROUBLE_SLICE(f->tables[i].name));
        }
    }
    return OK;
}

static enum err check(struct desk *desk, const struct session_fields *f, struct trouble *t)
{
    struct recipients to;
    struct why why = { "" };
    uint64_t day = 0;
    if (!text_code_ok(f->code)) {
        return trouble_with(t, TROUBLE_FORUM_CODE, TROUBLE_SLICE(f->code), TROUBLE_NUMBER(LIMIT_CODE_BYTES));
    }
    if (!text_code_ok(f->area) || !sets_are_codes(f)) {
        return trouble_set(t, TROUBLE_FORUM_AREA);
    }
    if (f->date.n > 0 && !date_parse(f->date, &day)) {
        return trouble_with(t, TROUBLE_FORUM_DATE, TROUBLE_SLICE(f->date));
    }
    for (size_t i = 0; i < f->language_n; i++) {
        if (!language_tag_ok(f->languages[i])) {
            return trouble_with(t, TROUBLE_FORUM_LANGUAGE, TROUBLE_SLICE(f->languages[i]));
        }
    }
    if (f->seal_to.n > 0 && !recipients_find(state_charter(desk->state), &f->seal_to, &to, &why)) {
        enum err e = trouble_set(t, TROUBLE_FORUM_SEAL_TO);
        trouble_say(t, &why);
        return e;
    }
    enum err e = check_tables(f, t);
    return e == OK ? check_codes(f, t) : e;
}

// --- from a plan ---

static void take_if(struct slice *field, struct slice text)
{
    *field = field->n > 0 ? *field : text;
}

void session_take_plan(struct session_fields *f, const struct plan *p, char date[static SESSION_DATE])
{
    struct content c = { .count = 0 };
    struct buf day = buf_new(SESSION_DATE - 1);
    date_put(&day, p->date);
    snprintf(date, SESSION_DATE, "%.*s", (int)day.n, (const char *)day.p);
    buf_done(&day);
    if (!content_parse(buf_slice(&p->context), &c)) {
        c = (struct content){ .count = 0 };
    }
    take_if(&f->area, slice_text(p->area));
    take_if(&f->type, slice_text(p->type));
    take_if(&f->date, slice_text(date));
    take_if(&f->title, content_text(&c, "title"));
    take_if(&f->place, content_text(&c, "place"));
    f->plan = p->id;
}

// --- the entry ---

// The bytes of a context while it is made.
struct making {
    struct content c;
    struct buf typed[TYPED], lists[4];
    size_t typed_n, list_n;
    bool good; // all that was typed is UTF-8 and fits
};

static void add_typed(struct making *m, const char *key, struct slice text)
{
    if (text.n == 0) {
        return;
    }
    struct buf *store = &m->typed[m->typed_n++];
    *store = buf_new(CONTEXT_BYTES);
    m->good = text_nfc(text, store) && m->good;
    content_add_text(&m->c, key, buf_slice(store));
}

static void add_code(struct content *c, const char *key, struct slice code)
{
    if (code.n > 0) {
        content_add_text(c, key, code);
    }
}

static void add_list(struct content *c, const char *key, const struct slice *rows, size_t n, struct buf *store)
{
    *store = buf_new(CONTEXT_BYTES);
    if (n > 0) {
        content_make_list(rows, n, store);
        content_add_value(c, key, buf_slice(store));
    }
}

// What contributions assume at this forum; its bytes lie in store until the context is made.
static void add_defaults(struct content *out, const struct session_fields *f, struct buf *store)
{
    struct content c = { .count = 0 };
    struct buf scopes;
    struct buf seal_to;
    add_code(&c, "basis", f->basis);
    add_code(&c, "channel", f->channel);
    add_code(&c, "sensitivity", f->sensitivity);
    add_list(&c, "scopes", f->scopes.codes, f->scopes.n, &scopes);
    add_list(&c, "seal-to", f->seal_to.codes, f->seal_to.n, &seal_to);
    if (c.count > 0) {
        content_make(&c, store);
        content_add_value(out, "defaults", buf_slice(store));
    }
    buf_done(&scopes);
    buf_done(&seal_to);
}

static void add_tables(struct content *out, const struct session_fields *f, struct buf *store)
{
    if (f->table_n == 0) {
        return;
    }
    pack_array(store, f->table_n);
    for (size_t i = 0; i < f->table_n; i++) {
        struct content c = { .count = 0 };
        struct buf groups;
        content_add_text(&c, "name", f->tables[i].name);
        add_list(&c, "groups", f->tables[i].groups.codes, f->tables[i].groups.n, &groups);
        content_make(&c, store);
        buf_done(&groups);
    }
    content_add_value(out, "tables", buf_slice(store));
}

static void add_numbers(struct content *c, const struct session_fields *f)
{
    if (f->guide > 0) {
        content_add_uint(c, "guide", f->guide);
    }
    if (f->codebook > 0) {
        content_add_uint(c, "codebook", f->codebook);
    }
}

// False when something typed is not UTF-8 or too long.
static bool make_context(const struct session_fields *f, struct buf *out)
{
    struct making m = { .good = true };
    struct buf defaults = buf_new(CONTEXT_BYTES);
    struct buf tables = buf_new(CONTEXT_BYTES);
    add_typed(&m, "title", f->title);
    add_typed(&m, "place", f->place);
    add_typed(&m, "interpreter", f->interpreter);
    if (f->interpreted && f->interpreter.n == 0) {
        content_add_bool(&m.c, "interpreter", true);
    }
    add_typed(&m, "observers", f->observers);
    add_code(&m.c, "date", f->date);
    add_code(&m.c, "precision", f->precision);
    add_code(&m.c, "phase", f->phase);
    add_list(&m.c, "languages", f->languages, f->language_n, &m.lists[0]);
    add_list(&m.c, "areas", f->areas.codes, f->areas.n, &m.lists[1]);
    add_list(&m.c, "authorities", f->authorities.codes, f->authorities.n, &m.lists[2]);
    add_numbers(&m.c, f);
    add_tables(&m.c, f, &tables);
    add_defaults(&m.c, f, &defaults);
    if (m.good && buf_ok(&tables) && m.c.count > 0) {
        content_make(&m.c, out);
    }
    const bool good = m.good && buf_ok(&tables) && buf_ok(&defaults) && buf_ok(out);
    for (size_t i = 0; i < TYPED; i++) {
        buf_done(&m.typed[i]);
        buf_done(&m.lists[i]);
    }
    buf_done(&defaults);
    buf_done(&tables);
    return good;
}

enum err session_append(struct desk *desk, uint64_t wall_s, const struct session_fields *f,
                        const struct hash *import_key, struct append_result *out, struct trouble *t)
{
    struct why why = { "" };
    struct body body = { .kind = KIND_SESSION };
    body.as.session.area = f->area;
    body.as.session.code = f->code;
    body.as.session.type = f->type;
    struct buf context = buf_new(CONTEXT_BYTES);
    enum err e = OK;
    if (make_context(f, &context)) {
        struct append_item item = { .body = &body, .import_key = import_key, .refs = &f->plan,
                                    .ref_count = hash_is_zero(f->plan) ? 0 : 1 };
        item.parts[0] = buf_slice(&context);
        e = trouble_of_err(t, desk_append(desk, wall_s, &item, 1, out, &why), &why);
    } else {
        e = trouble_with(t, TROUBLE_FORUM_TEXT, TROUBLE_NUMBER(CONTEXT_BYTES));
    }
    buf_done(&context);
    return e;
}

enum err session_open(struct desk *desk, uint64_t wall_s, const struct session_fields *f, struct append_result *out,
                      struct trouble *t)
{
    struct local_session there;
    char code[LIMIT_CODE_BYTES + 1] = "";
    enum err e = check(desk, f, t);
    if (e != OK) {
        return e;
    }
    snprintf(code, sizeof code, "%.*s", (int)f->code.n, (const char *)f->code.p);
    e = local_session_find(desk, code, &there, NULL);
    if (e == OK) {
        return trouble_with(t, TROUBLE_FORUM_OPEN, TROUBLE_SLICE(f->code));
    }
    if (e != ERR_NOT_FOUND) {
        return trouble_of_err(t, e, NULL);
    }
    struct codebook *b = NULL;
    struct why why = { "" };
    e = trouble_of_err(t, codebook_here(desk, &b, &why), &why);
    if (e == OK) {
        struct session_fields whole = *f;
        whole.guide = codebook_guide_version(b);
        whole.codebook = codebook_version(b);
        e = session_append(desk, wall_s, &whole, NULL, out, t);
    }
    codebook_free(b);
    return e;
}

// --- reading ---

enum err session_context(struct desk *desk, struct hash id, struct buf *bytes, struct content *out, struct why *why)
{
    struct local *l = NULL;
    struct local_entry entry;
    struct disclosure d;
    bool found = false;
    *out = (struct content){ .count = 0 };
    enum err e = local_begin(desk, &l, why);
    if (e != OK) {
        return e;
    }
    while (!found && local_next(l, &entry)) {
        found = hash_equal(entry.entry.id, id);
    }
    enum err read = found && desk->readable ? local_parts(l, &d, why) : ERR_NOT_FOUND;
    if (read == OK) {
        const struct content context = local_content(&entry.entry, &d, "context");
        content_make(&context, bytes);
    }
    const enum err end = local_end(l, read == OK || read == ERR_NOT_FOUND ? why : NULL);
    if (!content_parse(buf_slice(bytes), out)) {
        *out = (struct content){ .count = 0 };
    }
    e = read == OK || read == ERR_NOT_FOUND ? end : read; // not there: wiped, and the forum says less
    return e == OK && !found ? ERR_NOT_FOUND : e;
}
