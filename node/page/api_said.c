// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Signing what was written down, bettering it, taking back consent, and asking with a slip's code.
// Read first: page_call.h, node/desk/signing.h, correct.h, withdraw.h, slip_say.h.
#include "node/page/api.h"

#include "common/base/text.h"
#include "common/format/armor.h"
#include "common/ops/json_pack.h"
#include "node/desk/correct.h"
#include "node/desk/given.h"
#include "node/desk/signing.h"
#include "node/desk/slip_say.h"
#include "node/desk/slips.h"
#include "node/desk/withdraw.h"

#include <stdlib.h>

static struct slice text_or_empty(const json_t *object, const char *name)
{
    struct slice text = { NULL, 0 };
    return json_text(object, name, &text) ? text : slice_of(NULL, 0);
}

// A list of texts. False when there is one that is none, or too long.
static bool read_codes(const json_t *object, const char *name, struct code_set *out)
{
    const json_t *list = json_object_get(object, name);
    *out = (struct code_set){ .n = 0 };
    if (list == NULL) {
        return true;
    }
    if (!json_is_array(list) || json_array_size(list) > CONTRIBUTION_CODES) {
        return false;
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *code = json_array_get(list, i);
        if (!json_is_string(code)) {
            return false;
        }
        out->codes[out->n] = slice_of((const uint8_t *)json_string_value(code), json_string_length(code));
        if (!text_code_ok(out->codes[out->n++])) {
            return false;
        }
    }
    return true;
}

// --- draft/sign: {ids: [draft]} -> {results: [{id, entry, number, slip} or {id, error}]} ---

static bool read_ids(const json_t *in, struct draft_id *out, size_t *n)
{
    const json_t *list = json_object_get(in, "ids");
    *n = json_array_size(list);
    for (size_t i = 0; i < *n && *n <= SIGNING_MOST; i++) {
        const json_t *id = json_array_get(list, i);
        const struct slice hex = { (const uint8_t *)json_string_value(id), json_string_length(id) };
        if (!json_is_string(id) || !armor_hex_fixed(hex, out[i].b, sizeof out[i].b)) {
            return false;
        }
    }
    return *n > 0 && *n <= SIGNING_MOST;
}

static json_t *result_json(const struct signing_result *r)
{
    json_t *o = json_object();
    json_put(o, "id", json_of_hex(SLICE_ARRAY(r->id.b)));
    if (r->saved) {
        json_put(o, "entry", json_of_hex(SLICE_ARRAY(r->entry.b)));
        json_put(o, "number", json_of_number(r->number));
        json_put(o, "slip", json_string(r->slip.text));
    } else {
        json_put(o, "error", page_error(&r->trouble));
    }
    return o;
}

enum err page_draft_sign(struct page_call *c, struct trouble *t)
{
    struct draft_id ids[SIGNING_MOST];
    size_t n = 0;
    if (!read_ids(c->in, ids, &n)) {
        return trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    struct signing_result *results = mem_new(n * sizeof *results);
    const enum err e = signing_sign(c->desk, c->wall_s, ids, n, results, t);
    if (e == OK) {
        json_t *rows = json_array();
        for (size_t i = 0; i < n; i++) {
            json_push(rows, result_json(&results[i]));
        }
        json_put(c->out, "results", rows);
    }
    free(results);
    return e;
}

// --- one entry that is ready ---

static enum err append_one(struct page_call *c, const struct append_item *item, struct trouble *t)
{
    struct append_result result;
    struct why why = { "" };
    const enum err e = desk_append(c->desk, c->wall_s, item, 1, &result, &why);
    if (e == OK) {
        json_put(c->out, "entry", json_of_hex(SLICE_ARRAY(result.id.b)));
        json_put(c->out, "number", json_of_number(result.seq));
    }
    return trouble_of_err(t, e, &why);
}

// --- correct: {id, reason, why?, fields, language?} -> {entry, number}; fields as those of a draft, which change ---

static enum err correct_with(struct page_call *c, const struct correction *given, struct correct *x,
                             struct trouble *t)
{
    struct codebook *b = NULL;
    struct why why = { "" };
    enum err e = correct_find(c->desk, x, &why);
    e = e == OK ? codebook_here(c->desk, &b, &why) : e;
    if (e != OK) {
        return trouble_of_err(t, e, &why);
    }
    e = correct_begin(c->desk, b, given, x, t);
    e = e == OK ? correct_make(c->desk, given, x, t) : e;
    codebook_free(b);
    return e == OK ? append_one(c, &x->item, t) : e;
}

enum err page_correct(struct page_call *c, struct trouble *t)
{
    struct hash target;
    struct given g = { .guarded = false };
    struct correct x;
    const json_t *fields = json_object_get(c->in, "fields");
    if (!json_hex(c->in, "id", target.b, sizeof target.b) || !json_is_object(fields)) {
        return trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    struct buf packed = buf_new(LIMIT_DISCLOSURE_BYTES);
    enum err e = json_pack_value(fields, &packed) && buf_ok(&packed) ? given_read(buf_slice(&packed), &g, t)
                                                                     : trouble_set(t, TROUBLE_NOT_RIGHT);
    if (e == OK) {
        const struct correction given = { .reason = text_or_empty(c->in, "reason"), .c = g.c, .lang = g.c.lang,
                                          .why = text_or_empty(c->in, "why"), .seal_to = g.seal_to };
        correct_init(&x, target);
        e = correct_with(c, &given, &x, t);
        correct_done(&x);
    }
    buf_wipe(&packed);
    buf_done(&packed);
    return e;
}

// --- withdraw: {id or slip, scopes?: [code], reason} -> {entry, number} ---

// The contribution that is meant, which must be here.
static enum err find_target(struct page_call *c, struct hash *out, struct trouble *t)
{
    struct slice slip = { NULL, 0 };
    if (json_text(c->in, "slip", &slip)) {
        return withdraw_find(c->desk, slip, out, t);
    }
    return json_hex(c->in, "id", out->b, sizeof out->b) ? withdraw_known(c->desk, *out, t)
                                                        : trouble_set(t, TROUBLE_NOT_RIGHT);
}

enum err page_withdraw(struct page_call *c, struct trouble *t)
{
    struct withdrawal given = { .reason = text_or_empty(c->in, "reason") };
    struct withdraw x = { .target = { { 0 } } };
    if (!read_codes(c->in, "scopes", &given.scopes)) {
        return trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    enum err e = find_target(c, &given.target, t);
    e = e == OK ? withdraw_make(c->desk, &given, &x, t) : e;
    e = e == OK ? append_one(c, &x.item, t) : e;
    withdraw_done(&x);
    return e;
}

// --- slip: {code, language} -> {state, sentences: [text]} ---

static void put_sentences(const struct slip_fate *f, enum language l, json_t *out)
{
    struct buf text = buf_new((size_t)1 << 20);
    struct slice line = { NULL, 0 };
    slip_say(f, l, &text);
    struct slice rest = buf_slice(&text);
    while (text_take_line(&rest, &line)) {
        json_push(out, json_of_bytes(line));
    }
    buf_done(&text);
}

enum err page_slip(struct page_call *c, struct trouble *t)
{
    struct slip slip;
    struct slip_hits hits;
    struct why why = { "" };
    const enum language l = language_of(text_or_empty(c->in, "language"));
    if (!slip_parse(text_or_empty(c->in, "code"), &slip, NULL)) {
        return trouble_set(t, TROUBLE_SLIP_WRONG);
    }
    enum err e = slips_here(c->desk, &slip, &hits, &why);
    if (e == OK && hits.n == 0) {
        return trouble_with(t, TROUBLE_SLIP_UNKNOWN, TROUBLE_STRING(slip.text));
    }
    json_t *sentences = json_array();
    for (size_t i = 0; i < hits.n && e == OK; i++) {
        struct slip_fate f;
        e = slip_fate_here(c->desk, &hits.hits[i], &f, &why);
        if (e == OK) {
            json_put(c->out, "state", json_string(slip_state(&f)));
            put_sentences(&f, l, sentences);
        }
        slip_fate_done(&f);
    }
    json_put(c->out, "sentences", sentences);
    return trouble_of_err(t, e, &why);
}
