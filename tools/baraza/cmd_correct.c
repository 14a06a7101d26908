// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza correct`: better what was written down of a contribution. The original is kept and stays provable; the
// correction stands beside it, with its reason (PROTOCOL 7.6).
#include "node/desk/correct.h"
#include "tools/baraza/drafting.h"
#include "tools/baraza/fields.h"
#include "tools/baraza/print.h"

struct correcting {
    struct cmd_context *context;
    struct drafting d;
    struct fields fields;
    const char *reason, *text, *why, *sensitivity;
    struct arg_list seal_to;
    struct work w;
    struct correction given;
    struct correct x;
    struct typed typed;
};

// And in the record that was named: only how it is guarded, because what others wrote is theirs to say again.
static int look_in_record(struct correcting *c, struct reading *record)
{
    struct reading_item item;
    if (record == NULL || c->x.here) {
        return -1;
    }
    reading_rewind(record);
    while (!c->x.here && reading_next(record, &item)) {
        if (hash_equal(item.entry.id, c->x.target) && reading_known(&item)) {
            correct_take(&c->x, &item.body, item.has_parts ? &item.disclosure : NULL);
        }
    }
    return reading_end(record);
}

// Finds the target and all that is known of it here, or in the record named.
static int find_target(struct correcting *c, const char *typed)
{
    struct resolver r = { .context = c->context, .w = &c->w, .from = &c->d.from };
    struct resolved target;
    struct why why = { "" };
    int code = resolve_kind(&r, typed, KIND_CONTRIBUTION, &target);
    if (code < 0) {
        c->x.target = target.id;
        enum err e = correct_find(&c->w.desk, &c->x, &why);
        code = e == OK ? look_in_record(c, r.record) : cmd_fail(e, &why);
    }
    resolver_done(&r);
    return code;
}

// All but the words. Returns -1, or has reported.
static int begin(struct correcting *c, const char *typed)
{
    struct codebook *b = NULL;
    struct trouble trouble = { .err = OK };
    struct why why = { "" };
    int code = work_write(c->context, c->d.as, &c->w);
    code = code < 0 ? find_target(c, typed) : code;
    if (code >= 0) {
        return code;
    }
    enum err e = codebook_here(&c->w.desk, &b, &why);
    if (e != OK) {
        return cmd_fail(e, &why);
    }
    e = correct_begin(&c->w.desk, b, &c->given, &c->x, &trouble);
    codebook_free(b);
    if (e != OK) {
        return work_fail(&trouble);
    }
    if (c->x.sealed) {
        struct buf text = buf_new(2048);
        recipients_put(state_charter(c->w.desk.state), c->x.to.keys, c->x.to.n, &text);
        cmd_remark(c->context, "what you give of its words, of who said it, and of why will be sealed to %.*s, as it "
                   "is: nobody else can read it then, you neither", (int)text.n, (const char *)text.p);
        buf_done(&text);
    }
    return -1;
}

// Once it is known whether they will be sealed: such words go through no editor.
static int take_words(struct correcting *c)
{
    c->typed.sealed = c->x.sealed;
    c->given.c.text = typed_words(&c->typed, c->text);
    c->given.c.summary = typed_words(&c->typed, c->fields.summary);
    c->given.c.ask = typed_words(&c->typed, c->fields.ask);
    c->given.why = typed_words(&c->typed, c->why);
    return drafting_check(&c->d, &c->typed);
}

static int correct(struct correcting *c, const char *typed)
{
    struct trouble trouble = { .err = OK };
    int code = begin(c, typed);
    if (code < 0) {
        work_pause(&c->w);
        code = take_words(c);
    }
    if (code < 0) {
        code = work_resume(c->context, c->d.as, &c->w);
    }
    if (code < 0 && correct_make(&c->w.desk, &c->given, &c->x, &trouble) != OK) {
        code = work_fail(&trouble);
    }
    if (code < 0) {
        if (c->x.unread) {
            cmd_remark(c->context, "the original is not here: of each part, only what you gave will stand in it");
        }
        code = drafting_append(c->context, &c->w, &c->x.item, 1);
    }
    return code;
}

// What the options say. Returns -1, or has reported.
static int take_options(struct correcting *c)
{
    struct correction *g = &c->given;
    if (c->reason == NULL) {
        return cmd_usage("say why with --reason CODE: misheard, mistyped, speaker-asked …");
    }
    if (!code_known(CODES_CORRECT_REASON, "--reason", c->reason)) {
        return EXIT_USAGE;
    }
    c->d.lang = c->fields.lang;
    int code = fields_take(&c->fields, &g->c);
    code = code < 0 ? fields_stop(c->context, &g->c.flags) : code;
    if (code >= 0) {
        return code;
    }
    if (!code_set_of(&c->seal_to, "--seal-to", &g->seal_to) ||
        (c->sensitivity != NULL && !code_known(CODES_SENSITIVITY, "--sensitivity", c->sensitivity))) {
        return EXIT_USAGE;
    }
    g->reason = slice_text(c->reason);
    g->lang = slice_text(c->fields.lang != NULL ? c->fields.lang : "");
    g->guarded = c->sensitivity != NULL;
    g->sealed = g->guarded && slice_equal(slice_text(c->sensitivity), SLICE_LITERAL("sealed"));
    g->new_codes = c->fields.new_codes;
    return -1;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct correcting x = { .context = context };
    const struct arg_spec rows[] = {
        { "reason", 0, ARG_TEXT, "CODE",
          "misheard, mistyped, mistranslated, incomplete, wrong-speaker, wrong-context, wrong-consent, speaker-asked",
          &x.reason },
        { "text", 0, ARG_TEXT, "TEXT", "what was really said; - reads standard input, or opens your editor", &x.text },
        { "why", 0, ARG_TEXT, "TEXT", "more about the reason", &x.why },
        { "sensitivity", 0, ARG_TEXT, "CODE", "of the original, when it is not here: open, restricted, sealed",
          &x.sensitivity },
        { "seal-to", 0, ARG_LIST, "NAME", "of what is sealed: who may open the correction; as the original when not "
          "given", &x.seal_to },
        FIELDS_OPTIONS(&x.fields),
        WORK_AS(&x.d.as),
        READING_RECORD(&x.d.from),
        READING_CHARTER(&x.d.from),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza correct",
        .summary = "Correct what was written down of a contribution. The original is kept; both are shown. Needs no "
                   "network",
        .positionals = "ID",
        .min = 1,
        .max = 1,
        .examples = "  baraza correct 82011238 --reason misheard --text \"They took the sand, not the land.\"\n"
                    "  baraza correct 82011238 --reason wrong-speaker --group women --group herders\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    code = take_options(&x);
    if (code < 0) {
        const struct hash none = { { 0 } };
        correct_init(&x.x, none);
        code = correct(&x, args.positionals[0]);
        correct_done(&x.x);
        typed_done(&x.typed);
        work_close(&x.w);
    }
    return code;
}

const struct cmd cmd_correct = { "correct", run, "correct what was written down", CMD_WRITE };
