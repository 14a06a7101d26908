// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza add`: write down one contribution, from the arguments, standard input or an editor.
// It must never print "saved" before the append returned, and never drop a text that was typed without saying so.
#include "common/base/text.h"
#include "common/format/nfc.h"
#include "tools/baraza/ask.h"
#include "tools/baraza/fields.h"
#include "tools/baraza/forms.h"
#include "tools/baraza/print.h"

#include <string.h>

// What the options say.
struct adding {
    const char *session, *as, *sensitivity, *written_by, *typed_by, *slip;
    uint64_t form;
    struct fields fields;
};

#define EDITOR_HINT                                                                    \
    "\n# What was said, in the words and the language of who said it.\n"               \
    "# Lines that start with # are not taken. An empty text saves nothing.\n"

// What was typed.
static int take_options(const struct adding *a, struct contribution *c)
{
    const struct slice sensitivity = slice_text(a->sensitivity != NULL ? a->sensitivity : "open");
    int code = fields_take(&a->fields, c);
    if (code >= 0) {
        return code;
    }
    if (a->sensitivity != NULL && !code_known(CODES_SENSITIVITY, "--sensitivity", a->sensitivity)) {
        return EXIT_USAGE;
    }
    if (slice_equal(sensitivity, SLICE_LITERAL("sealed"))) {
        return cmd_usage("a sealed contribution cannot be written here: use the capture page");
    }
    c->sensitivity = slice_equal(sensitivity, SLICE_LITERAL("restricted")) ? 1 : 0;
    if (a->form == 0 && (a->written_by != NULL || a->typed_by != NULL || a->slip != NULL)) {
        return cmd_usage("--written-by, --typed-by and --slip go with --form NUMBER, which stands on the paper");
    }
    c->form = a->form;
    return -1;
}

// Puts the text into typed: arguments joined by spaces, else standard input, else an editor.
static enum err take_text(const struct args *args, struct buf *typed, struct why *why)
{
    if (args->n == 1) {
        return ask_words(args->positionals[0], EDITOR_HINT, typed, why);
    }
    for (size_t i = 0; i < args->n; i++) {
        buf_put_text(typed, i == 0 ? "" : " ");
        buf_put_text(typed, args->positionals[i]);
    }
    if (args->n > 0) {
        return OK;
    }
    return ask_words("-", EDITOR_HINT, typed, why);
}

// In NFC, without the line ends that an editor or a pipe leaves behind it.
static enum err normalise(const struct buf *typed, struct buf *out, struct why *why)
{
    if (!buf_ok(typed)) {
        why_set(why, "the text has more than %d bytes, which is the limit: make two contributions of it",
                LIMIT_DISCLOSURE_BYTES);
        return ERR_TOO_BIG;
    }
    if (!text_nfc(buf_slice(typed), out)) {
        why_set(why, text_utf8_ok(buf_slice(typed)) ? "the text has more than %d bytes, which is the limit"
                                                    : "the text is not UTF-8 (limit %d bytes)",
                LIMIT_DISCLOSURE_BYTES);
        return ERR_BAD_INPUT;
    }
    while (out->n > 0 && (out->p[out->n - 1] == '\n' || out->p[out->n - 1] == '\r')) {
        out->n--;
    }
    if (out->n == 0) {
        why_set(why, "the text is empty: nothing was saved");
        return ERR_USAGE;
    }
    return OK;
}

static int print_saved(const struct cmd_context *context, const struct local_session *session, const struct slip *slip,
                       const struct append_result *result)
{
    if (context->json) {
        json_t *row = json_object();
        json_put(row, "id", json_id(result->id));
        json_put(row, "number", json_of_number(result->seq));
        json_put(row, "session", json_string(session->code));
        json_put(row, "slip", json_string(slip->text));
        json_put(row, "state", json_string("saved"));
        return cmd_print_json(row);
    }
    struct buf line = buf_new(256);
    buf_put_text(&line, "saved ");
    print_id(&line, result->id, PRINT_ID);
    buf_printf(&line, "  forum %s, number %llu\nslip %s  for whoever said it: with it she can ask what became of it\n",
               session->code, (unsigned long long)result->seq, slip->text);
    int code = cmd_print(buf_slice(&line));
    buf_done(&line);
    return code;
}

// What was not said is as the forum's session says; else the least: oral, witnessed, to record and to analyse.
static void take_defaults(const struct local_session *session, struct contribution *c)
{
    const struct slice least[] = { SLICE_LITERAL("record"), SLICE_LITERAL("analyse") };
    if (c->basis.n == 0) {
        c->basis = session->basis[0] != '\0' ? slice_text(session->basis) : SLICE_LITERAL("oral-witnessed");
    }
    if (c->channel.n == 0) {
        c->channel = c->form > 0                   ? SLICE_LITERAL("written")
                     : session->channel[0] != '\0' ? slice_text(session->channel)
                                                   : SLICE_LITERAL("oral-forum");
    }
    for (size_t i = 0; i < session->scope_n && c->scopes.n == i; i++) {
        c->scopes.codes[c->scopes.n++] = slice_text(session->scopes[i]);
    }
    if (c->scopes.n == 0) {
        memcpy(c->scopes.codes, least, sizeof least);
        c->scopes.n = sizeof least / sizeof *least;
    }
}

static int save(struct cmd_context *context, const struct adding *a, struct contribution *c)
{
    struct work w;
    struct local_session session;
    struct contribution_parts parts;
    struct append_result result;
    struct slip slip;
    struct why why = { "" };
    contribution_parts_init(&parts);
    int code = work_write(context, a->as, &w);
    if (code >= 0) {
        goto out;
    }
    enum err e = local_session_find(&w, a->session, &session, &why);
    if (e != OK) {
        code = cmd_fail(e, &why);
        goto out;
    }
    code = forms_slip(&w, &session, a->form, a->slip, &slip);
    if (code >= 0) {
        goto out;
    }
    c->slip = slice_text(slip.text);
    c->lang = c->lang.n > 0 ? c->lang : session.lang[0] != '\0' ? slice_text(session.lang)
                                                                              : state_charter(w.state)->languages[0];
    take_defaults(&session, c);
    struct body body = { .kind = KIND_CONTRIBUTION };
    body.as.contribution.sensitivity = c->sensitivity;
    struct append_item item = { .body = &body, .refs = &session.id, .ref_count = 1 };
    if (!contribution_make(c, &parts, &item, &why)) {
        code = cmd_fail(ERR_TOO_BIG, &why);
        goto out;
    }
    code = work_append(&w, &item, 1, &result);
    if (code < 0) {
        code = print_saved(context, &session, &slip, &result);
    }
out:
    contribution_parts_done(&parts);
    work_close(&w);
    return code;
}

static int take_and_save(struct cmd_context *context, const struct adding *a, const struct args *args)
{
    struct contribution c;
    struct buf typed = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct buf text = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct buf summary = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct buf asked = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct buf written_by = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct buf typed_by = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct why why = { "" };
    int code = take_options(a, &c);
    if (code >= 0) {
        goto out;
    }
    const struct fields *f = &a->fields;
    bool good = (f->summary == NULL || text_nfc(slice_text(f->summary), &summary)) &&
                (f->ask == NULL || text_nfc(slice_text(f->ask), &asked)) &&
                (a->written_by == NULL || text_nfc(slice_text(a->written_by), &written_by)) &&
                (a->typed_by == NULL || text_nfc(slice_text(a->typed_by), &typed_by));
    enum err e = take_text(args, &typed, &why);
    if (e == OK) {
        e = normalise(&typed, &text, &why);
    }
    if (e == OK && !good) {
        why_set(&why, "--summary, --ask, --written-by or --typed-by is not UTF-8");
        e = ERR_BAD_INPUT;
    }
    if (e != OK) {
        code = cmd_fail(e, &why);
        goto out;
    }
    c.text = buf_slice(&text);
    c.summary = buf_slice(&summary);
    c.ask = buf_slice(&asked);
    c.written_by = buf_slice(&written_by);
    c.typed_by = buf_slice(&typed_by);
    code = save(context, a, &c);
out:
    buf_wipe(&typed);
    buf_wipe(&text);
    buf_done(&typed);
    buf_done(&text);
    buf_done(&summary);
    buf_done(&asked);
    buf_done(&written_by);
    buf_done(&typed_by);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct adding a = { .form = 0 };
    const struct arg_spec rows[] = {
        { "session", 's', ARG_TEXT, "CODE", "the forum, by code or id; the one opened last when not given",
          &a.session },
        { "sensitivity", 0, ARG_TEXT, "CODE", "open (default) or restricted", &a.sensitivity },
        FIELDS_OPTIONS(&a.fields),
        { "form", 0, ARG_UINT, "NUMBER", "typed from the paper form of this number", &a.form },
        { "slip", 0, ARG_TEXT, "CODE", "of a form: the code on its foot; needed when it was printed elsewhere",
          &a.slip },
        { "written-by", 0, ARG_TEXT, "NAME", "of a form: whose hand it is in", &a.written_by },
        { "typed-by", 0, ARG_TEXT, "NAME", "of a form: who typed it", &a.typed_by },
        WORK_AS(&a.as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza add",
        .summary = "Write down what was said: signed, and on this disk, when it says \"saved\". Needs no network",
        .positionals = "[TEXT...]",
        .max = SIZE_MAX,
        .examples = "  baraza add --group women --kind threat \"They took the land when the river moved.\"\n"
                    "  baraza add --lang fr < note.txt\n"
                    "  baraza add                          # opens your editor\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    return take_and_save(context, &a, &args);
}

const struct cmd cmd_add = { "add", run, "write down a contribution", CMD_WRITE };
