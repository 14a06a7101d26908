// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza session share` closes what one person wrote at a forum; `baraza session seal` closes the forum over all
// shares. Both read back what they will say, and ask. They must never seal what does not add up.
#include "common/base/fault.h"
#include "common/base/file.h"
#include "common/net/loop.h"
#include "node/desk/sealing.h"
#include "tools/baraza/ask.h"
#include "tools/baraza/drafting.h"
#include "tools/baraza/out.h"
#include "tools/baraza/print.h"

#include <string.h>
#include <unistd.h>

#define MINUTES_BYTES ((size_t)64 << 20)

// What was typed.
struct asked {
    const char *as, *out, *minutes, *note;
    struct arg_list shares;
    struct closing c;
    bool yes, force;
};

// When the forms were printed here: which numbers to look for.
static void remark_missing(const struct cmd_context *context, const struct sealing *s)
{
    struct buf missing = buf_new(65536);
    forms_put_missing(&missing, &s->printed, s->forms, s->form_n);
    if (missing.n > 0) {
        buf_put_u8(&missing, 0);
        cmd_remark(context, "of the forms printed here these were not typed in: %s", (const char *)missing.p);
    }
    buf_done(&missing);
}

static int check(const struct cmd_context *context, const struct sealing *s, const struct closing *c, bool whole)
{
    struct trouble t = { .code = NULL };
    if (sealing_check(s, c, whole, &t) == OK) {
        return -1;
    }
    if (strcmp(t.code, trouble_code(TROUBLE_SEAL_FORMS)) == 0) {
        remark_missing(context, s);
    }
    return work_fail(&t);
}

static void put_tables(struct buf *out, const struct tables *t)
{
    for (size_t i = 0; i < t->n; i++) {
        buf_put_text(out, i == 0 ? "  at the tables  " : "                 ");
        print_line(out, slice_text(t->rows[i].name), LIMIT_CODE_BYTES);
        buf_printf(out, "  %llu\n", (unsigned long long)t->rows[i].count);
    }
}

static void put_forms(struct buf *out, const struct closing *c, const struct sealing *s)
{
    const uint64_t forms = sealing_forms(s, c);
    if (forms > 0) {
        buf_printf(out, "  paper forms    %llu = %llu typed in + %llu blank + %llu spoiled\n",
                   (unsigned long long)forms, (unsigned long long)(forms - c->blank - c->spoiled),
                   (unsigned long long)c->blank, (unsigned long long)c->spoiled);
    }
    if (s->forum->people > 0) {
        buf_put_text(out, "  attendance     ");
        print_count(out, s->forum->people, "person\n", "people\n");
    }
}

// Reads back, on standard error so that --json stays clean, and asks. Returns -1 to go on.
static int read_back(const struct cmd_context *context, const struct asked *a, const struct sealing *s, bool whole)
{
    struct buf text = buf_new(16384);
    struct why why = { "" };
    buf_printf(&text, "Forum %s\n  contributions  %llu", s->session.code, (unsigned long long)s->own.count);
    if (whole && s->share_n > 0) {
        buf_printf(&text, " of your own + %llu in ", (unsigned long long)s->others);
        print_count(&text, s->share_n, "other share", "other shares");
        buf_printf(&text, " = %llu", (unsigned long long)(s->own.count + s->others));
    }
    buf_put_u8(&text, '\n');
    if (whole) {
        put_tables(&text, &s->tables);
        put_forms(&text, &a->c, s);
    }
    enum err e = OK;
    if (!a->yes || !context->quiet) {
        e = file_put(STDERR_FILENO, "standard error", buf_slice(&text), &why);
    }
    if (e == OK && !a->yes) {
        e = ask_confirm(whole ? "Read this aloud. Is it right, and is the forum closed? (yes/no)"
                              : "Is this all you wrote there? (yes/no)", &why);
    }
    buf_done(&text);
    return e == OK ? -1 : cmd_fail(e, &why);
}

static void take_note(const struct work *w, struct asked *a)
{
    const struct drafting d = { .as = NULL };
    a->c.note = slice_text(a->note != NULL ? a->note : "");
    a->c.lang = drafting_language(&d, w);
}

// Writes the bytes of the share with that id to a file.
static int write_share(struct work *w, struct hash id, const struct asked *a)
{
    struct why why = { "" };
    struct buf bytes = buf_new(LIMIT_ENTRY_BYTES);
    enum err e = sealing_share_bytes(&w->desk, id, &bytes, &why);
    int code = e == OK ? out_write(a->out, buf_slice(&bytes), 0644, a->force) : cmd_fail(e, &why);
    buf_done(&bytes);
    return code;
}

static int say_closed(const struct cmd_context *context, const struct sealing *s, struct hash id, uint64_t count,
                      bool whole)
{
    if (context->json) {
        json_t *o = json_object();
        json_put(o, "id", json_id(id));
        json_put(o, "code", json_string(s->session.code));
        json_put(o, "entry", json_string(whole ? "session-seal" : "share-seal"));
        json_put(o, "contributions", json_of_number(count));
        json_put(o, "state", json_string("saved"));
        return cmd_print_json(o);
    }
    struct buf line = buf_new(512);
    buf_put_text(&line, "saved ");
    print_id(&line, id, PRINT_ID);
    buf_printf(&line, "  %s of forum %s: ", whole ? "seal" : "share", s->session.code);
    print_count(&line, count, "contribution", "contributions");
    buf_put_text(&line, whole ? "\nThe seal, to be read aloud and written on the sheet:  " : "\nThis share:  ");
    sealing_put_seal(&line, id);
    buf_put_u8(&line, '\n');
    int code = cmd_print(buf_slice(&line));
    buf_done(&line);
    return code;
}

static int share_it(struct cmd_context *context, struct asked *a, const char *forum)
{
    struct work w;
    struct sealing s = { .fold = NULL };
    struct trouble t = { .code = NULL };
    struct hash id = { { 0 } };
    int code = work_write(context, a->as, &w);
    if (code < 0) {
        take_note(&w, a);
        code = sealing_open(&w.desk, forum, &s, &t) == OK ? check(context, &s, &a->c, false) : work_fail(&t);
    }
    if (code < 0 && s.own.sealed) {
        id = s.own.seal; // closed before, and nothing was added: only the file may be wanted
    } else if (code < 0) {
        code = read_back(context, a, &s, false);
        if (code < 0 && sealing_share(&w.desk, loop_wall_s(), &s, &a->c, &id, &t) != OK) {
            code = work_fail(&t);
        }
    }
    if (code < 0 && a->out != NULL) {
        code = write_share(&w, id, a);
    }
    if (code < 0) {
        code = say_closed(context, &s, id, s.own.count, false);
    }
    sealing_done(&s);
    work_close(&w);
    return code;
}

// --- the whole ---

static int take_minutes(const char *path, struct closing *c)
{
    struct why why = { "" };
    if (path == NULL) {
        return -1;
    }
    struct buf bytes = buf_new(MINUTES_BYTES);
    enum err e = file_read(path, true, &bytes, &why);
    if (e == OK) {
        c->has_minutes = true;
        c->minutes = hash_of(buf_slice(&bytes));
    }
    buf_done(&bytes);
    return e == OK ? -1 : cmd_fail(e, &why);
}

static int take_files(struct work *w, struct sealing *s, const struct arg_list *paths)
{
    struct buf bytes = buf_new(LIMIT_ENTRY_BYTES);
    struct why why = { "" };
    struct trouble t = { .code = NULL };
    enum err e = OK;
    for (size_t i = 0; i < paths->n && e == OK; i++) {
        buf_reset(&bytes);
        e = trouble_of_err(&t, file_read(paths->values[i], true, &bytes, &why), &why);
        e = e == OK ? sealing_take_share(&w->desk, s, buf_slice(&bytes), paths->values[i], &t) : e;
    }
    buf_done(&bytes);
    return e == OK ? -1 : work_fail(&t);
}

static int gather_all(struct cmd_context *context, struct work *w, struct asked *a, const char *forum,
                      struct sealing *s)
{
    struct trouble t = { .code = NULL };
    enum err e = sealing_open(&w->desk, forum, s, &t);
    e = e == OK ? sealing_take_people(&w->desk, s, &t) : e;
    int code = e == OK ? take_files(w, s, &a->shares) : work_fail(&t);
    code = code < 0 ? take_minutes(a->minutes, &a->c) : code;
    return code < 0 ? check(context, s, &a->c, true) : code;
}

static int seal_it(struct cmd_context *context, struct asked *a, const char *forum)
{
    struct work w;
    struct sealing s = { .fold = NULL };
    struct trouble t = { .code = NULL };
    struct hash id = { { 0 } };
    int code = work_write(context, a->as, &w);
    if (code < 0) {
        take_note(&w, a);
        code = gather_all(context, &w, a, forum, &s);
    }
    const uint64_t count = s.own.count + s.others;
    code = code < 0 ? read_back(context, a, &s, true) : code;
    if (code < 0 && sealing_seal(&w.desk, loop_wall_s(), &s, &a->c, &id, &t) != OK) {
        code = work_fail(&t);
    }
    if (code < 0) {
        code = say_closed(context, &s, id, count, true);
    }
    sealing_done(&s);
    work_close(&w);
    return code;
}

static int run_share(struct cmd_context *context, int argc, char **argv)
{
    struct asked a = { .yes = false };
    const struct arg_spec rows[] = {
        { "out", 'o', ARG_TEXT, "FILE", "write it to this file too, for the device where the forum is sealed", &a.out },
        { "note", 0, ARG_TEXT, "TEXT", "what readers of the share should know", &a.note },
        { "yes", 'y', ARG_FLAG, NULL, "do not ask: what is read back is right", &a.yes },
        OUT_FORCE(&a.force),
        WORK_AS(&a.as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza session share",
        .summary = "Close what you wrote at a forum on this device, where several people or devices wrote: whoever "
                   "seals the forum names it. On another device, open the session under the same code and area",
        .positionals = "CODE",
        .min = 1,
        .max = 1,
        .examples = "  baraza session share XM-KIV-2026-003 --as Heron\n"
                    "  baraza session share XM-KIV-2026-003 --out /media/stick/heron.share\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    code = code < 0 ? out_check(a.out, a.force) : code;
    return code < 0 ? share_it(context, &a, args.positionals[0]) : code;
}

static int run_seal(struct cmd_context *context, int argc, char **argv)
{
    struct asked a = { .c.forms = SEALING_PRINTED };
    const struct arg_spec rows[] = {
        { "share", 0, ARG_LIST, "FILE", "a share from another device (session share --out)",
          &a.shares },
        { "forms", 0, ARG_UINT, "N", "numbered paper forms that were there; those printed here when not given",
          &a.c.forms },
        { "blank", 0, ARG_UINT, "N", "of these, not written on", &a.c.blank },
        { "spoiled", 0, ARG_UINT, "N", "of these, spoiled", &a.c.spoiled },
        { "minutes", 0, ARG_TEXT, "FILE", "put the hash of the minutes into the seal", &a.minutes },
        { "note", 0, ARG_TEXT, "TEXT", "what readers of the seal should know", &a.note },
        { "yes", 'y', ARG_FLAG, NULL, "do not ask: what is read back is right", &a.yes },
        WORK_AS(&a.as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza session seal",
        .summary = "Close a forum: how many contributions there are, and which; from then on everybody sees when one "
                   "is missing. Reads the counts back and asks; refuses when something does not add up. What is added "
                   "later shows as added; seal again to cover it",
        .positionals = "CODE",
        .min = 1,
        .max = 1,
        .examples = "  baraza session seal XM-KIV-2026-003\n"
                    "  baraza session seal XM-KIV-2026-003 --forms 20 --blank 15 --spoiled 2\n"
                    "  baraza session seal XM-KIV-2026-003 --share /media/stick/heron.share\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    return code < 0 ? seal_it(context, &a, args.positionals[0]) : code;
}

const struct cmd cmd_session_share = { "session share", run_share, "close your share of a forum", CMD_WRITE };
const struct cmd cmd_session_seal = { "session seal", run_seal, "close a forum: counts, and what is covered",
                                      CMD_WRITE };
