// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza list`: the contributions of this site, each with how far it has come.
#include "common/ops/nearest.h"
#include "node/desk/forums.h"
#include "node/desk/refusals.h"
#include "node/desk/shown.h"
#include "tools/baraza/print.h"
#include "tools/baraza/work.h"

#include <string.h>

#define TEXT_SHOWN 60 // characters of the words in a row

struct listing {
    const char *session, *state;
    bool all;
    struct forums forums;
    struct amends *amends;
    const struct charter *charter;
    struct print_ids ids;
    size_t digits;
};

static bool wanted(const struct listing *li, const struct local_entry *e)
{
    if (!li->all && (!e->known || e->body.kind != KIND_CONTRIBUTION)) {
        return false;
    }
    if (li->state != NULL && strcmp(li->state, fate_name(e->fate)) != 0) {
        return false;
    }
    if (li->state == NULL && e->fate == FATE_REPLACED && !li->all) {
        return false;
    }
    if (li->session == NULL) {
        return true;
    }
    if (!e->known || e->body.kind != KIND_CONTRIBUTION) {
        return false;
    }
    struct hash session = entry_ref(&e->entry, 0);
    const struct forum *f = forums_find(&li->forums, session);
    return (f != NULL && strcmp(f->code, li->session) == 0) || id_begins(session, slice_text(li->session));
}

static const char *forum_code(const struct listing *li, const struct local_entry *e)
{
    if (!e->known || e->body.kind != KIND_CONTRIBUTION) {
        return "";
    }
    const struct forum *f = forums_find(&li->forums, entry_ref(&e->entry, 0));
    return f == NULL ? "?" : f->code;
}

static void put_json_content(json_t *row, const struct entry *e, const struct disclosure *d)
{
    struct content said = local_content(e, d, "said");
    struct content context = local_content(e, d, "context");
    struct content speaker = local_content(e, d, "speaker");
    struct slice list[LIMIT_FIELDS];
    json_put(row, "lang", json_of_bytes(content_text(&said, "lang")));
    json_put(row, "text", json_of_bytes(content_text(&said, "text")));
    json_put(row, "kind", json_of_bytes(content_text(&context, "kind")));
    json_t *groups = json_array();
    size_t n = content_list(content_value(&speaker, "groups"), list, LIMIT_FIELDS);
    for (size_t i = 0; i < n; i++) {
        json_push(groups, json_of_bytes(list[i]));
    }
    json_put(row, "groups", groups);
    json_t *themes = json_array();
    n = content_list(content_value(&context, "themes"), list, LIMIT_FIELDS);
    for (size_t i = 0; i < n; i++) {
        json_push(themes, json_of_bytes(list[i]));
    }
    json_put(row, "themes", themes);
}

static struct shown shown_of(const struct cmd_context *context, const struct listing *li, const struct local_entry *e,
                             const struct disclosure *d)
{
    return (struct shown){ .language = language_asked(context), .charter = li->charter, .amends = li->amends,
                           .entry = &e->entry,
                           .body = &e->body, .disclosure = d };
}

static int print_json_row(const struct cmd_context *context, const struct listing *li,
                          const struct local_entry *e, const struct disclosure *d)
{
    json_t *row = json_object();
    json_put(row, "id", json_id(e->entry.id));
    json_put(row, "entry", json_of_bytes(e->entry.kind));
    json_put(row, "number", json_of_number(e->at.seq));
    json_put(row, "author", json_of_hex(SLICE_ARRAY(e->entry.place.author.b)));
    json_put(row, "session", json_string(forum_code(li, e)));
    json_put(row, "time", json_time(e->entry.claimed_s));
    json_put(row, "state", json_string(fate_name(e->fate)));
    if (e->fate == FATE_REFUSED) {
        refusal_put_json(row, e->refusal);
    }
    if (e->known && e->body.kind == KIND_CONTRIBUTION) {
        const struct shown shown = shown_of(context, li, e, d);
        shown_put_json(&shown, row);
        if (d != NULL) {
            put_json_content(row, &e->entry, d);
        }
    }
    amends_put_json(li->amends, e->entry.id, row);
    return cmd_print_json(row);
}

// Who spoke, and what kind of thing was said.
static void put_groups(struct buf *out, const struct cmd_context *context, const struct local_entry *e,
                       const struct disclosure *d)
{
    if (d == NULL) {
        return;
    }
    struct content what = local_content(&e->entry, d, "context");
    struct content speaker = local_content(&e->entry, d, "speaker");
    struct slice groups[LIMIT_FIELDS];
    size_t n = content_list(content_value(&speaker, "groups"), groups, LIMIT_FIELDS);
    struct slice kind = content_text(&what, "kind");
    if (n > 0) {
        print_line(out, label_of(context, CODES_GROUP, groups[0]), 24);
        buf_put_text(out, kind.n > 0 ? ", " : "  ");
    }
    if (kind.n > 0) {
        print_line(out, label_of(context, CODES_STATEMENT, kind), 24);
        buf_put_text(out, "  ");
    }
}

static int print_row(const struct cmd_context *context, const struct listing *li, const struct local_entry *e,
                     const struct disclosure *d, const char *unread)
{
    struct buf line = buf_new(4096);
    print_id(&line, e->entry.id, li->digits);
    buf_printf(&line, "  %-9s  ", fate_name(e->fate));
    if (e->known && e->body.kind == KIND_CONTRIBUTION) {
        buf_printf(&line, "%-18s  ", forum_code(li, e));
        const struct shown shown = shown_of(context, li, e, d);
        put_groups(&line, context, e, d);
        shown_put(&shown, unread, TEXT_SHOWN, &line);
    } else {
        buf_printf(&line, "%.*s", (int)e->entry.kind.n, (const char *)e->entry.kind.p);
    }
    buf_put_u8(&line, '\n');
    if (e->fate == FATE_REFUSED) {
        refusal_put(&line, e->refusal, "    ");
    }
    int code = cmd_print(buf_slice(&line));
    buf_done(&line);
    return code;
}

static enum err gather_ids(struct work *w, struct listing *li, struct why *why)
{
    struct local *l = NULL;
    struct local_entry e;
    enum err err = local_begin(&w->desk, &l, why);
    if (err != OK) {
        return err;
    }
    while (local_next(l, &e)) {
        print_ids_add(&li->ids, e.entry.id);
    }
    li->digits = print_ids_digits(&li->ids);
    return local_end(l, why);
}

static int print_all(const struct cmd_context *context, struct work *w, struct listing *li)
{
    struct local *l = NULL;
    struct local_entry e;
    struct disclosure d;
    struct why why = { "" };
    int code = EXIT_GOOD;
    uint64_t shown = 0;
    enum err err = local_begin(&w->desk, &l, &why);
    if (err != OK) {
        return cmd_fail(err, &why);
    }
    while (code == EXIT_GOOD && err == OK && local_next(l, &e)) {
        if (!wanted(li, &e)) {
            continue;
        }
        bool readable = w->desk.readable && e.entry.part_count > 0;
        err = readable ? local_parts(l, &d, &why) : OK;
        const char *unread = w->desk.readable ? "(wiped)" : "(locked)";
        if (err == ERR_NOT_FOUND && w->desk.wiped) {
            readable = false; // the header is what is left of it here
            err = OK;
        }
        const bool damaged = err == ERR_CORRUPT || (readable && err == ERR_NOT_FOUND);
        if (damaged) {
            cmd_remark(context, "the words of number %llu are damaged on this disk", (unsigned long long)e.at.seq);
            readable = false;
            err = OK;
        }
        if (err == OK) {
            shown++;
            code = context->json ? print_json_row(context, li, &e, readable ? &d : NULL)
                                 : print_row(context, li, &e, readable ? &d : NULL, unread);
        }
    }
    enum err end = local_end(l, err == OK ? &why : NULL);
    err = err == OK ? end : err;
    if (err != OK) {
        return cmd_fail(err, &why);
    }
    work_warn(w, &li->forums.damage);
    struct local_session session;
    err = shown == 0 && li->session != NULL ? local_session_find(&w->desk, li->session, &session, &why) : OK;
    if (err != OK) {
        return cmd_fail(err, &why);
    }
    if (shown == 0) {
        cmd_remark(context, state_info(w->desk.state)->side == STORE_HUB
                                ? "nobody writes at a hub: baraza log shows its record"
                                : "nothing here fits; baraza status counts everything");
    } else if (!w->desk.readable) {
        cmd_remark(context, "the words are locked: baraza unlock shows them");
    }
    return code;
}

static int check_state(const char *state)
{
    struct nearest nearest = { .typed = slice_text(state != NULL ? state : "") };
    for (enum fate f = FATE_WAITING; f < FATE_COUNT; f++) {
        if (state == NULL || strcmp(state, fate_name(f)) == 0) {
            return -1;
        }
        nearest_offer(&nearest, fate_name(f));
    }
    return nearest.best != NULL ? cmd_usage("--only \"%.70s\" is not known; did you mean \"%s\"?", state, nearest.best)
                                : cmd_usage("--only \"%.70s\" is not known: waiting, received, confirmed, answered, "
                                            "refused, replaced, lost", state);
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct listing li = { .session = NULL };
    const struct arg_spec rows[] = {
        { "session", 's', ARG_TEXT, "CODE", "only those of this forum, by code or id", &li.session },
        { "only", 0, ARG_TEXT, "STATE", "only these: waiting, received, confirmed, answered, refused, replaced, lost",
          &li.state },
        { "all", 'a', ARG_FLAG, NULL, "entries of every kind, not only contributions", &li.all },
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza list",
        .summary = "List the contributions of this site, each with how far it has come",
        .positionals = "",
        .examples = "  baraza list --session XM-KIV-2026-003\n"
                    "  baraza list --only waiting --json | jq -r .id\n",
        .options = rows,
    };
    struct args args;
    struct work w;
    struct why why = { "" };
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code < 0) {
        code = check_state(li.state);
    }
    if (code >= 0) {
        return code;
    }
    code = work_read(context, &w);
    if (code >= 0) {
        work_close(&w);
        return code;
    }
    li.charter = state_charter(w.desk.state);
    enum err e = forums_load(&w.desk, &li.forums, &why);
    if (e == OK) {
        e = gather_ids(&w, &li, &why);
    }
    if (e == OK) {
        e = amends_here(&w.desk, &li.amends, &why);
    }
    code = e == OK ? print_all(context, &w, &li) : cmd_fail(e, &why);
    forums_done(&li.forums);
    amends_free(li.amends);
    print_ids_done(&li.ids);
    work_close(&w);
    return code;
}

const struct cmd cmd_list = { "list", run, "list contributions and how far each has come", CMD_READ };
