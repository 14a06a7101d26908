// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza forum plan`: a forum that is meant to happen, so that one that never reports is seen.
#include "common/base/date.h"
#include "common/base/text.h"
#include "tools/baraza/drafting.h"
#include "tools/baraza/print.h"

struct planning {
    const char *code, *area, *type, *date, *title, *place, *note;
    struct arg_list groups;
    struct drafting d;
};

static int take_plan(const struct planning *p, struct body *body)
{
    *body = (struct body){ .kind = KIND_FORUM_PLAN };
    body->as.forum_plan.code = slice_text(p->code);
    if (!text_code_ok(body->as.forum_plan.code)) {
        return cmd_usage("\"%s\" is no code: letters, digits, dot, dash and underscore, at most %d", p->code,
                         LIMIT_CODE_BYTES);
    }
    if (p->area == NULL || !text_code_ok(slice_text(p->area))) {
        return cmd_usage("name the area with --area CODE (letters, digits, dot, dash and underscore)");
    }
    if (p->date == NULL || !date_parse(slice_text(p->date), &body->as.forum_plan.date)) {
        return cmd_usage("name the day with --date YEAR-MONTH-DAY (2026-03-04)");
    }
    if (!code_known(CODES_SESSION_TYPE, "--type", p->type)) {
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < p->groups.n; i++) {
        if (!text_code_ok(slice_text(p->groups.values[i]))) {
            return cmd_usage("--group \"%s\" is no code: letters, digits, dot, dash and underscore",
                             p->groups.values[i]);
        }
    }
    body->as.forum_plan.area = slice_text(p->area);
    body->as.forum_plan.type = slice_text(p->type);
    return -1;
}

static void add_typed(struct content *c, const char *key, const char *text, struct typed *t)
{
    if (text != NULL) {
        content_add_text(c, key, typed_text(t, slice_text(text)));
    }
}

static void put_context(const struct planning *p, struct typed *t, struct buf *list, struct buf *out)
{
    struct content c = { .count = 0 };
    struct slice groups[LIMIT_ARGS_REPEAT];
    for (size_t i = 0; i < p->groups.n; i++) {
        groups[i] = slice_text(p->groups.values[i]);
    }
    add_typed(&c, "title", p->title, t);
    add_typed(&c, "place", p->place, t);
    add_typed(&c, "note", p->note, t);
    if (p->groups.n > 0) {
        content_make_list(groups, p->groups.n, list);
        content_add_value(&c, "groups", buf_slice(list));
    }
    if (c.count > 0) {
        content_make(&c, out);
    }
}

static int write_plan(struct cmd_context *context, const struct planning *p, const struct body *body)
{
    struct work w;
    struct typed t = { .n = 0 };
    struct buf list = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct buf text = buf_new(LIMIT_DISCLOSURE_BYTES);
    put_context(p, &t, &list, &text);
    int code = drafting_check(&p->d, &t);
    if (code < 0 && !buf_ok(&text)) {
        code = cmd_usage("title, place and note together are longer than %d bytes", LIMIT_DISCLOSURE_BYTES);
    }
    if (code < 0) {
        code = work_write(context, p->d.as, &w);
        if (code < 0) {
            struct append_item item = { .body = body };
            item.parts[0] = buf_slice(&text);
            code = drafting_append(context, &w, &item, 1);
        }
        work_close(&w);
    }
    typed_done(&t);
    buf_done(&list);
    buf_done(&text);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct planning p = { .type = "town-hall" };
    const struct arg_spec rows[] = {
        { "area", 'a', ARG_TEXT, "AREA", "code of the area it is to be held for (XM-KIV)", &p.area },
        { "date", 0, ARG_TEXT, "DATE", "the day it is to be held, 2026-03-04", &p.date },
        { "type", 't', ARG_TEXT, "TYPE", "town-hall (default), focus-group, regional-conference …", &p.type },
        { "group", 'g', ARG_LIST, "CODE", "who is invited: women, youth, herders …", &p.groups },
        { "title", 0, ARG_TEXT, "TEXT", "what it is called", &p.title },
        { "place", 0, ARG_TEXT, "TEXT", "where, as precisely as is safe: every site is told", &p.place },
        { "note", 0, ARG_TEXT, "TEXT", "what the facilitator should know", &p.note },
        WORK_AS(&p.d.as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza forum plan",
        .summary = "Plan a forum, so that it is missed when nothing is heard of it. The session that is opened there "
                   "says the same code and area. The same code again changes the day",
        .positionals = "CODE",
        .min = 1,
        .max = 1,
        .examples = "  baraza forum plan XM-KIV-2026-003 --area XM-KIV --date 2026-03-04 --group women --group youth\n",
        .options = rows,
    };
    struct args args;
    struct body body;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code < 0) {
        p.code = args.positionals[0];
        code = take_plan(&p, &body);
    }
    return code < 0 ? write_plan(context, &p, &body) : code;
}

const struct cmd cmd_forum_plan = { "forum plan", run, "plan a forum, so that silence is seen", CMD_WRITE };
