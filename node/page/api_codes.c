// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What can be chosen, and what is read aloud: the codes of the codebook and the closed lists, with their labels.
// Read first: page_call.h, node/desk/codebook.h.
#include "node/page/api.h"

#include "common/format/charter.h"
#include "node/desk/codebook.h"

// --- codes: {language} -> the lists below, [{code, label}] each; groups (the eight of the guide), all_groups and
// themes [{code, parent?, label}] of the codebook; questions [{code, label}]; asks [code]; referral, script: text in
// the language, if there is one; referrals, scripts: [{lang, text}] in every language of the guide; seal_to: [name] ---

static const struct {
    const char *name;
    enum code_list list;
} lists[] = {
    { "ages", CODES_AGE },
    { "authorities", CODES_AUTHORITY },
    { "bases", CODES_CONSENT_BASIS },
    { "channels", CODES_CHANNEL },
    { "correction_reasons", CODES_CORRECT_REASON },
    { "flags", CODES_RISK },
    { "incidents", CODES_INCIDENT },
    { "kinds", CODES_STATEMENT },
    { "phases", CODES_PHASE },
    { "precisions", CODES_PRECISION },
    { "scales", CODES_SCALE },
    { "scopes", CODES_SCOPE },
    { "sensitivities", CODES_SENSITIVITY },
    { "session_types", CODES_SESSION_TYPE },
    { "sexes", CODES_SEX },
    { "speakers", CODES_SPEAKER },
    { "supports", CODES_SUPPORT },
};

static json_t *row_json(struct slice code, struct slice label)
{
    json_t *o = json_object();
    json_put(o, "code", json_of_bytes(code));
    json_put(o, "label", json_of_bytes(label));
    return o;
}

static json_t *list_json(enum code_list list, enum language l)
{
    size_t n = 0;
    const struct code_row *rows = codes_list(list, &n);
    json_t *out = json_array();
    for (size_t i = 0; i < n; i++) {
        json_push(out, row_json(slice_text(rows[i].code), slice_text(rows[i].labels[l])));
    }
    return out;
}

// What is replaced stays valid, but is not offered any more.
static json_t *book_json(const struct codebook *b, enum code_list list, enum language l)
{
    struct codebook_row row;
    json_t *out = json_array();
    for (size_t i = 0; codebook_row(b, list, i, l, &row); i++) {
        json_t *o = row_json(row.code, row.label);
        if (row.parent.n > 0) {
            json_put(o, "parent", json_of_bytes(row.parent));
        }
        if (row.replaced) {
            json_put(o, "replaced", json_true());
        }
        json_push(out, o);
    }
    return out;
}

static json_t *groups_json(const struct codebook *b, enum language l)
{
    struct slice groups[CODEBOOK_GROUPS];
    const size_t n = codebook_groups(b, groups);
    json_t *out = json_array();
    for (size_t i = 0; i < n; i++) {
        json_push(out, row_json(groups[i], codebook_label(b, CODES_GROUP, groups[i], l)));
    }
    return out;
}

static json_t *aloud_json(const struct codebook *b, enum codebook_aloud what)
{
    struct codebook_text text;
    json_t *out = json_array();
    for (size_t i = 0; codebook_aloud(b, what, i, &text); i++) {
        json_t *o = json_object();
        json_put(o, "lang", json_of_bytes(text.lang));
        json_put(o, "text", json_of_bytes(text.text));
        json_push(out, o);
    }
    return out;
}

static void put_guide(const struct codebook *b, enum language l, json_t *out)
{
    struct codebook_row question;
    struct slice asks[CODEBOOK_ASKS];
    const size_t n = codebook_asks(b, asks);
    json_t *questions = json_array();
    json_t *asked = json_array();
    for (size_t i = 0; codebook_question(b, i, l, &question); i++) {
        json_push(questions, row_json(question.code, question.label));
    }
    for (size_t i = 0; i < n; i++) {
        json_push(asked, json_of_bytes(asks[i]));
    }
    json_put(out, "questions", questions);
    json_put(out, "asks", asked);
    json_put(out, "referral", json_of_bytes(codebook_referral(b, l)));
    if (codebook_script(b, l).n > 0) {
        json_put(out, "script", json_of_bytes(codebook_script(b, l)));
    }
    json_put(out, "referrals", aloud_json(b, CODEBOOK_REFERRAL));
    json_put(out, "scripts", aloud_json(b, CODEBOOK_SCRIPT));
}

enum err page_codes(struct page_call *c, struct trouble *t)
{
    const struct charter *charter = state_charter(c->desk->state);
    struct codebook *b = NULL;
    struct slice language = { NULL, 0 };
    struct why why = { "" };
    if (!json_text(c->in, "language", &language)) {
        return trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    const enum language l = language_of(language);
    const enum err e = codebook_here(c->desk, &b, &why);
    if (e != OK) {
        return trouble_of_err(t, e, &why);
    }
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        json_put(c->out, lists[i].name, list_json(lists[i].list, l));
    }
    json_put(c->out, "groups", groups_json(b, l));
    json_put(c->out, "all_groups", book_json(b, CODES_GROUP, l));
    json_put(c->out, "themes", book_json(b, CODES_THEME, l));
    put_guide(b, l, c->out);
    json_t *names = json_array();
    for (size_t i = 0; i < charter->officer_count; i++) {
        json_push(names, json_of_bytes(charter->officers[i].name));
    }
    json_put(c->out, "seal_to", names);
    codebook_free(b);
    return OK;
}
