// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza session open` and `baraza session list`: the forums of this site.
#include "common/net/loop.h"
#include "node/desk/forums.h"
#include "node/desk/roster_here.h"
#include "node/desk/session.h"
#include "tools/baraza/gather.h"
#include "tools/baraza/print.h"

#include <string.h>

static int print_opened(const struct cmd_context *context, const struct session_fields *f, struct hash id)
{
    if (context->json) {
        json_t *row = json_object();
        json_put(row, "id", json_id(id));
        json_put(row, "code", json_of_bytes(f->code));
        json_put(row, "state", json_string("saved"));
        return cmd_print_json(row);
    }
    struct buf line = buf_new(256);
    buf_printf(&line, "saved ");
    print_id(&line, id, PRINT_ID);
    buf_printf(&line, "  forum %.*s is open\n", (int)f->code.n, (const char *)f->code.p);
    int code = cmd_print(buf_slice(&line));
    buf_done(&line);
    return code;
}

// A forum that counts for nothing is better known before it is held. Whether it will, the record decides.
static void remark_area(const struct cmd_context *context, struct work *w, struct slice area)
{
    struct roster *r = NULL;
    struct why why = { "" };
    if (roster_here(&w->desk, &r, &why) == OK && roster_here_outside(r, w->desk.who->person.key, area)) {
        cmd_remark(context, "%s may not hold forums in %.*s, as far as is known here: nothing of this forum would "
                   "count. If the area is mistyped, open it anew under another code; else ask the registrar to grant "
                   "%.*s first", w->desk.who->person.name, (int)area.n, (const char *)area.p, (int)area.n,
                   (const char *)area.p);
    }
    roster_free(r);
}

// What was typed; the texts are borrowed from the arguments.
struct opening {
    const char *as;
    const char *area, *type, *title, *date, *place, *precision, *phase, *interpreter, *observers;
    const char *consent, *channel, *sensitivity;
    struct arg_list languages, scopes, seal_to, areas, authorities, tables;
};

static struct slice given(const char *text)
{
    return slice_text(text != NULL ? text : "");
}

// "1=women,youth", or only a name.
static int take_table(const char *typed, struct session_table *out)
{
    struct why why = { "" };
    const char *equal = strrchr(typed, '=');
    *out = (struct session_table){ .name = given(typed) };
    if (equal != NULL) {
        out->name.n = (size_t)(equal - typed);
        if (!code_set_parse(slice_text(equal + 1), &out->groups, &why)) {
            return cmd_usage("--table: %s", why.text);
        }
    }
    return -1;
}

static int take_fields(const struct opening *o, const char *code, struct session_fields *f)
{
    *f = (struct session_fields){
        .code = given(code), .area = given(o->area), .type = given(o->type), .title = given(o->title),
        .date = given(o->date), .place = given(o->place), .precision = given(o->precision), .phase = given(o->phase),
        .interpreter = given(o->interpreter), .observers = given(o->observers), .basis = given(o->consent),
        .channel = given(o->channel), .sensitivity = given(o->sensitivity),
    };
    if (!code_set_of(&o->scopes, "--scope", &f->scopes) || !code_set_of(&o->seal_to, "--seal-to", &f->seal_to) ||
        !code_set_of(&o->areas, "--also-area", &f->areas) ||
        !code_set_of(&o->authorities, "--authority", &f->authorities)) {
        return EXIT_USAGE;
    }
    if (o->languages.n > SESSION_LANGUAGES || o->tables.n > SESSION_TABLES) {
        return cmd_usage("at most %d languages and %d break-out groups", SESSION_LANGUAGES, SESSION_TABLES);
    }
    for (size_t i = 0; i < o->languages.n; i++) {
        f->languages[f->language_n++] = given(o->languages.values[i]);
    }
    int left = -1;
    for (size_t i = 0; i < o->tables.n && left < 0; i++) {
        left = take_table(o->tables.values[i], &f->tables[f->table_n++]);
    }
    return left;
}

// Takes over what the plan of that code says, when one came down: the first whose area she may hold it in.
static enum err take_plan(struct work *w, struct session_fields *f, struct plans *plans, char date[static SESSION_DATE],
                          struct why *why)
{
    enum err e = plans_load(&w->desk, plans, why);
    const struct plan *found = NULL;
    for (size_t i = 0; i < plans->n; i++) {
        const struct plan *p = &plans->rows[i];
        const bool fits = slice_equal(slice_text(p->code), f->code) &&
                          (f->area.n == 0 || slice_equal(slice_text(p->area), f->area));
        found = fits && (found == NULL || (p->mine && !found->mine)) ? p : found;
    }
    if (found != NULL) {
        session_take_plan(f, found, date);
    }
    return e;
}

static int open_it(struct cmd_context *context, const char *as, struct session_fields *f)
{
    struct work w;
    struct plans plans = { .rows = NULL };
    struct append_result result;
    struct trouble t = { .code = NULL };
    struct why why = { "" };
    char date[SESSION_DATE];
    int code = work_write(context, as, &w);
    if (code < 0) {
        enum err e = trouble_of_err(&t, take_plan(&w, f, &plans, date, &why), &why);
        f->type = f->type.n > 0 ? f->type : SLICE_LITERAL("town-hall");
        e = e == OK ? session_open(&w.desk, loop_wall_s(), f, &result, &t) : e;
        code = e == OK ? -1 : cmd_fail(t.err, &t.why);
    }
    if (code < 0) {
        code = print_opened(context, f, result.id);
        remark_area(context, &w, f->area);
    }
    plans_done(&plans);
    work_close(&w);
    return code;
}

static int run_open(struct cmd_context *context, int argc, char **argv)
{
    struct opening o = { .as = NULL };
    const struct arg_spec rows[] = {
        { "area", 'a', ARG_TEXT, "AREA", "code of the area it is held for (XM-KIV); the plan's when not given",
          &o.area },
        { "type", 't', ARG_TEXT, "TYPE", "town-hall, focus-group, regional-conference, submission-desk …", &o.type },
        { "title", 0, ARG_TEXT, "TEXT", "what it is called", &o.title },
        { "lang", 'l', ARG_LIST, "TAG", "a language that is spoken there; the first is what add assumes",
          &o.languages },
        { "date", 0, ARG_TEXT, "DATE", "the day it is held, 2026-03-04", &o.date },
        { "place", 0, ARG_TEXT, "TEXT", "where, as precisely as is safe", &o.place },
        { "precision", 0, ARG_TEXT, "CODE", "how precisely that names it: place, locality, district, region",
          &o.precision },
        { "phase", 0, ARG_TEXT, "CODE", "what it is held for: assessment, policy, strategy …", &o.phase },
        { "also-area", 0, ARG_LIST, "AREA", "a further area that people came from", &o.areas },
        { "interpreter", 0, ARG_TEXT, "TEXT", "between which languages somebody interpreted; no name",
          &o.interpreter },
        { "observers", 0, ARG_TEXT, "TEXT", "who observed it: of which body; no name", &o.observers },
        { "authority", 0, ARG_LIST, "CODE", "who was present: none, civilian, police, army, armed-group",
          &o.authorities },
        { "table", 0, ARG_LIST, "NAME[=GROUP,…]", "a break-out group, and who sits there; add --table inherits it",
          &o.tables },
        { "consent", 0, ARG_TEXT, "BASIS", "of everybody there: group-oral, public-speech …; add assumes it",
          &o.consent },
        { "scope", 0, ARG_LIST, "CODE", "what was agreed to; add assumes it", &o.scopes },
        { "channel", 0, ARG_TEXT, "CODE", "how it comes: oral-forum, written …; add assumes it", &o.channel },
        { "sensitivity", 0, ARG_TEXT, "CODE", "of all that is said there: restricted, sealed; add assumes it",
          &o.sensitivity },
        { "seal-to", 0, ARG_LIST, "NAME", "who may open what is sealed there, two or more; add assumes it",
          &o.seal_to },
        WORK_AS(&o.as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza session open",
        .summary = "Open a forum, so that what is said there can be written down. Of a planned one the code is enough",
        .positionals = "CODE",
        .min = 1,
        .max = 1,
        .examples = "  baraza session open XM-KIV-2026-003 --area XM-KIV --type town-hall --lang sw\n"
                    "  baraza session open XM-KIV-2026-003 --table 1=women,herders --table 2=youth\n",
        .options = rows,
    };
    struct args args;
    struct session_fields f;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code < 0) {
        code = take_fields(&o, args.positionals[0], &f);
    }
    return code < 0 ? open_it(context, o.as, &f) : code;
}

static int print_forum_json(const struct forum *f, const struct forum_state *standing)
{
    json_t *row = json_object();
    json_put(row, "id", json_id(f->id));
    json_put(row, "code", json_string(f->code));
    json_put(row, "area", json_string(f->area));
    json_put(row, "type", json_string(f->type));
    json_put(row, "opened", json_time(f->claimed_s));
    json_put(row, "state", json_string(fate_name(f->fate)));
    json_put(row, "contributions", json_of_number(f->tally.saved));
    json_put(row, "received", json_of_number(f->tally.received));
    json_put(row, "waiting", json_of_number(f->tally.waiting));
    json_put(row, "refused", json_of_number(f->tally.refused));
    json_put(row, "standing", json_string(forum_standing_name(standing->standing)));
    return cmd_print_json(row);
}

// Those that were planned and of which nothing is here.
static int put_silent(const struct cmd_context *context, const struct forum_fold *fold, struct buf *text)
{
    int code = EXIT_GOOD;
    for (size_t i = 0; i < forum_fold_count(fold) && code == EXIT_GOOD; i++) {
        const struct forum_state *f = forum_fold_at(fold, i);
        if (f->held) {
            continue;
        }
        if (context->json) {
            code = cmd_print_json(gather_json(f));
            continue;
        }
        buf_printf(text, "%-8s  %-20s %-12s %-20s ", "", f->code, f->area, f->type);
        gather_put_standing(text, f, false);
        buf_put_u8(text, '\n');
    }
    return code;
}

static int print_forums(const struct cmd_context *context, const struct forums *f, const struct forum_fold *fold)
{
    struct buf text = buf_new((size_t)1 << 26);
    struct print_ids ids = { NULL, 0, 0 };
    int code = EXIT_GOOD;
    for (size_t i = 0; i < f->n; i++) {
        print_ids_add(&ids, f->rows[i].id);
    }
    size_t digits = print_ids_digits(&ids);
    for (size_t i = 0; i < f->n && code == EXIT_GOOD; i++) {
        const struct forum *row = &f->rows[i];
        const struct forum_state *standing = forum_fold_find(fold, slice_text(row->code));
        CHECK(standing != NULL);
        if (context->json) {
            code = print_forum_json(row, standing);
            continue;
        }
        print_id(&text, row->id, digits);
        buf_printf(&text, "  %-20s %-12s %-20s ", row->code, row->area, row->type);
        print_count(&text, row->tally.saved, "contribution; ", "contributions; ");
        gather_put_standing(&text, standing, false);
        buf_put_u8(&text, '\n');
    }
    code = code == EXIT_GOOD ? put_silent(context, fold, &text) : code;
    if (code == EXIT_GOOD && !context->json) {
        code = cmd_print(buf_slice(&text));
    }
    if (f->n == 0) {
        cmd_remark(context, "no forum is open here yet: baraza session open CODE --area AREA");
    }
    print_ids_done(&ids);
    buf_done(&text);
    return code;
}

// A hub's forums, or an export's.
static int print_record(struct cmd_context *context, const struct reading_from *from)
{
    struct forum_fold *fold = NULL;
    struct buf text = buf_new((size_t)1 << 26);
    int code = gather(context, from, &fold);
    if (code >= 0) {
        goto out;
    }
    code = EXIT_GOOD;
    for (size_t i = 0; i < forum_fold_count(fold) && code == EXIT_GOOD; i++) {
        const struct forum_state *f = forum_fold_at(fold, i);
        if (context->json) {
            code = cmd_print_json(gather_json(f));
            continue;
        }
        buf_printf(&text, "%-20s %-12s %-20s ", f->code, f->area, f->type);
        gather_put_standing(&text, f, true);
        buf_put_u8(&text, '\n');
    }
    code = code == EXIT_GOOD && !context->json ? cmd_print(buf_slice(&text)) : code;
out:
    buf_done(&text);
    forum_fold_free(fold);
    return code;
}

static int list_site(const struct cmd_context *context, struct work *w)
{
    struct forums forums = { .rows = NULL };
    struct forum_fold *fold = NULL;
    struct why why = { "" };
    enum err e = forums_load(&w->desk, &forums, &why);
    if (e == OK) {
        e = gather_site(&w->desk, &fold, &why);
    }
    int code = e == OK ? print_forums(context, &forums, fold) : cmd_fail(e, &why);
    forum_fold_free(fold);
    forums_done(&forums);
    return code;
}

static int run_list(struct cmd_context *context, int argc, char **argv)
{
    const struct arg_command command = {
        .name = "baraza session list",
        .summary = "List the forums of this site, or of a hub's record, with their contributions and standing: silent, "
                   "open, sealed, or sealed with contributions missing",
        .positionals = "",
        .examples = "  baraza session list\n  baraza session list --json | jq .code\n",
    };
    struct reading_from from;
    struct args args;
    bool record = false;
    struct work w = { .lent = false };
    int code = reading_parse(context, command, argc, argv, &from, &args, &record);
    if (code >= 0) {
        return code;
    }
    if (record) {
        return print_record(context, &from);
    }
    code = work_state(context, &w);
    if (code < 0) {
        code = list_site(context, &w);
    }
    work_close(&w);
    return code;
}

const struct cmd cmd_session_open = { "session open", run_open, "open a forum", CMD_WRITE };
const struct cmd cmd_session_list = { "session list", run_list, "list the forums here, and their standing", CMD_READ };
