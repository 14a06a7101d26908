// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza session sheet`, `forms` and `slips`: what is printed for a forum. On no page stands a word that was said, and
// on a slip neither group nor place nor what the forum was about.
#include "node/desk/printing.h"
#include "tools/baraza/out.h"
#include "tools/baraza/print.h"
#include "tools/baraza/slip_rows.h"
#include "tools/baraza/work.h"

// What was typed for a page.
struct asked {
    struct cmd_context *context;
    const char *as, *out, *ask, *second, *script;
    struct arg_list groups;
    struct printing_forms forms;
    bool forms_too, force;
};

#define ASKED_OUT(a) { "out", 'o', ARG_TEXT, "FILE", "the page to write (HTML, A4); required", &(a)->out }

static int say_written(const struct asked *a, const char *what, uint64_t n, uint64_t first)
{
    if (a->context->json) {
        json_t *o = json_object();
        json_put(o, "file", json_of_path(a->out));
        json_put(o, what, json_of_number(n));
        if (first > 0) {
            json_put(o, "first", json_of_number(first));
        }
        return cmd_print_json(o);
    }
    cmd_remark(a->context, "to print: %s", a->out);
    return EXIT_GOOD;
}

enum what { SHEET, FORMS, SLIPS };

// Makes the page of that kind, of *n things (*late contributions after the seal).
static enum err make(struct work *w, struct asked *a, enum what what, const struct printing *p, struct buf *page,
                     uint64_t *n, uint64_t *late, struct trouble *t)
{
    enum err e = OK;
    switch (what) {
    case SHEET:
        *n = 1;
        return printing_sheet(&w->desk, p, page, late, t);
    case FORMS:
        e = printing_forms(&w->desk, p, &a->forms, page, t);
        *n = a->forms.count;
        return e;
    case SLIPS:
    default:
        return printing_slips(&w->desk, p, a->forms_too, page, n, t);
    }
}

static int write_page(struct work *w, struct asked *a, enum what what, const char *forum)
{
    static const char *const names[] = { [SHEET] = "pages", [FORMS] = "forms", [SLIPS] = "slips" };
    const enum language first = language_asked(a->context);
    const enum language second = what == SHEET && a->second == NULL
                                     ? first
                                     : a4_second(state_charter(w->desk.state), a->second, first);
    const struct printing p = { .forum = forum, .first = first, .second = second,
                                .ask = slice_text(a->ask != NULL ? a->ask : "") };
    struct trouble t = { .code = NULL };
    struct buf page = buf_new(A4_BYTES);
    uint64_t n = 0;
    uint64_t late = 0;
    int code = make(w, a, what, &p, &page, &n, &late, &t) == OK ? -1 : work_fail(&t);
    if (code < 0) {
        code = out_write(a->out, buf_slice(&page), 0600, a->force);
    }
    if (code < 0 && late > 0) {
        cmd_remark(a->context, "%llu contributions were added after this seal: seal the forum again, and print the "
                   "sheet again", (unsigned long long)late);
    }
    buf_wipe(&page);
    buf_done(&page);
    return code < 0 ? say_written(a, names[what], n, what == FORMS ? a->forms.from : 0) : code;
}

static int print_it(struct asked *a, enum what what, const char *forum)
{
    struct work w = { .lent = false };
    if (a->out == NULL) {
        return cmd_usage("name the page to write with --out FILE.html");
    }
    int code = slip_rows_check(a->ask);
    code = code < 0 ? out_check(a->out, a->force) : code;
    code = code < 0 ? work_write(a->context, a->as, &w) : code;
    code = code < 0 ? write_page(&w, a, what, forum) : code;
    work_close(&w);
    return code;
}

static int run_sheet(struct cmd_context *context, int argc, char **argv)
{
    struct asked a = { .context = context };
    const struct arg_spec rows[] = {
        { "second", 0, ARG_TEXT, "TAG", "say everything in this language too", &a.second },
        ASKED_OUT(&a),
        OUT_FORCE(&a.force),
        WORK_AS(&a.as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza session sheet",
        .summary = "Print the sheet of a sealed forum: its totals and the seal, to be read aloud and signed. No word "
                   "that was said stands on it",
        .positionals = "CODE",
        .min = 1,
        .max = 1,
        .examples = "  baraza session sheet XM-KIV-2026-003 --out sheet.html --language fr\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    return code < 0 ? print_it(&a, SHEET, args.positionals[0]) : code;
}

static int run_forms(struct cmd_context *context, int argc, char **argv)
{
    struct asked a = { .context = context };
    const struct arg_spec rows[] = {
        { "count", 'n', ARG_UINT, "N", "how many, each with a number and a code of its own", &a.forms.count },
        { "from", 0, ARG_UINT, "NUMBER", "the first number; behind those printed before when not given",
          &a.forms.from },
        { "again", 0, ARG_FLAG, NULL, "print those that were printed before once more, and no new ones",
          &a.forms.again },
        { "group", 'g', ARG_LIST, "CODE", "a group to tick, at most eight; the guide's when not given",
          &a.groups },
        { "script", 0, ARG_TEXT, "TEXT", "what is read aloud before anything is written; the guide's when not given",
          &a.script },
        SLIP_ROWS_ASK(&a.ask),
        SLIP_ROWS_SECOND(&a.second),
        ASKED_OUT(&a),
        OUT_FORCE(&a.force),
        WORK_AS(&a.as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza session forms",
        .summary = "Print numbered paper forms for a forum, each with a slip to tear off. What is written on them is "
                   "typed in with `baraza add --form NUMBER`; the seal accounts for every number that was printed",
        .positionals = "CODE",
        .min = 1,
        .max = 1,
        .examples = "  baraza session forms XM-KIV-2026-003 --count 20 --out forms.html --language fr --second ar\n"
                    "  baraza session forms XM-KIV-2026-003 --again --out forms.html --force\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    if (!code_set_of(&a.groups, "--group", &a.forms.groups)) {
        return EXIT_USAGE;
    }
    if (a.forms.again && (a.forms.count > 0 || a.forms.from > 0)) {
        return cmd_usage("--again prints those of before: leave --count and --from away");
    }
    a.forms.script = slice_text(a.script != NULL ? a.script : "");
    return print_it(&a, FORMS, args.positionals[0]);
}

static int run_slips(struct cmd_context *context, int argc, char **argv)
{
    struct asked a = { .context = context };
    const struct arg_spec rows[] = {
        { "forms", 0, ARG_FLAG, NULL, "those from paper forms too, whose slips are on their feet", &a.forms_too },
        SLIP_ROWS_ASK(&a.ask),
        SLIP_ROWS_SECOND(&a.second),
        ASKED_OUT(&a),
        OUT_FORCE(&a.force),
        WORK_AS(&a.as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza session slips",
        .summary = "Print the slips of what was written down at a forum, eight to a sheet, in the order it was "
                   "written; each participant takes hers home. Nothing on them says what was said, by whom or where",
        .positionals = "CODE",
        .min = 1,
        .max = 1,
        .examples = "  baraza session slips XM-KIV-2026-003 --out slips.html --ask \"District office, on Mondays\"\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    return code < 0 ? print_it(&a, SLIPS, args.positionals[0]) : code;
}

const struct cmd cmd_session_sheet = { "session sheet", run_sheet, "print the sheet of a sealed forum", CMD_WRITE };
const struct cmd cmd_session_forms = { "session forms", run_forms, "print numbered paper forms", CMD_WRITE };
const struct cmd cmd_session_slips = { "session slips", run_slips, "print what participants take home", CMD_WRITE };
