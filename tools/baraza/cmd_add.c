// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza add`: write down one contribution, from the arguments, standard input or an editor.
// It must never print "saved" before the append returned, and never drop a text that was typed without saying so.
#include "common/base/file.h"
#include "common/net/loop.h"
#include "node/desk/attaching.h"
#include "node/desk/contribute.h"
#include "node/desk/drafts.h"
#include "tools/baraza/ask.h"
#include "tools/baraza/fields.h"
#include "tools/baraza/print.h"

#include <string.h>
#include <unistd.h>

// What the options say.
struct adding {
    const char *session, *as, *sensitivity, *written_by, *typed_by, *slip, *identity, *identity_file;
    struct arg_list seal_to, attach;
    uint64_t form;
    bool no_words;
    struct fields fields;
    const struct args *args;
};

// What was typed, as it came; wiped at the end.
struct words {
    struct buf typed, who;
    struct buf manifest; // of what is attached
};

#define EDITOR_HINT                                                                    \
    "\n# What was said, in the words and the language of who said it.\n"               \
    "# Lines that start with # are not taken. An empty text saves nothing.\n"

// What was typed, but for words; whoever must stop stops here, before any are asked for.
static int take_options(const struct cmd_context *context, const struct adding *a, struct given *g)
{
    struct contribution *c = &g->c;
    size_t n = 0;
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
                       a->identity_file != NULL || a->attach.n > 0;
    if (a->no_words && words) {
        return cmd_usage("--no-words takes down nothing that was said, nor who said it: leave the words out");
    }
    if (!code_set_of(&a->seal_to, "--seal-to", &g->seal_to)) {
        return EXIT_USAGE;
    }
    if (a->sensitivity != NULL) {
        const struct code_row *row = codes_find(CODES_SENSITIVITY, slice_text(a->sensitivity));
        c->sensitivity = (size_t)(row - codes_list(CODES_SENSITIVITY, &n));
        g->guarded = true;
    }
    c->summary = slice_text(a->fields.summary != NULL ? a->fields.summary : "");
    c->ask = slice_text(a->fields.ask != NULL ? a->fields.ask : "");
    c->form = a->form;
    c->wordless = a->no_words;
    c->written_by = slice_text(a->written_by != NULL ? a->written_by : "");
    c->typed_by = slice_text(a->typed_by != NULL ? a->typed_by : "");
    g->slip = slice_text(a->slip != NULL ? a->slip : "");
    g->new_codes = a->fields.new_codes;
    g->attached = a->attach.n;
    g->identified = a->identity != NULL || a->identity_file != NULL;
    return a->no_words ? -1 : fields_stop(context, &c->flags);
}

// True when the words come from standard input, or are asked for.
static bool is_asked(const struct adding *a)
{
    const struct args *args = a->args;
    return (args->n == 0 && a->attach.n == 0) || (args->n == 1 && strcmp(args->positionals[0], "-") == 0);
}

// Puts the text into typed: standard input, else an editor; arguments were taken before. What will be sealed goes
// through no editor, which may keep copies.
static enum err take_text(const struct adding *a, bool sealed, struct buf *typed, struct why *why)
{
    if (!is_asked(a)) {
        return OK;
    }
    return sealed ? ask_typed("-", "What was said", typed, why) : ask_words("-", EDITOR_HINT, typed, why);
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

// What is about to be sealed, and what had better be.
static void say_guard(const struct cmd_context *context, const struct work *w, const struct contribute *x)
{
    if (x->c.seal_to != NULL) {
        struct buf text = buf_new(2048);
        recipients_put(state_charter(w->desk.state), x->to.keys, x->to.n, &text);
        cmd_remark(context, "%s will be sealed to %.*s: nobody else can read it then, you neither",
                   x->c.sensitivity == SENSITIVITY_SEALED ? "what was said, and by whom," : "who said it", (int)text.n,
                   (const char *)text.p);
        buf_done(&text);
    }
    for (size_t i = 0; i < x->c.flags.n && x->c.sensitivity != SENSITIVITY_SEALED; i++) {
        cmd_remark(context, "flag \"%.*s\": think of --sensitivity sealed, so that only protection officers read it",
                   (int)x->c.flags.codes[i].n, (const char *)x->c.flags.codes[i].p);
    }
}

// Everything but the words. Returns -1, or has reported.
static int begin(struct cmd_context *context, const struct adding *a, const struct given *g, struct work *w,
                 struct contribute *x)
{
    struct codebook *b = NULL;
    struct local_session session;
    struct trouble trouble = { .err = OK };
    struct why why = { "" };
    int code = work_write(context, a->as, w);
    if (code >= 0) {
        return code;
    }
    enum err e = local_session_find(&w->desk, a->session, &session, &why);
    e = e == OK ? codebook_here(&w->desk, &b, &why) : e;
    if (e == OK) {
        e = contribute_begin(&w->desk, &session, b, g, x, &trouble);
        code = e == OK ? -1 : work_fail(&trouble);
    } else {
        code = cmd_fail(e, &why);
    }
    codebook_free(b);
    if (code < 0) {
        say_guard(context, w, x);
    }
    return code;
}

// The words, and all of it to the disk. Nothing of w may be borrowed while they are asked for.
static int finish(struct cmd_context *context, const struct adding *a, struct given *g, struct words *words,
                  struct work *w, struct contribute *x)
{
    struct append_result result;
    struct trouble trouble = { .err = OK };
    struct why why = { "" };
    int code = -1;
    if (!x->c.wordless) {
        if (is_asked(a)) {
            work_pause(w);
        }
        enum err e = take_text(a, x->c.sensitivity == SENSITIVITY_SEALED, &words->typed, &why);
        code = e == OK ? work_resume(context, a->as, w) : cmd_fail(e, &why);
    }
    g->c.text = buf_slice(&words->typed);
    if (code < 0 && !buf_ok(&words->typed)) {
        why_set(&why, "the text has more than %d bytes, which is the limit: make two contributions of it",
                LIMIT_DISCLOSURE_BYTES);
        code = cmd_fail(ERR_TOO_BIG, &why);
    }
    struct draft_id files = { { 0 } };
    if (code < 0 && a->attach.n > 0 &&
        attaching_files(&w->desk, x->session.id, loop_wall_s(), a->attach.values, a->attach.n, &files,
                        &words->manifest, &trouble) != OK) {
        code = work_fail(&trouble);
    }
    g->manifest = buf_slice(&words->manifest);
    if (code < 0 && contribute_words(g, x, &trouble) != OK) {
        code = work_fail(&trouble);
    }
    struct hash from;
    if (words->manifest.n > 0) {
        from = draft_import_key(w->desk.who->person.key, files);
        x->item.import_key = &from;
    }
    code = code < 0 ? work_append(w, &x->item, 1, &result) : code;
    if (words->manifest.n > 0) {
        // Where it cannot be put away it is the next time that drafts are listed.
        (void)!(code < 0 ? drafts_signed(&w->desk, &files, 1, NULL) : drafts_discard(&w->desk, files, NULL));
    }
    return code < 0 ? print_saved(context, &x->session, &x->slip, &result) : code;
}

// Who said it: from the argument, a file, or asked for here.
static enum err take_identity(const struct adding *a, struct words *w, struct why *why)
{
    if (a->identity == NULL && a->identity_file == NULL) {
        return OK;
    }
    if (a->identity_file != NULL) {
        return file_read(a->identity_file, true, &w->who, why);
    }
    if (strcmp(a->identity, "-") == 0 && is_asked(a) && isatty(STDIN_FILENO) != 1) {
        why_set(why, "words and identity cannot both come from standard input: use --identity-file FILE");
        return ERR_USAGE;
    }
    return ask_typed(a->identity, "Who said it, and how to reach them", &w->who, why);
}

// The words in the arguments.
static void take_arguments(const struct adding *a, struct words *w)
{
    for (size_t i = 0; i < a->args->n && !is_asked(a); i++) {
        buf_put_text(&w->typed, i == 0 ? "" : " ");
        buf_put_text(&w->typed, a->args->positionals[i]);
    }
}

static int take_and_save(struct cmd_context *context, const struct adding *a)
{
    struct given g = { .guarded = false };
    struct words words = { .typed = buf_new(LIMIT_DISCLOSURE_BYTES + 1), .who = buf_new(LIMIT_DISCLOSURE_BYTES),
                           .manifest = buf_new(LIMIT_MANIFEST_BYTES) };
    struct work w = { .lent = false };
    struct contribute x = { .begun = false };
    struct why why = { "" };
    int code = take_options(context, a, &g);
    if (code < 0) {
        take_arguments(a, &words);
        enum err e = take_identity(a, &words, &why);
        code = e == OK ? -1 : cmd_fail(e, &why);
    }
    g.c.identity = buf_slice(&words.who);
    code = code < 0 ? begin(context, a, &g, &w, &x) : code;
    code = code < 0 ? finish(context, a, &g, &words, &w, &x) : code;
    contribute_done(&x);
    work_close(&w);
    buf_wipe(&words.typed);
    buf_done(&words.typed);
    buf_wipe(&words.who);
    buf_done(&words.who);
    buf_wipe(&words.manifest);
    buf_done(&words.manifest);
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
        { "attach", 0, ARG_LIST, "FILE", "sound (webm, ogg, mp4, wav, mp3), a picture (jpeg, png, webp) or a PDF that "
          "goes with it; then a text is not needed", &a.attach },
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
                    "  baraza add --group elders --attach voice.ogg --attach map.jpg\n"
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
