// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza add`: write down one contribution, from the arguments, standard input or an editor.
// It must never print "saved" before the append returned, and never drop a text that was typed without saying so.
#include "common/base/file.h"
#include "common/base/text.h"
#include "common/format/nfc.h"
#include "node/desk/forms.h"
#include "tools/baraza/ask.h"
#include "tools/baraza/fields.h"
#include "tools/baraza/print.h"

#include <string.h>
#include <unistd.h>

// What the options say.
struct adding {
    const char *session, *as, *sensitivity, *written_by, *typed_by, *slip, *identity, *identity_file;
    struct arg_list seal_to;
    uint64_t form;
    bool no_words;
    struct fields fields;
    const struct args *args;
};

// What was typed, as it came and in NFC; wiped at the end.
struct words {
    struct buf typed, text, summary, ask, written_by, typed_by, who_typed, who;
};

static void words_init(struct words *w)
{
    struct buf *all[] = { &w->typed, &w->text, &w->summary, &w->ask, &w->written_by, &w->typed_by, &w->who_typed,
                          &w->who };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        *all[i] = buf_new(LIMIT_DISCLOSURE_BYTES);
    }
}

static void words_done(struct words *w)
{
    struct buf *all[] = { &w->typed, &w->text, &w->summary, &w->ask, &w->written_by, &w->typed_by, &w->who_typed,
                          &w->who };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        buf_wipe(all[i]);
        buf_done(all[i]);
    }
}

#define EDITOR_HINT                                                                    \
    "\n# What was said, in the words and the language of who said it.\n"               \
    "# Lines that start with # are not taken. An empty text saves nothing.\n"

// What was typed, but for words; whoever must stop stops here, before any are asked for.
static int take_options(const struct cmd_context *context, const struct adding *a, struct contribution *c)
{
    int code = fields_take(&a->fields, c);
    if (code >= 0) {
        return code;
    }
    if (a->sensitivity != NULL && !code_known(CODES_SENSITIVITY, "--sensitivity", a->sensitivity)) {
        return EXIT_USAGE;
    }
    if (a->form == 0 && (a->written_by != NULL || a->typed_by != NULL || a->slip != NULL)) {
        return cmd_usage("--written-by, --typed-by and --slip go with --form NUMBER, which stands on the paper");
    }
    if (a->identity != NULL && a->identity_file != NULL) {
        return cmd_usage("give --identity or --identity-file, not both");
    }
    const bool words = a->args->n > 0 || a->fields.summary != NULL || a->fields.ask != NULL || a->identity != NULL ||
                       a->identity_file != NULL;
    if (a->no_words && words) {
        return cmd_usage("--no-words takes down nothing that was said, nor who said it: leave the words out");
    }
    c->form = a->form;
    c->wordless = a->no_words;
    return a->no_words ? -1 : fields_stop(context, &c->flags);
}

// True when the words come from standard input, or are asked for.
static bool is_asked(const struct args *args)
{
    return args->n == 0 || (args->n == 1 && strcmp(args->positionals[0], "-") == 0);
}

// Puts the text into typed: standard input, else an editor; arguments were taken before. What will be sealed goes
// through no editor, which may keep copies.
static enum err take_text(const struct adding *a, bool sealed, struct buf *typed, struct why *why)
{
    if (!is_asked(a->args)) {
        return OK;
    }
    return sealed ? ask_typed("-", "What was said", typed, why) : ask_words("-", EDITOR_HINT, typed, why);
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

// How it is guarded, as it was said or as the forum's session says; and to whom it is sealed.
static int take_guard(const struct cmd_context *context, const struct adding *a, const struct work *w,
                      const struct local_session *session, struct contribution *c, struct recipients *to)
{
    const char *said = a->sensitivity != NULL ? a->sensitivity : session->sensitivity;
    const struct code_row *row = codes_find(CODES_SENSITIVITY, slice_text(said));
    struct code_set names;
    size_t n = 0;
    c->sensitivity = row == NULL ? SENSITIVITY_OPEN : (size_t)(row - codes_list(CODES_SENSITIVITY, &n));
    if (!code_set_of(&a->seal_to, "--seal-to", &names)) {
        return EXIT_USAGE;
    }
    for (size_t i = 0; contribution_sealed(c) && a->seal_to.n == 0 && i < session->seal_to_n; i++) {
        names.codes[names.n++] = slice_text(session->seal_to[i]);
    }
    if (c->sensitivity == SENSITIVITY_SEALED && a->written_by != NULL) {
        return cmd_usage("--written-by would stand in the clear beside sealed words: say it with --identity");
    }
    int code = fields_seal(context, w, &names, c, to);
    if (code < 0) {
        fields_advise(context, c);
    }
    return code;
}

static int append(const struct cmd_context *context, const struct local_session *session, const struct slip *slip,
                  struct work *w, const struct contribution *c)
{
    struct contribution_parts parts;
    struct append_result result;
    struct why why = { "" };
    struct body body = { .kind = KIND_CONTRIBUTION };
    struct append_item item = { .body = &body, .refs = &session->id, .ref_count = 1 };
    body.as.contribution.sensitivity = c->sensitivity;
    contribution_parts_init(&parts);
    int code = contribution_make(c, &parts, &item, &why) ? work_append(w, &item, 1, &result)
                                                         : cmd_fail(ERR_TOO_BIG, &why);
    contribution_parts_done(&parts);
    return code < 0 ? print_saved(context, session, slip, &result) : code;
}

static int save(struct cmd_context *context, const struct adding *a, struct words *words, struct contribution *c)
{
    struct work w;
    struct local_session session;
    struct recipients to;
    struct slip slip;
    struct why why = { "" };
    int code = work_write(context, a->as, &w);
    if (code >= 0) {
        goto out;
    }
    enum err e = local_session_find(&w.desk, a->session, &session, &why);
    code = e == OK ? fields_check(&a->fields, &w, c) : cmd_fail(e, &why);
    if (code < 0) {
        code = take_guard(context, a, &w, &session, c, &to);
    }
    if (code < 0) {
        struct trouble trouble = { .err = OK };
        e = forms_slip(&w.desk, &session, a->form, slice_text(a->slip != NULL ? a->slip : ""), &slip, &trouble);
        code = e == OK ? -1 : work_fail(&trouble);
    }
    if (code < 0 && !c->wordless) {
        if (is_asked(a->args)) {
            work_pause(&w);
        }
        e = take_text(a, c->sensitivity == SENSITIVITY_SEALED, &words->typed, &why);
        e = e == OK ? normalise(&words->typed, &words->text, &why) : e;
        c->text = buf_slice(&words->text);
        code = e == OK ? work_resume(context, a->as, &w) : cmd_fail(e, &why);
    }
    if (code < 0) {
        c->lang = c->lang.n > 0 ? c->lang : session.lang[0] != '\0' ? slice_text(session.lang)
                                                                     : state_charter(w.desk.state)->languages[0];
        c->slip = slice_text(slip.text);
        take_defaults(&session, c);
        code = append(context, &session, &slip, &w, c);
    }
out:
    work_close(&w);
    return code;
}

// Who said it: from the argument, a file, or asked for here.
static enum err take_identity(const struct adding *a, struct words *w, struct why *why)
{
    enum err e = OK;
    if (a->identity == NULL && a->identity_file == NULL) {
        return OK;
    }
    if (a->identity_file != NULL) {
        e = file_read(a->identity_file, true, &w->who_typed, why);
    } else if (strcmp(a->identity, "-") == 0 && is_asked(a->args) && isatty(STDIN_FILENO) != 1) {
        why_set(why, "words and identity cannot both come from standard input: use --identity-file FILE");
        e = ERR_USAGE;
    } else {
        e = ask_typed(a->identity, "Who said it, and how to reach them", &w->who_typed, why);
    }
    return e == OK ? normalise(&w->who_typed, &w->who, why) : e;
}

// The words in the arguments.
static enum err take_arguments(const struct adding *a, struct words *w, struct why *why)
{
    const struct fields *f = &a->fields;
    const struct {
        const char *from;
        struct buf *to;
    } options[] = { { f->summary, &w->summary }, { f->ask, &w->ask }, { a->written_by, &w->written_by },
                    { a->typed_by, &w->typed_by } };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (options[i].from != NULL && !text_nfc(slice_text(options[i].from), options[i].to)) {
            why_set(why, "--summary, --ask, --written-by or --typed-by is not UTF-8");
            return ERR_BAD_INPUT;
        }
    }
    for (size_t i = 0; i < a->args->n && !is_asked(a->args); i++) {
        buf_put_text(&w->typed, i == 0 ? "" : " ");
        buf_put_text(&w->typed, a->args->positionals[i]);
    }
    return OK;
}

static int take_and_save(struct cmd_context *context, const struct adding *a)
{
    struct contribution c;
    struct words words;
    struct why why = { "" };
    words_init(&words);
    int code = take_options(context, a, &c);
    if (code < 0) {
        enum err e = take_arguments(a, &words, &why);
        e = e == OK ? take_identity(a, &words, &why) : e;
        code = e == OK ? -1 : cmd_fail(e, &why);
    }
    if (code < 0) {
        c.summary = buf_slice(&words.summary);
        c.ask = buf_slice(&words.ask);
        c.written_by = buf_slice(&words.written_by);
        c.typed_by = buf_slice(&words.typed_by);
        c.identity = buf_slice(&words.who);
        code = save(context, a, &words, &c);
    }
    words_done(&words);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct adding a = { .form = 0 };
    const struct arg_spec rows[] = {
        { "session", 's', ARG_TEXT, "CODE", "the forum, by code or id; the one opened last when not given",
          &a.session },
        { "sensitivity", 0, ARG_TEXT, "CODE", "open (the usual); restricted: in no export unless asked for; sealed: "
          "what was said, and by whom, for those alone whom --seal-to names", &a.sensitivity },
        { "seal-to", 0, ARG_LIST, "NAME", "who may open what is sealed: names of the charter's protect lines, two or "
          "more; all of them when not given", &a.seal_to },
        { "identity", 0, ARG_TEXT, "TEXT", "who said it, if the person asks for it; sealed. -: is asked for here, "
          "which is safer than an argument", &a.identity },
        { "identity-file", 0, ARG_TEXT, "FILE", "the same, from a file", &a.identity_file },
        { "no-words", 0, ARG_FLAG, NULL, "record only that it was raised: nothing of what was said", &a.no_words },
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
                    "  baraza add                          # opens your editor\n"
                    "  baraza add --identity-file who.txt --seal-to lark --seal-to ombuds < note.txt\n"
                    "What is sealed can be read by those it is sealed to, and by nobody else: you neither, from then "
                    "on.\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    a.args = &args;
    return take_and_save(context, &a);
}

const struct cmd cmd_add = { "add", run, "write down a contribution", CMD_WRITE };
