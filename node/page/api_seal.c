// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The calls that close a forum: how it stands, shares, the seal with its read-back, attestations. Nothing is sealed
// that was not read back just so. Read first: page_call.h, node/desk/sealing.h, node/desk/attesting.h.
#include "node/page/api.h"

#include "common/base/text.h"
#include "common/format/armor.h"
#include "common/format/charter.h"
#include "common/ops/print.h"
#include "node/desk/attendance.h"
#include "node/desk/attesting.h"
#include "node/desk/sealing.h"
#include "node/page/forum_json.h"

#include <string.h>

#define MISSING_BYTES 4096 // of numbers of forms that were not typed in, as they are told
#define SHARE_TEXT (2 * LIMIT_ENTRY_BYTES) // of a share in base64

static const char *answer_name(uint64_t answer)
{
    return answer == 1 ? "yes" : answer == 0 ? "no" : "unknown";
}

static bool person_of(const struct keyring *k, struct pubkey key, struct person *out)
{
    for (size_t i = 0; i < keyring_count(k); i++) {
        if (pubkey_equal(keyring_person(k, i)->key, key)) {
            *out = *keyring_person(k, i);
            return true;
        }
    }
    return false;
}

// --- forum: {id} -> {id, code, area, type, when_s, drafts (own), others_drafts: [{name, drafts}], saved, people,
// attendance: [{sex, age, displaced, disability, count}], tables: [{name, count}], shares: [{name, contributions,
// closed}], forms?: {printed, typed, first?, last?, missing?, blank?, spoiled?}, late, missing,
// sealed: null | {seal, short, when_s, contributions, people, forms}, attested: {keys, sheets}} ---

static json_t *tables_json(const struct tables *t)
{
    json_t *list = json_array();
    for (size_t i = 0; i < t->n; i++) {
        json_t *o = json_object();
        json_put(o, "name", json_string(t->rows[i].name));
        json_put(o, "count", json_of_number(t->rows[i].count));
        json_push(list, o);
    }
    return list;
}

static void put_forms(json_t *out, const struct sealing *s)
{
    const uint64_t printed = paper_count(&s->printed);
    struct buf missing = buf_new(MISSING_BYTES);
    json_t *o = json_object();
    if (printed == 0 && s->form_n == 0 && s->forum->forms == 0) {
        json_decref(o);
        buf_done(&missing);
        return;
    }
    json_put(o, "printed", json_of_number(printed));
    json_put(o, "typed", json_of_number(s->form_n));
    if (printed > 0) {
        const struct paper_range *last = &s->printed.ranges[s->printed.n - 1];
        json_put(o, "first", json_of_number(s->printed.ranges[0].from));
        json_put(o, "last", json_of_number(last->from + last->count - 1));
        forms_put_missing(&missing, &s->printed, s->forms, s->form_n);
        json_put(o, "missing", json_of_bytes(buf_slice(&missing)));
    }
    if (s->forum->sealed && s->forum->forms > 0) {
        json_put(o, "blank", json_of_number(s->forum->blank));
        json_put(o, "spoiled", json_of_number(s->forum->spoiled));
    }
    json_put(out, "forms", o);
    buf_done(&missing);
}

static json_t *shares_json(const struct page_call *c, const struct sealing *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < keyring_count(c->desk->keyring); i++) {
        const struct person *p = keyring_person(c->desk->keyring, i);
        struct forum_share share;
        forum_fold_share(s->fold, s->session.id, p->key, &share);
        if (!pubkey_equal(p->key, c->desk->who->person.key) && share.count > 0) {
            json_t *o = json_object();
            json_put(o, "name", json_of_bytes(slice_text(p->name)));
            json_put(o, "contributions", json_of_number(share.count));
            json_put(o, "closed", json_boolean(share.sealed));
            json_push(list, o);
        }
    }
    return list;
}

// Who else here has drafts at this forum, and how many: they keep it from being sealed too.
static json_t *others_json(const struct page_call *c, const struct sealing *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->drafts.n; i++) {
        const struct draft_count *row = &s->drafts.rows[i];
        struct person person;
        if (!pubkey_equal(row->owner, c->desk->who->person.key) && row->drafts > 0) {
            json_t *o = json_object();
            const bool known = person_of(c->desk->keyring, row->owner, &person);
            json_put(o, "name", known ? json_of_bytes(slice_text(person.name)) : json_string(""));
            json_put(o, "drafts", json_of_number(row->drafts));
            json_push(list, o);
        }
    }
    return list;
}

static json_t *sealed_json(const struct sealing *s)
{
    const struct forum_state *f = s->forum;
    if (!f->sealed) {
        return json_null();
    }
    json_t *o = json_object();
    json_put(o, "seal", json_of_hex(SLICE_ARRAY(f->seal.b)));
    json_put(o, "short", forum_json_seal(f->seal));
    json_put(o, "when_s", json_of_number(s->sealed_s));
    json_put(o, "contributions", json_of_number(f->count));
    json_put(o, "people", json_of_number(f->people));
    json_put(o, "forms", json_of_number(f->forms));
    return o;
}

static enum err put_attendance(struct page_call *c, struct hash session, struct trouble *t)
{
    struct why why = { "" };
    struct buf rows = buf_new(LIMIT_BODY_BYTES);
    json_t *list = json_array();
    const enum err e = attendance_last(c->desk, session, &rows, &why);
    struct slice rest = buf_slice(&rows);
    struct attendance row;
    while (e == OK && attendance_next(&rest, &row)) {
        json_t *o = json_object();
        json_put(o, "sex", json_of_bytes(row.sex));
        json_put(o, "age", json_of_bytes(row.age));
        json_put(o, "count", json_of_number(row.count));
        json_put(o, "displaced", json_string(answer_name(row.displaced)));
        json_put(o, "disability", json_string(answer_name(row.disability)));
        json_push(list, o);
    }
    json_put(c->out, "attendance", list);
    buf_done(&rows);
    return trouble_of_err(t, e, &why);
}

static void put_standing(struct page_call *c, const struct sealing *s)
{
    const struct forum_state *f = s->forum;
    json_t *attested = json_object();
    json_put(attested, "keys", json_of_number(f->attested_keys));
    json_put(attested, "sheets", json_of_number(f->attested_sheets));
    json_put(c->out, "id", json_of_hex(SLICE_ARRAY(s->session.id.b)));
    json_put(c->out, "code", json_string(s->session.code));
    json_put(c->out, "area", json_string(s->session.area));
    json_put(c->out, "type", json_string(f->type));
    json_put(c->out, "when_s", json_of_number(s->opened_s));
    json_put(c->out, "saved", json_of_number(f->contributions));
    json_put(c->out, "drafts", json_of_number(s->own_drafts));
    json_put(c->out, "others_drafts", others_json(c, s));
    json_put(c->out, "people", json_of_number(f->people));
    json_put(c->out, "tables", tables_json(&s->tables));
    json_put(c->out, "shares", shares_json(c, s));
    json_put(c->out, "sealed", sealed_json(s));
    json_put(c->out, "attested", attested);
    json_put(c->out, "late", json_of_number(f->late));
    json_put(c->out, "missing", json_of_number(f->missing));
    put_forms(c->out, s);
}

enum err page_forum(struct page_call *c, struct trouble *t)
{
    struct sealing s = { .fold = NULL };
    char id[FORUM_JSON_ID];
    enum err e = forum_json_id(c, id, t);
    e = e == OK ? sealing_open(c->desk, id, &s, t) : e;
    e = e == OK ? put_attendance(c, s.session.id, t) : e;
    if (e == OK) {
        put_standing(c, &s);
    }
    sealing_done(&s);
    return e;
}

// --- forum/seal: {id, forms?, blank?, spoiled?, note?, lang?, shares?: [share], confirm: false} -> {read, own,
// contributions, people, forms, typed, blank, spoiled, missing_forms?, tables, shares}; with confirm: true and that
// read -> {seal, short}. Of what does not add up either gives the trouble. ---

static bool take_closing(const json_t *in, struct closing *c)
{
    uint64_t *const numbers[] = { &c->forms, &c->blank, &c->spoiled };
    const char *const names[] = { "forms", "blank", "spoiled" };
    bool good = true;
    *c = (struct closing){ .forms = SEALING_PRINTED };
    for (size_t i = 0; i < 3; i++) {
        good = good && (json_object_get(in, names[i]) == NULL || json_number(in, names[i], numbers[i]));
    }
    if (json_object_get(in, "note") != NULL) {
        good = good && json_text(in, "note", &c->note) && json_text(in, "lang", &c->lang);
    }
    return good;
}

// The shares that came from other devices, each as forum/share-in gave it.
static enum err take_shares(struct page_call *c, struct sealing *s, struct trouble *t)
{
    struct slice texts[SEALING_SHARES];
    size_t n = 0;
    struct buf bytes = buf_new(LIMIT_ENTRY_BYTES);
    enum err e = forum_json_texts(c->in, "shares", texts, SEALING_SHARES, &n) ? OK : trouble_set(t, TROUBLE_NOT_RIGHT);
    for (size_t i = 0; i < n && e == OK; i++) {
        buf_reset(&bytes);
        e = texts[i].n <= SHARE_TEXT && armor_base64(texts[i], &bytes)
                ? sealing_take_share(c->desk, s, buf_slice(&bytes), "share", t)
                : trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    buf_done(&bytes);
    return e;
}

static void put_read(struct page_call *c, const struct sealing *s, const struct closing *closing, bool whole)
{
    const struct hash read = sealing_digest(s, closing, whole);
    struct buf missing = buf_new(MISSING_BYTES);
    json_put(c->out, "read", json_of_hex(SLICE_ARRAY(read.b)));
    json_put(c->out, "own", json_of_number(s->own.count));
    json_put(c->out, "contributions", json_of_number(s->own.count + (whole ? s->others : 0)));
    json_put(c->out, "tables", tables_json(&s->tables));
    if (whole) {
        json_put(c->out, "people", json_of_number(s->forum->people));
        json_put(c->out, "forms", json_of_number(sealing_forms(s, closing)));
        json_put(c->out, "typed", json_of_number(sealing_forms(s, closing) - closing->blank - closing->spoiled));
        json_put(c->out, "blank", json_of_number(closing->blank));
        json_put(c->out, "spoiled", json_of_number(closing->spoiled));
        json_put(c->out, "shares", json_of_number(s->share_n));
        forms_put_missing(&missing, &s->printed, s->forms, s->form_n);
        json_put(c->out, "missing_forms", json_of_bytes(buf_slice(&missing)));
    }
    buf_done(&missing);
}

// Looks at all of it. *confirmed: this is the second call, and what was read back still holds.
static enum err look(struct page_call *c, struct sealing *s, struct closing *closing, bool whole, bool *confirmed,
                     struct trouble *t)
{
    char id[FORUM_JSON_ID];
    struct hash read;
    bool confirm = false;
    enum err e = forum_json_id(c, id, t);
    if (e == OK && (!take_closing(c->in, closing) || !json_yes(c->in, "confirm", &confirm) ||
                    (confirm && !json_hex(c->in, "read", read.b, sizeof read.b)))) {
        e = trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    e = e == OK ? sealing_open(c->desk, id, s, t) : e;
    e = e == OK && whole ? sealing_take_people(c->desk, s, t) : e;
    e = e == OK && whole ? take_shares(c, s, t) : e;
    e = e == OK ? sealing_check(s, closing, whole, t) : e;
    e = e == OK && confirm ? sealing_unchanged(s, closing, whole, read, t) : e;
    *confirmed = e == OK && confirm;
    return e;
}

enum err page_forum_seal(struct page_call *c, struct trouble *t)
{
    struct sealing s = { .fold = NULL };
    struct closing closing;
    struct hash seal;
    bool confirmed = false;
    enum err e = look(c, &s, &closing, true, &confirmed, t);
    if (e == OK && !confirmed) {
        put_read(c, &s, &closing, true);
    } else if (e == OK) {
        e = sealing_seal(c->desk, c->wall_s, &s, &closing, &seal, t);
        if (e == OK) {
            json_put(c->out, "seal", json_of_hex(SLICE_ARRAY(seal.b)));
            json_put(c->out, "short", forum_json_seal(seal));
        }
    }
    sealing_done(&s);
    return e;
}

// --- forum/share: {id, confirm: false} -> {read, contributions, own, tables}; with confirm: true and that read ->
// bytes: one's own share, for the device where the forum is sealed. forum/share-in: those bytes (Baraza-Forum: id) ->
// {share, name, contributions} ---

enum err page_forum_share(struct page_call *c, struct trouble *t)
{
    struct sealing s = { .fold = NULL };
    struct closing closing;
    struct hash share;
    struct why why = { "" };
    bool confirmed = false;
    enum err e = look(c, &s, &closing, false, &confirmed, t);
    if (e == OK && !confirmed) {
        put_read(c, &s, &closing, false);
    } else if (e == OK) {
        e = sealing_share(c->desk, c->wall_s, &s, &closing, &share, t);
        e = e == OK ? trouble_of_err(t, sealing_share_bytes(c->desk, share, c->bytes, &why), &why) : e;
    }
    sealing_done(&s);
    return e;
}

enum err page_forum_share_in(struct page_call *c, struct trouble *t)
{
    struct sealing s = { .fold = NULL };
    struct entry entry;
    struct slice forum = page_field(c, "Baraza-Forum");
    struct buf text = buf_new(SHARE_TEXT);
    struct buf name = buf_new(64);
    char id[FORUM_JSON_ID];
    enum err e = forum_json_field(forum, id) ? OK : trouble_set(t, TROUBLE_NOT_RIGHT);
    e = e == OK ? sealing_open(c->desk, id, &s, t) : e;
    e = e == OK ? sealing_take_share(c->desk, &s, c->octets, "share", t) : e;
    if (e == OK && (s.share_n == 0 || entry_parse(c->octets, &entry) != VERDICT_GOOD)) {
        e = trouble_set(t, TROUBLE_SHARE_OWN);
    }
    if (e == OK) {
        armor_put_base64(&text, c->octets);
        print_key(&name, entry.place.author);
        json_put(c->out, "share", json_of_bytes(buf_slice(&text)));
        json_put(c->out, "name", json_of_bytes(buf_slice(&name)));
        json_put(c->out, "contributions", json_of_number(s.others));
    }
    buf_done(&text);
    buf_done(&name);
    sealing_done(&s);
    return e;
}

// --- forum/attest: {id} -> {entry}, by one's own key; forum/attest-sheet: a photograph (Baraza-Forum: id) -> the
// same ---

static enum err attest(struct page_call *c, const char *id, const struct sheet_file *sheet, struct trouble *t)
{
    struct sealing s = { .fold = NULL };
    struct append_result result;
    enum err e = sealing_open(c->desk, id, &s, t);
    if (e == OK && !s.forum->sealed) {
        e = trouble_with(t, TROUBLE_ATTEST_OPEN, TROUBLE_STRING(s.session.code));
    }
    e = e == OK ? attesting_attest(c->desk, c->wall_s, s.forum->seal, sheet, &result, t) : e;
    if (e == OK) {
        json_put(c->out, "entry", json_of_hex(SLICE_ARRAY(result.id.b)));
    }
    sealing_done(&s);
    return e;
}

enum err page_forum_attest(struct page_call *c, struct trouble *t)
{
    char id[FORUM_JSON_ID];
    const enum err e = forum_json_id(c, id, t);
    return e == OK ? attest(c, id, NULL, t) : e;
}

enum err page_forum_attest_sheet(struct page_call *c, struct trouble *t)
{
    char id[FORUM_JSON_ID];
    const struct sheet_file sheet = { .name = SLICE_LITERAL("sheet"), .bytes = c->octets };
    return forum_json_field(page_field(c, "Baraza-Forum"), id) ? attest(c, id, &sheet, t)
                                                               : trouble_set(t, TROUBLE_NOT_RIGHT);
}
