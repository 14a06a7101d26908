// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza session open` and `baraza session list`: the forums of this site.
#include "common/base/text.h"
#include "node/desk/contribution.h"
#include "node/desk/forums.h"
#include "node/desk/recipients.h"
#include "node/desk/roster_here.h"
#include "tools/baraza/gather.h"
#include "tools/baraza/print.h"
#include "tools/baraza/session.h"

static int print_opened(const struct cmd_context *context, const struct session_fields *f, struct hash id)
{
    if (context->json) {
        json_t *row = json_object();
        json_put(row, "id", json_id(id));
        json_put(row, "code", json_string(f->code));
        json_put(row, "state", json_string("saved"));
        return cmd_print_json(row);
    }
    struct buf line = buf_new(256);
    buf_printf(&line, "saved ");
    print_id(&line, id, PRINT_ID);
    buf_printf(&line, "  forum %s is open\n", f->code);
    int code = cmd_print(buf_slice(&line));
    buf_done(&line);
    return code;
}

// A forum that counts for nothing is better known before it is held. Whether it will, the record decides.
static void remark_area(const struct cmd_context *context, struct work *w, const char *area)
{
    struct roster *r = NULL;
    struct why why = { "" };
    if (roster_here(&w->desk, &r, &why) == OK && roster_here_outside(r, w->desk.who->person.key, slice_text(area))) {
        cmd_remark(context, "%s may not hold forums in %s, as far as is known here: nothing of this forum would count. "
                            "If the area is mistyped, open it anew under another code; else ask the registrar to grant "
                            "%s first", w->desk.who->person.name, area, area);
    }
    roster_free(r);
}

static int open_it(struct cmd_context *context, const char *as, const struct session_fields *f)
{
    struct work w;
    struct local_session there;
    struct append_result result;
    struct why why = { "" };
    int code = work_write(context, as, &w);
    if (code >= 0) {
        goto out;
    }
    if (local_session_find(&w.desk, f->code, &there, NULL) == OK) {
        why_set(&why, "forum %s is open here already: add to it with --session %s", f->code, f->code);
        code = cmd_fail(ERR_EXISTS, &why);
        goto out;
    }
    struct recipients to;
    if (f->seal_to.n > 0 && !recipients_find(state_charter(w.desk.state), &f->seal_to, &to, &why)) {
        code = cmd_usage("--seal-to: %s", why.text);
        goto out;
    }
    code = session_append(&w, f, NULL, &result);
    if (code < 0) {
        code = print_opened(context, f, result.id);
        remark_area(context, &w, f->area);
    }
out:
    work_close(&w);
    return code;
}

static int run_open(struct cmd_context *context, int argc, char **argv)
{
    struct session_fields f = { .type = "town-hall" };
    const char *as = NULL;
    struct arg_list scopes = { .n = 0 };
    struct arg_list seal_to = { .n = 0 };
    const struct arg_spec rows[] = {
        { "area", 'a', ARG_TEXT, "AREA", "code of the area it is held for (XM-KIV)", &f.area },
        { "type", 't', ARG_TEXT, "TYPE", "town-hall, focus-group, regional-conference, submission-desk …", &f.type },
        { "title", 0, ARG_TEXT, "TEXT", "what it is called", &f.title },
        { "lang", 'l', ARG_LIST, "TAG", "a language that is spoken there; the first is what add assumes",
          &f.languages },
        { "date", 0, ARG_TEXT, "DATE", "the day it is held, 2026-03-04", &f.date },
        { "place", 0, ARG_TEXT, "TEXT", "where, as precisely as is safe", &f.place },
        { "consent", 0, ARG_TEXT, "BASIS", "of everybody there: group-oral, public-speech …; add assumes it",
          &f.consent },
        { "scope", 0, ARG_LIST, "CODE", "what was agreed to; add assumes it", &scopes },
        { "channel", 0, ARG_TEXT, "CODE", "how it comes: oral-forum, written …; add assumes it", &f.channel },
        { "sensitivity", 0, ARG_TEXT, "CODE", "of all that is said there: restricted, sealed; add assumes it",
          &f.sensitivity },
        { "seal-to", 0, ARG_LIST, "NAME", "who may open what is sealed there, two or more; add assumes it", &seal_to },
        WORK_AS(&as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza session open",
        .summary = "Open a forum, so that what is said there can be written down",
        .positionals = "CODE",
        .min = 1,
        .max = 1,
        .examples = "  baraza session open XM-KIV-2026-003 --area XM-KIV --type town-hall --lang sw\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    f.code = args.positionals[0];
    if (!text_code_ok(slice_text(f.code))) {
        return cmd_usage("\"%s\" is no code: letters, digits, dot, dash and underscore, at most %d", f.code,
                         LIMIT_CODE_BYTES);
    }
    if (f.area == NULL || !text_code_ok(slice_text(f.area))) {
        return cmd_usage("name the area with --area CODE (letters, digits, dot, dash and underscore)");
    }
    if (!code_known(CODES_SESSION_TYPE, "--type", f.type) ||
        (f.consent != NULL && !code_known(CODES_CONSENT_BASIS, "--consent", f.consent)) ||
        (f.channel != NULL && !code_known(CODES_CHANNEL, "--channel", f.channel)) ||
        (f.sensitivity != NULL && !code_known(CODES_SENSITIVITY, "--sensitivity", f.sensitivity)) ||
        !code_set_of(&scopes, "--scope", &f.scopes) || !code_set_of(&seal_to, "--seal-to", &f.seal_to)) {
        return EXIT_USAGE;
    }
    struct why why = { "" };
    for (size_t i = 0; i < f.scopes.n; i++) {
        if (!code_check(CODES_SCOPE, "--scope", f.scopes.codes[i], &why)) {
            return cmd_usage("%s", why.text);
        }
    }
    for (size_t i = 0; i < f.languages.n; i++) {
        if (!language_tag_ok(slice_text(f.languages.values[i]))) {
            return cmd_usage("--lang takes a language tag such as sw, fr-CF or kpe-LR");
        }
    }
    return open_it(context, as, &f);
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
        e = gather_site(w, &fold, &why);
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
