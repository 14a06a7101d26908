// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The calls about forums: which there are, opening one, who came. Closing one is in api_seal.c.
// Read first: page_call.h, node/desk/forum_view.h, node/desk/session.h.
#include "node/page/api.h"

#include "common/base/date.h"
#include "common/base/text.h"
#include "common/format/charter.h"
#include "node/desk/attendance.h"
#include "node/desk/drafts.h"
#include "node/desk/forum_view.h"
#include "node/desk/roster_here.h"
#include "node/desk/session.h"
#include "node/page/forum_json.h"
#include "node/page/page_inside.h"

#include <string.h>

// --- forums: {} -> {areas: [area] (those she may hold forums in, when that is not everywhere),
// planned: [{plan, code, area, type, date, title?, place?, groups, mine}],
// open: [{id, code, area, type, when_s, mine, drafts, others_drafts, saved, received, waiting, refused, sealed, count?,
// late?, missing?, people, title?, date?, place?, languages, groups (invited), tables: [{name, groups}],
// consent: {basis?, scopes}, defaults: {channel?, sensitivity?, seal_to}}], left_out: open ones that are not shown} ---

#define SHOWN 500      // forums of either list, the rest is counted: a reply has its limit
#define TEXT_SHOWN 120 // characters of a text of one

static void put_said(json_t *o, const struct content *c)
{
    static const char *const texts[] = { "title", "place", "date", "precision", "phase", "observers" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct slice text = content_text(c, texts[i]);
        if (text.n > 0 && text_utf8_ok(text)) {
            json_put(o, texts[i], json_of_bytes(slice_of(text.p, text_prefix_bytes(text, TEXT_SHOWN))));
        }
    }
}

static json_t *list_json(struct slice value, size_t most)
{
    struct slice rows[LIMIT_LANGUAGES];
    CHECK(most <= LIMIT_LANGUAGES);
    const size_t n = content_list(value, rows, most);
    json_t *out = json_array();
    for (size_t i = 0; i < n; i++) {
        json_push(out, json_of_bytes(rows[i]));
    }
    return out;
}

static json_t *tables_json(struct slice list)
{
    struct cursor c = cursor_new(list, true);
    const size_t n = list.n > 0 ? cursor_array(&c, SESSION_TABLES) : 0;
    json_t *out = json_array();
    for (size_t i = 0; i < n && cursor_ok(&c); i++) {
        struct content row = { .count = 0 };
        if (content_parse(cursor_value(&c), &row)) {
            json_t *o = json_object();
            json_put(o, "name", json_of_bytes(content_text(&row, "name")));
            json_put(o, "groups", list_json(content_value(&row, "groups"), CONTRIBUTION_CODES));
            json_push(out, o);
        }
    }
    return out;
}

static void put_defaults(json_t *out, const struct content *context)
{
    struct content c = { .count = 0 };
    json_t *consent = json_object();
    json_t *defaults = json_object();
    if (!content_parse(content_value(context, "defaults"), &c)) {
        c = (struct content){ .count = 0 };
    }
    if (content_text(&c, "basis").n > 0) {
        json_put(consent, "basis", json_of_bytes(content_text(&c, "basis")));
    }
    json_put(consent, "scopes", list_json(content_value(&c, "scopes"), CONTRIBUTION_CODES));
    for (size_t i = 0; i < 2; i++) {
        const char *name = i == 0 ? "channel" : "sensitivity";
        if (content_text(&c, name).n > 0) {
            json_put(defaults, name, json_of_bytes(content_text(&c, name)));
        }
    }
    json_put(defaults, "seal_to", list_json(content_value(&c, "seal-to"), CONTRIBUTION_CODES));
    json_put(out, "consent", consent);
    json_put(out, "defaults", defaults);
}

static void put_plan(json_t *o, const struct plan *p)
{
    struct content c = { .count = 0 };
    struct buf date = buf_new(32);
    date_put(&date, p->date);
    if (!content_parse(buf_slice(&p->context), &c)) {
        c = (struct content){ .count = 0 };
    }
    put_said(o, &c);
    json_put(o, "plan", json_of_hex(SLICE_ARRAY(p->id.b)));
    json_put(o, "code", json_string(p->code));
    json_put(o, "area", json_string(p->area));
    json_put(o, "type", json_string(p->type));
    json_put(o, "date", json_of_bytes(buf_slice(&date)));
    json_put(o, "groups", list_json(content_value(&c, "groups"), LIMIT_LANGUAGES));
    json_put(o, "mine", json_boolean(p->mine));
    buf_done(&date);
}

static void put_state(json_t *o, const struct forum_state *s)
{
    json_put(o, "sealed", json_boolean(s->sealed));
    json_put(o, "people", json_of_number(s->people));
    if (s->sealed) {
        json_put(o, "count", json_of_number(s->count));
        json_put(o, "late", json_of_number(s->late));
        json_put(o, "missing", json_of_number(s->missing));
        json_put(o, "attested", json_of_number(s->attested_keys + s->attested_sheets));
    }
}

// How many drafts she has of it herself, and everybody else here.
static void put_drafts(json_t *o, struct desk *desk, struct hash session)
{
    struct drafts_count count;
    uint64_t own = 0;
    if (drafts_of_session(desk->state, &session, &count, NULL) != OK) {
        return; // what is wrong with the disk is told by whatever is done there
    }
    for (size_t i = 0; i < count.n; i++) {
        own += pubkey_equal(count.rows[i].owner, desk->who->person.key) ? count.rows[i].drafts : 0;
    }
    json_put(o, "drafts", json_of_number(own));
    json_put(o, "others_drafts", json_of_number(count.all > own ? count.all - own : 0));
}

static json_t *open_json(struct desk *desk, const struct forum_view *v, const struct forum_row *row)
{
    const struct tally *tally = &row->forum.tally;
    const struct plan *plan = plans_of(&v->plans, row->forum.area, row->forum.code);
    struct content context = { .count = 0 };
    struct content planned = { .count = 0 };
    json_t *o = json_object();
    if (!content_parse(buf_slice(&row->context), &context)) {
        context = (struct content){ .count = 0 };
    }
    if (plan != NULL && !content_parse(buf_slice(&plan->context), &planned)) {
        planned = (struct content){ .count = 0 };
    }
    json_put(o, "id", json_of_hex(SLICE_ARRAY(row->forum.id.b)));
    json_put(o, "code", json_string(row->forum.code));
    json_put(o, "area", json_string(row->forum.area));
    json_put(o, "type", json_string(row->forum.type));
    json_put(o, "when_s", json_of_number(row->forum.claimed_s));
    json_put(o, "mine", json_boolean(row->mine));
    json_put(o, "saved", json_of_number(tally->saved));
    json_put(o, "received", json_of_number(tally->received));
    json_put(o, "waiting", json_of_number(tally->waiting));
    json_put(o, "refused", json_of_number(tally->refused));
    put_drafts(o, desk, row->forum.id);
    put_state(o, row->state);
    put_said(o, &context);
    json_put(o, "languages", list_json(content_value(&context, "languages"), LIMIT_LANGUAGES));
    json_put(o, "groups", list_json(content_value(&planned, "groups"), LIMIT_LANGUAGES));
    json_put(o, "tables", tables_json(content_value(&context, "tables")));
    put_defaults(o, &context);
    return o;
}

// The areas of her accreditations as a facilitator, each once; none: everywhere, or nothing is known of her.
static json_t *areas_json(const struct roster *r, struct pubkey who)
{
    struct roster_member m = { .accreditations = 0 };
    struct roster_accreditation a;
    json_t *list = json_array();
    size_t i = 0;
    const bool known = roster_find(r, who, &i);
    if (known) {
        roster_member(r, i, &m);
    }
    for (size_t k = 0; k < m.accreditations; k++) {
        roster_accreditation(r, i, k, &a);
        for (size_t n = 0; (a.roles & (1u << ROLE_FACILITATOR)) != 0 && n < a.area_count; n++) {
            json_push(list, json_of_bytes(a.areas[n]));
        }
    }
    return list;
}

enum err page_forums(struct page_call *c, struct trouble *t)
{
    struct forum_view v = { .n = 0 };
    struct why why = { "" };
    json_t *planned = json_array();
    json_t *open = json_array();
    const enum err e = trouble_of_err(t, forum_view_load(c->desk, &c->page->forums, &v, &why), &why);
    for (int mine = 1; mine >= 0; mine--) { // those she may hold first
        for (size_t i = 0; i < v.plans.n; i++) {
            const struct plan *p = &v.plans.rows[i];
            if (p->mine == (mine == 1) && json_array_size(planned) < SHOWN && !forum_view_held(&v, p)) {
                json_t *o = json_object();
                put_plan(o, p);
                json_push(planned, o);
            }
        }
    }
    const size_t left_out = v.n > SHOWN ? v.n - SHOWN : 0; // those that were opened first
    for (size_t i = left_out; i < v.n; i++) {
        json_push(open, open_json(c->desk, &v, &v.rows[i]));
    }
    json_put(c->out, "left_out", json_of_number(left_out));
    json_put(c->out, "areas", e == OK ? areas_json(v.plans.roster, c->desk->who->person.key) : json_array());
    json_put(c->out, "planned", planned);
    json_put(c->out, "open", open);
    forum_view_done(&v);
    return e;
}

// --- forum/open: {code | plan (its id or code), area, type, title?, date?, place?, precision?, phase?, areas?,
// languages: [tag], interpreter? (true or text), observers?, authorities?, tables?: [{name, groups}],
// consent?: {basis, scopes}, defaults?: {channel, sensitivity, seal_to}, anyway?: true} -> {id}; forum-outside: by
// what is known here she may not hold forums in that area, and nothing was opened but when it is meant anyway ---

static bool take_codes(const json_t *object, const char *name, struct code_set *out)
{
    return forum_json_texts(object, name, out->codes, CONTRIBUTION_CODES, &out->n);
}

static bool take_tables(const json_t *in, struct session_fields *f)
{
    const json_t *list = json_object_get(in, "tables");
    bool good = list == NULL || (json_is_array(list) && json_array_size(list) <= SESSION_TABLES);
    for (size_t i = 0; good && i < json_array_size(list); i++) {
        struct session_table *table = &f->tables[f->table_n++];
        const json_t *row = json_array_get(list, i);
        good = json_text(row, "name", &table->name) && take_codes(row, "groups", &table->groups);
    }
    return good;
}

static bool take_fields(const json_t *in, struct session_fields *f)
{
    const json_t *consent = json_object_get(in, "consent");
    const json_t *defaults = json_object_get(in, "defaults");
    const struct { const json_t *in; const char *name; struct slice *out; } texts[] = {
        { in, "code", &f->code }, { in, "area", &f->area }, { in, "type", &f->type }, { in, "title", &f->title },
        { in, "date", &f->date }, { in, "place", &f->place }, { in, "precision", &f->precision },
        { in, "phase", &f->phase }, { in, "observers", &f->observers }, { consent, "basis", &f->basis },
        { defaults, "channel", &f->channel }, { defaults, "sensitivity", &f->sensitivity },
    };
    const json_t *interpreter = json_object_get(in, "interpreter");
    bool good = true;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        good = good && (json_object_get(texts[i].in, texts[i].name) == NULL ||
                        json_text(texts[i].in, texts[i].name, texts[i].out));
    }
    good = good && (interpreter == NULL || json_yes(in, "interpreter", &f->interpreted) ||
                    json_text(in, "interpreter", &f->interpreter));
    return good && take_codes(in, "areas", &f->areas) && take_codes(in, "authorities", &f->authorities) &&
           take_codes(consent, "scopes", &f->scopes) && take_codes(defaults, "seal_to", &f->seal_to) &&
           forum_json_texts(in, "languages", f->languages, SESSION_LANGUAGES, &f->language_n) && take_tables(in, f);
}

// The plan that is named by its id, or by its code: of several, one that she may hold.
static const struct plan *plan_named(const struct plans *plans, const json_t *in, struct slice code)
{
    struct hash id;
    const struct plan *found = NULL;
    if (json_hex(in, "plan", id.b, sizeof id.b)) {
        return plans_find(plans, id);
    }
    for (size_t i = 0; i < plans->n; i++) {
        const struct plan *p = &plans->rows[i];
        found = slice_equal(slice_text(p->code), code) && (found == NULL || (p->mine && !found->mine)) ? p : found;
    }
    return found;
}

enum err page_forum_open(struct page_call *c, struct trouble *t)
{
    struct session_fields f = { .plan = { { 0 } } };
    struct plans plans = { .rows = NULL };
    struct append_result result;
    struct why why = { "" };
    struct slice named = { NULL, 0 };
    char date[SESSION_DATE];
    bool anyway = false;
    const bool good = take_fields(c->in, &f) && (json_object_get(c->in, "anyway") == NULL ||
                                                 json_yes(c->in, "anyway", &anyway));
    enum err e = good ? trouble_of_err(t, plans_load(c->desk, &plans, &why), &why) : trouble_set(t, TROUBLE_NOT_RIGHT);
    if (e == OK && json_text(c->in, "plan", &named)) {
        const struct plan *p = plan_named(&plans, c->in, named);
        if (p != NULL) {
            f.code = slice_text(p->code);
            session_take_plan(&f, p, date);
        }
        e = p == NULL ? trouble_set(t, TROUBLE_FORUM_PLAN) : OK;
    }
    if (e == OK && !anyway && text_code_ok(f.area) &&
        roster_here_outside(plans.roster, c->desk->who->person.key, f.area)) {
        e = trouble_with(t, TROUBLE_FORUM_OUTSIDE, TROUBLE_SLICE(f.area));
    }
    f.type = f.type.n > 0 ? f.type : SLICE_LITERAL("town-hall");
    e = e == OK ? session_open(c->desk, c->wall_s, &f, &result, t) : e;
    if (e == OK) {
        json_put(c->out, "id", json_of_hex(SLICE_ARRAY(result.id.b)));
    }
    plans_done(&plans);
    return e;
}

// --- forum/attendance: {id, rows: [{sex, age, count, displaced, disability: "yes", "no", "unknown"}]} -> {people} ---

static bool take_answer(const json_t *row, const char *name, uint64_t *out)
{
    struct slice text = SLICE_LITERAL("unknown");
    const bool given = json_object_get(row, name) != NULL;
    if (given && !json_text(row, name, &text)) {
        return false;
    }
    *out = slice_equal(text, SLICE_LITERAL("yes")) ? 1 : slice_equal(text, SLICE_LITERAL("no")) ? 0 : 2;
    return *out != 2 || slice_equal(text, SLICE_LITERAL("unknown"));
}

enum err page_forum_attendance(struct page_call *c, struct trouble *t)
{
    const json_t *list = json_object_get(c->in, "rows");
    struct attendance rows[LIMIT_BODY_BYTES / 8];
    struct append_result result;
    struct hash session;
    uint64_t people = 0;
    size_t n = json_array_size(list);
    bool good = json_hex(c->in, "id", session.b, sizeof session.b) && json_is_array(list) &&
                n <= sizeof rows / sizeof *rows;
    for (size_t i = 0; good && i < n; i++) {
        const json_t *row = json_array_get(list, i);
        good = json_text(row, "sex", &rows[i].sex) && json_text(row, "age", &rows[i].age) &&
               json_number(row, "count", &rows[i].count) && take_answer(row, "displaced", &rows[i].displaced) &&
               take_answer(row, "disability", &rows[i].disability);
    }
    enum err e = good ? forum_json_session(c, session, NULL, t) : trouble_set(t, TROUBLE_NOT_RIGHT);
    e = e == OK ? attendance_save(c->desk, c->wall_s, session, rows, n, &result, &people, t) : e;
    if (e == OK) {
        json_put(c->out, "people", json_of_number(people));
        json_put(c->out, "entry", json_of_hex(SLICE_ARRAY(result.id.b)));
    }
    return e;
}
