// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza session share` closes what one person wrote at a forum; `baraza session seal` closes the forum over all
// shares. Both read back what they will say, and ask. They must never seal what does not add up.
#include "common/base/fault.h"
#include "common/base/file.h"
#include "node/desk/contribution.h"
#include "tools/baraza/ask.h"
#include "tools/baraza/drafting.h"
#include "tools/baraza/out.h"
#include "tools/baraza/print.h"
#include "tools/baraza/sealing.h"

#include <unistd.h>

#define FORMS_PRINTED UINT64_MAX // not said how many there were: as many as were printed here
#define MINUTES_BYTES ((size_t)64 << 20)

struct closing {
    const char *as, *out, *minutes, *note;
    struct arg_list shares;
    uint64_t forms, blank, spoiled;
    bool yes, force;
};

static int refuse(const struct why *why)
{
    return cmd_fail(ERR_BAD_INPUT, why);
}

// Says what does not add up and, when the forms were printed here, which numbers to look for.
static int refuse_forms(const struct cmd_context *context, const struct closing *c, const struct sealing *s)
{
    struct why why;
    struct buf missing = buf_new(65536);
    forms_put_missing(&missing, &s->printed, s->forms, s->form_n);
    if (missing.n > 0) {
        buf_put_u8(&missing, 0);
        cmd_remark(context, "of the forms printed here these were not typed in: %s", (const char *)missing.p);
    }
    buf_done(&missing);
    why_set(&why, "%llu forms less %llu blank and %llu spoiled leave %llu that were written on, and %zu were typed "
                  "in (baraza add --form NUMBER): nothing was sealed; --forms N says how many there were, --blank and "
                  "--spoiled how many of them are not typed in", (unsigned long long)c->forms,
            (unsigned long long)c->blank, (unsigned long long)c->spoiled,
            (unsigned long long)(c->forms - c->blank - c->spoiled), s->form_n);
    return refuse(&why);
}

// The forms that were printed, or handed out, are blank, spoiled or typed in. What others typed is known to them alone:
// of theirs, and of what was wiped here since, only that there are not more forms than contributions; and only others
// can have forms from elsewhere.
static int check_forms(const struct cmd_context *context, const struct closing *c, const struct sealing *s)
{
    struct why why;
    const uint64_t count = s->own.count + s->others;
    const uint64_t printed = paper_count(&s->printed);
    if (c->forms < printed || (c->forms > printed && printed > 0 && s->share_n == 0)) {
        why_set(&why, "%llu forms were printed here for this forum, not %llu: nothing was sealed",
                (unsigned long long)printed, (unsigned long long)c->forms);
        return refuse(&why);
    }
    if (c->blank > c->forms || c->spoiled > c->forms - c->blank) {
        why_set(&why, "%llu blank and %llu spoiled are more than the %llu forms that were there: nothing was sealed",
                (unsigned long long)c->blank, (unsigned long long)c->spoiled, (unsigned long long)c->forms);
        return refuse(&why);
    }
    const uint64_t written = c->forms - c->blank - c->spoiled;
    if (written < s->form_n || written > count || (s->share_n == 0 && s->wiped == 0 && written != s->form_n)) {
        return refuse_forms(context, c, s);
    }
    return -1;
}

static void put_forms(struct buf *out, const struct closing *c, const struct sealing *s)
{
    if (c->forms > 0) {
        buf_printf(out, "  paper forms    %llu = %llu typed in + %llu blank + %llu spoiled\n",
                   (unsigned long long)c->forms, (unsigned long long)(c->forms - c->blank - c->spoiled),
                   (unsigned long long)c->blank, (unsigned long long)c->spoiled);
    }
    if (s->forum->people > 0) {
        buf_put_text(out, "  attendance     ");
        print_count(out, s->forum->people, "person\n", "people\n");
    }
}

// Reads back, on standard error so that --json stays clean, and asks. Returns -1 to go on.
static int read_back(const struct cmd_context *context, const struct closing *c, const struct sealing *s, bool whole)
{
    struct buf text = buf_new(4096);
    struct why why = { "" };
    buf_printf(&text, "Forum %s\n  contributions  %llu", s->session.code, (unsigned long long)s->own.count);
    if (whole && s->share_n > 0) {
        buf_printf(&text, " of your own + %llu in ", (unsigned long long)s->others);
        print_count(&text, s->share_n, "other share", "other shares");
        buf_printf(&text, " = %llu", (unsigned long long)(s->own.count + s->others));
    }
    buf_put_u8(&text, '\n');
    if (whole) {
        put_forms(&text, c, s);
    }
    enum err e = OK;
    if (!c->yes || !context->quiet) {
        e = file_put(STDERR_FILENO, "standard error", buf_slice(&text), &why);
    }
    if (e == OK && !c->yes) {
        e = ask_confirm(whole ? "Read this aloud. Is it right, and is the forum closed? (yes/no)"
                              : "Is this all you wrote there? (yes/no)", &why);
    }
    buf_done(&text);
    return e == OK ? -1 : cmd_fail(e, &why);
}

static void put_note(const struct work *w, const struct closing *c, struct typed *t, struct buf *out)
{
    const struct drafting d = { .as = NULL };
    if (c->note != NULL) {
        struct content content = { .count = 0 };
        content_add_text(&content, "lang", drafting_language(&d, w));
        content_add_text(&content, "text", typed_text(t, slice_text(c->note)));
        content_make(&content, out);
    }
}

// --- a share ---

static int append_share(struct work *w, const struct sealing *s, struct slice note, struct append_result *result)
{
    struct body body = { .kind = KIND_SHARE_SEAL };
    body.as.share_seal.count = s->own.count;
    body.as.share_seal.root = s->own.root;
    struct append_item item = { .body = &body, .refs = &s->session.id, .ref_count = 1 };
    item.parts[0] = note;
    return work_append(w, &item, 1, result);
}

// Finds the entry of that id among the notebooks here and writes its bytes to a file.
static int write_share(struct work *w, struct hash id, const struct closing *c)
{
    struct local *l = NULL;
    struct local_entry e;
    struct why why = { "" };
    int code = EXIT_FOUND;
    enum err err = local_begin(&w->desk, &l, &why);
    if (err != OK) {
        return cmd_fail(err, &why);
    }
    while (code == EXIT_FOUND && local_next(l, &e)) {
        if (hash_equal(e.entry.id, id)) {
            code = out_write(c->out, e.entry.bytes, 0644, c->force);
        }
    }
    err = local_end(l, &why);
    return err == OK ? code : cmd_fail(err, &why);
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

static int share_it(struct cmd_context *context, const struct closing *c, const char *forum)
{
    struct work w;
    struct sealing s = { .fold = NULL };
    struct typed t = { .n = 0 };
    struct buf note = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct append_result result = { .saved = false };
    int code = work_write(context, c->as, &w);
    if (code < 0) {
        code = sealing_open(&w, forum, &s);
    }
    if (code < 0 && s.own.sealed) {
        result.id = s.own.seal; // closed before, and nothing was added: only the file may be wanted
    } else if (code < 0) {
        put_note(&w, c, &t, &note);
        const struct drafting d = { .as = NULL };
        code = drafting_check(&d, &t);
        code = code < 0 ? read_back(context, c, &s, false) : code;
        code = code < 0 ? append_share(&w, &s, buf_slice(&note), &result) : code;
    }
    if (code < 0 && c->out != NULL) {
        code = write_share(&w, result.id, c);
    }
    if (code < 0) {
        code = say_closed(context, &s, result.id, s.own.count, false);
    }
    typed_done(&t);
    buf_done(&note);
    sealing_done(&s);
    work_close(&w);
    return code;
}

// --- the whole ---

static int take_minutes(const struct closing *c, struct body *body)
{
    struct why why = { "" };
    if (c->minutes == NULL) {
        return -1;
    }
    struct buf bytes = buf_new(MINUTES_BYTES);
    enum err e = file_read(c->minutes, true, &bytes, &why);
    if (e == OK) {
        body->as.session_seal.has_minutes = true;
        body->as.session_seal.minutes = hash_of(buf_slice(&bytes));
    }
    buf_done(&bytes);
    return e == OK ? -1 : cmd_fail(e, &why);
}

// Closes one's own share first, when there are others beside it.
static int close_own(struct work *w, struct sealing *s)
{
    struct append_result result;
    int code = -1;
    if (s->share_n == 0 || s->own.count == 0) {
        return -1;
    }
    if (!s->own.sealed) {
        code = append_share(w, s, slice_of(NULL, 0), &result);
        s->own.seal = result.id;
    }
    if (code < 0) {
        s->shares[s->share_n++] = s->own.seal;
    }
    return code;
}

static int append_seal(struct work *w, const struct closing *c, struct sealing *s, struct slice note,
                       struct append_result *result)
{
    struct hash refs[LIMIT_REFS];
    struct body body = { .kind = KIND_SESSION_SEAL };
    body.as.session_seal.count = s->own.count + s->others + FAULT(SEAL_WRONG_COUNT);
    body.as.session_seal.forms = c->forms;
    body.as.session_seal.blank = c->blank;
    body.as.session_seal.spoiled = c->spoiled;
    int code = take_minutes(c, &body);
    if (code < 0) {
        code = close_own(w, s);
    }
    if (code >= 0) {
        return code;
    }
    body.as.session_seal.root = s->share_n > 0 ? forum_root(s->shares, s->share_n) : s->own.root;
    refs[0] = s->session.id;
    for (size_t i = 0; i < s->share_n; i++) {
        refs[i + 1] = s->shares[i];
    }
    struct append_item item = { .body = &body, .refs = refs, .ref_count = s->share_n + 1 };
    item.parts[0] = note;
    return work_append(w, &item, 1, result);
}

static int check_anew(const struct closing *c, const struct sealing *s)
{
    struct why why;
    if (s->forum->standing == FORUM_SEALED && s->forum->late == 0 && c->shares.n == 0 &&
        s->forum->forms == c->forms && s->forum->blank == c->blank && s->forum->spoiled == c->spoiled) {
        why_set(&why, "forum %s is sealed already, and nothing was added since", s->session.code);
        return cmd_fail(ERR_EXISTS, &why);
    }
    return -1;
}

static int seal_it(struct cmd_context *context, struct closing *c, const char *forum)
{
    struct work w;
    struct sealing s = { .fold = NULL };
    struct typed t = { .n = 0 };
    const struct drafting d = { .as = NULL };
    struct buf note = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct append_result result;
    int code = work_write(context, c->as, &w);
    if (code < 0) {
        code = sealing_open(&w, forum, &s);
    }
    if (code < 0) {
        c->forms = c->forms == FORMS_PRINTED ? paper_count(&s.printed) : c->forms;
        code = sealing_take_people(&w, &s);
        code = code < 0 ? sealing_take_files(&w, &s, &c->shares) : code;
        code = code < 0 ? check_anew(c, &s) : code;
        code = code < 0 ? check_forms(context, c, &s) : code;
    }
    if (code < 0) {
        put_note(&w, c, &t, &note);
        code = drafting_check(&d, &t);
        code = code < 0 ? read_back(context, c, &s, true) : code;
        code = code < 0 ? append_seal(&w, c, &s, buf_slice(&note), &result) : code;
    }
    if (code < 0) {
        code = say_closed(context, &s, result.id, s.own.count + s.others, true);
    }
    typed_done(&t);
    buf_done(&note);
    sealing_done(&s);
    work_close(&w);
    return code;
}

static int run_share(struct cmd_context *context, int argc, char **argv)
{
    struct closing c = { .yes = false };
    const struct arg_spec rows[] = {
        { "out", 'o', ARG_TEXT, "FILE", "write it to this file too, for the device where the forum is sealed", &c.out },
        { "note", 0, ARG_TEXT, "TEXT", "what readers of the share should know", &c.note },
        { "yes", 'y', ARG_FLAG, NULL, "do not ask: what is read back is right", &c.yes },
        OUT_FORCE(&c.force),
        WORK_AS(&c.as),
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
    code = code < 0 ? out_check(c.out, c.force) : code;
    return code < 0 ? share_it(context, &c, args.positionals[0]) : code;
}

static int run_seal(struct cmd_context *context, int argc, char **argv)
{
    struct closing c = { .forms = FORMS_PRINTED };
    const struct arg_spec rows[] = {
        { "share", 0, ARG_LIST, "FILE", "a share from another device (session share --out)",
          &c.shares },
        { "forms", 0, ARG_UINT, "N", "numbered paper forms that were there; those printed here when not given",
          &c.forms },
        { "blank", 0, ARG_UINT, "N", "of these, not written on", &c.blank },
        { "spoiled", 0, ARG_UINT, "N", "of these, spoiled", &c.spoiled },
        { "minutes", 0, ARG_TEXT, "FILE", "put the hash of the minutes into the seal", &c.minutes },
        { "note", 0, ARG_TEXT, "TEXT", "what readers of the seal should know", &c.note },
        { "yes", 'y', ARG_FLAG, NULL, "do not ask: what is read back is right", &c.yes },
        WORK_AS(&c.as),
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
    return code < 0 ? seal_it(context, &c, args.positionals[0]) : code;
}

const struct cmd cmd_session_share = { "session share", run_share, "close your share of a forum", CMD_WRITE };
const struct cmd cmd_session_seal = { "session seal", run_seal, "close a forum: counts, and what is covered",
                                      CMD_WRITE };
