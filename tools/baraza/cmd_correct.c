// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza correct`: better what was written down of a contribution. The original is kept and stays provable; the
// correction stands beside it, with its reason (PROTOCOL 7.6).
#include "node/desk/amends.h"
#include "node/desk/local.h"
#include "node/desk/recipients.h"
#include "tools/baraza/drafting.h"
#include "tools/baraza/fields.h"
#include "tools/baraza/print.h"

#define WORDS_PARTS AMEND_REASON // context, said, speaker, consent: those that words of people are in

struct correcting {
    struct cmd_context *context;
    struct drafting d;
    struct fields fields;
    const char *reason, *text, *why, *sensitivity;
    struct arg_list seal_to;
    struct work w;
    bool here;                      // the original was found, so that `sealed` is known
    bool sealed;                    // it is sealed, so its corrections are
    struct recipients to;           // of the correction; none yet: n is 0
    struct hash target;
    struct hash previous;           // her own correction of it that stands; zeros: none
    struct buf now[WORDS_PARTS];    // what each part says now; empty when it is not here
    bool before[WORDS_PARTS];       // previous corrected this part: what it said is said again
    bool erased[WORDS_PARTS];       // this part is erased: a correction of it would be, too (PROTOCOL 16.2)
    struct buf made[AMEND_PARTS];
    struct contribution c;
    struct slice more;              // about the reason
    struct contribution_parts given;
    struct typed typed;
};

static void init(struct correcting *x)
{
    for (size_t i = 0; i < AMEND_PARTS; i++) {
        x->made[i] = buf_new(LIMIT_DISCLOSURE_BYTES);
    }
    for (size_t i = 0; i < WORDS_PARTS; i++) {
        x->now[i] = buf_new(LIMIT_DISCLOSURE_BYTES);
    }
    contribution_parts_init(&x->given);
}

static void done(struct correcting *x)
{
    for (size_t i = 0; i < AMEND_PARTS; i++) {
        buf_wipe(&x->made[i]);
        buf_done(&x->made[i]);
    }
    for (size_t i = 0; i < WORDS_PARTS; i++) {
        buf_wipe(&x->now[i]);
        buf_done(&x->now[i]);
    }
    contribution_parts_done(&x->given);
    typed_done(&x->typed);
    work_close(&x->w);
}

// Takes what the original says: how it is guarded, to whom it is sealed, and what stands in it now, where that can be
// read.
static void take_original(struct correcting *x, const struct body *body, const struct disclosure *d)
{
    x->here = true;
    x->sealed = body->as.contribution.sensitivity == SENSITIVITY_SEALED;
    for (size_t i = 0; d != NULL && i < WORDS_PARTS && i < d->count; i++) {
        const struct slice bytes = d->parts[i].state == PART_DISCLOSED ? d->parts[i].bytes : slice_of(NULL, 0);
        const size_t n = x->to.n == 0 ? sealed_recipients(bytes, x->to.keys) : 0;
        x->to.n += n;
        x->erased[i] = d->parts[i].state == PART_ERASED;
        if (!sealed_ok(bytes)) {
            buf_put(&x->now[i], bytes);
        }
    }
}

// Looks for the original in the notebooks here.
static enum err load_original(struct correcting *x, struct why *why)
{
    struct local *l = NULL;
    struct local_entry e;
    struct disclosure d;
    enum err err = local_begin(&x->w.desk, &l, why);
    if (err != OK) {
        return err;
    }
    while (err == OK && !x->here && local_next(l, &e)) {
        if (hash_equal(e.entry.id, x->target) && e.known && e.body.kind == KIND_CONTRIBUTION) {
            err = local_parts(l, &d, why);
            take_original(x, &e.body, err == OK ? &d : NULL);
            err = err == ERR_NOT_FOUND ? OK : err; // wiped: its header says how it is guarded
        }
    }
    enum err end = local_end(l, err == OK ? why : NULL);
    return err == OK ? end : err;
}

// And in the record that was named: only how it is guarded, because what others wrote is theirs to say again.
static int look_in_record(struct correcting *x, struct reading *record)
{
    struct reading_item item;
    if (record == NULL || x->here) {
        return -1;
    }
    reading_rewind(record);
    while (!x->here && reading_next(record, &item)) {
        if (hash_equal(item.entry.id, x->target) && reading_known(&item)) {
            take_original(x, &item.body, item.has_parts ? &item.disclosure : NULL);
        }
    }
    for (size_t i = 0; i < WORDS_PARTS; i++) {
        buf_wipe(&x->now[i]);
    }
    return reading_end(record);
}

// Her own correction that stands goes over it, and is the one that the new one takes the place of.
static enum err load_now(struct correcting *x, struct why *why)
{
    struct amends *a = NULL;
    enum err err = load_original(x, why);
    if (err == OK) {
        err = amends_here(&x->w.desk, &a, why);
    }
    const struct amend *m = err == OK ? amends_first(a, x->target) : NULL;
    for (; m != NULL; m = amends_next(a, m)) {
        if (m->kind != KIND_CORRECTION || m->replaced || !pubkey_equal(m->author, x->w.desk.who->person.key)) {
            continue;
        }
        x->previous = m->id;
        for (size_t i = 0; i < WORDS_PARTS; i++) {
            if (m->parts[i].n > 0) {
                buf_reset(&x->now[i]);
                buf_put(&x->now[i], sealed_ok(m->parts[i]) ? slice_of(NULL, 0) : m->parts[i]);
                x->before[i] = true;
            }
        }
    }
    amends_free(a);
    return err;
}

// Words of a sealed contribution are never written in the clear, so it must be known whether it is one.
static int take_guard(struct correcting *x)
{
    struct code_set names;
    struct why why = { "" };
    if (!code_set_of(&x->seal_to, "--seal-to", &names) ||
        (x->sensitivity != NULL && !code_known(CODES_SENSITIVITY, "--sensitivity", x->sensitivity))) {
        return EXIT_USAGE;
    }
    const bool says_sealed = x->sensitivity != NULL && slice_equal(slice_text(x->sensitivity), SLICE_LITERAL("sealed"));
    if (!x->here && x->sensitivity == NULL) {
        return cmd_usage("the original is not here: say with --sensitivity whether it is open, restricted or sealed, "
                         "so that sealed words are not corrected in the clear; or name its record with --record");
    }
    x->sealed = x->here ? x->sealed : says_sealed;
    if (!x->sealed) {
        return x->seal_to.n == 0 ? -1 : cmd_usage("--seal-to goes with corrections of what is sealed");
    }
    if ((names.n > 0 || x->to.n == 0) && !recipients_find(state_charter(x->w.desk.state), &names, &x->to, &why)) {
        return cmd_usage("--seal-to: %s", why.text);
    }
    struct buf text = buf_new(2048);
    recipients_put(state_charter(x->w.desk.state), x->to.keys, x->to.n, &text);
    cmd_remark(x->context, "what you give of its words, of who said it, and of why will be sealed to %.*s, as it is: "
               "nobody else can read it then, you neither", (int)text.n, (const char *)text.p);
    buf_done(&text);
    return -1;
}

static bool is_empty(const struct content_field *f)
{
    return f->type == CURSOR_STR && f->bytes.n == 0;
}

// The fields that are given, and those of now that are not: a correction's part stands in the place of the whole part.
// Nothing when nothing is given.
static void merge(struct slice given, struct slice now, struct buf *out)
{
    struct content over = { .count = 0 };
    struct content under = { .count = 0 };
    struct content all = { .count = 0 };
    CHECK(content_parse(given, &over)); // just made
    for (size_t i = 0; i < over.count; i++) {
        if (!is_empty(&over.fields[i])) {
            all.fields[all.count++] = over.fields[i];
        }
    }
    if (all.count == 0 || !content_parse(now, &under)) {
        under.count = 0;
    }
    const size_t fresh = all.count;
    for (size_t i = 0; i < under.count && all.count < LIMIT_FIELDS; i++) {
        bool taken = false;
        for (size_t k = 0; k < fresh; k++) {
            taken = taken || slice_equal(all.fields[k].key, under.fields[i].key);
        }
        if (!taken) {
            all.fields[all.count++] = under.fields[i];
        }
    }
    if (all.count > 0) {
        content_make(&all, out);
    }
}

// Makes the parts, all of them or has reported.
static int make_parts(struct correcting *x, struct append_item *item)
{
    const struct body contribution = { .kind = KIND_CONTRIBUTION };
    struct append_item given = { .body = &contribution };
    struct why why = { "" };
    size_t n = 0;
    if (!contribution_make(&x->c, &x->given, &given, &why)) {
        return cmd_fail(ERR_TOO_BIG, &why);
    }
    for (size_t i = 0; i < WORDS_PARTS; i++) {
        merge(given.parts[i], buf_slice(&x->now[i]), &x->made[i]);
        n += x->made[i].n > 0 ? 1 : 0;
        if (x->made[i].n > 0 && x->erased[i]) {
            return cmd_usage("a redaction has erased \"%s\" of it, and of every correction: nothing there can be "
                             "corrected any more (baraza show ID)", kind_info(KIND_CONTRIBUTION)->parts[i]);
        }
        if (x->made[i].n == 0 && x->before[i] && x->now[i].n == 0) {
            return cmd_usage("your earlier correction of this is sealed, and cannot be said again for you: give %s too",
                             i == AMEND_SAID ? "--text" : "--group or --speaker");
        }
        if (x->made[i].n == 0 && x->before[i]) {
            buf_put(&x->made[i], buf_slice(&x->now[i]));
        }
    }
    if (n == 0) {
        return cmd_usage("say what is right: with --text, --group, --theme, --scope … (baraza correct --help)");
    }
    drafting_put_reason(drafting_language(&x->d, &x->w), x->more, slice_text(""), NULL, &x->made[AMEND_REASON]);
    size_t bytes = 0;
    for (size_t i = 0; i < AMEND_PARTS; i++) {
        bytes += buf_ok(&x->made[i]) ? x->made[i].n : LIMIT_DISCLOSURE_BYTES + 1;
        item->parts[i] = buf_slice(&x->made[i]);
    }
    if (x->sealed) {
        item->sealed = sealed_due(KIND_CORRECTION, SENSITIVITY_SEALED);
        item->sealed_to = x->to.keys;
        item->sealed_to_count = x->to.n;
    }
    return bytes > LIMIT_DISCLOSURE_BYTES
               ? cmd_usage("the correction is longer than %d bytes", LIMIT_DISCLOSURE_BYTES) : -1;
}

// Once it is known whether they will be sealed: such words go through no editor.
static int take_words(struct correcting *x)
{
    x->typed.sealed = x->sealed;
    x->c.text = typed_words(&x->typed, x->text);
    x->c.summary = typed_words(&x->typed, x->fields.summary);
    x->c.ask = typed_words(&x->typed, x->fields.ask);
    x->more = typed_words(&x->typed, x->why);
    return drafting_check(&x->d, &x->typed);
}

// Finds the target and all that is known of it here, or in the record named.
static int find_target(struct correcting *x, const char *typed)
{
    struct resolver r = { .context = x->context, .w = &x->w, .from = &x->d.from };
    struct resolved target;
    struct why why = { "" };
    int code = resolve_kind(&r, typed, KIND_CONTRIBUTION, &target);
    if (code < 0) {
        x->target = target.id;
        enum err e = load_now(x, &why);
        code = e == OK ? look_in_record(x, r.record) : cmd_fail(e, &why);
    }
    resolver_done(&r);
    return code;
}

static int correct(struct correcting *x, const char *typed)
{
    struct body body = { .kind = KIND_CORRECTION };
    int code = work_write(x->context, x->d.as, &x->w);
    if (code < 0) {
        code = find_target(x, typed);
    }
    if (code < 0) {
        code = take_guard(x);
    }
    if (code < 0) {
        code = fields_check(&x->fields, &x->w, &x->c);
    }
    if (code < 0) {
        work_pause(&x->w);
        code = take_words(x);
    }
    if (code < 0) {
        code = work_resume(x->context, x->d.as, &x->w);
    }
    const struct hash refs[2] = { x->target, x->previous };
    struct append_item item = { .body = &body, .refs = refs, .ref_count = hash_is_zero(x->previous) ? 1 : 2 };
    if (code < 0) {
        code = make_parts(x, &item);
    }
    if (code < 0) {
        body.as.correction.reason = slice_text(x->reason);
        if (x->now[AMEND_SAID].n == 0 && !x->sealed) {
            cmd_remark(x->context, "the original is not here: of each part, only what you gave will stand in it");
        }
        code = drafting_append(x->context, &x->w, &item, 1);
    }
    return code;
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
    if (x.reason == NULL) {
        return cmd_usage("say why with --reason CODE: misheard, mistyped, speaker-asked …");
    }
    if (!code_known(CODES_CORRECT_REASON, "--reason", x.reason)) {
        return EXIT_USAGE;
    }
    x.d.lang = x.fields.lang;
    code = fields_take(&x.fields, &x.c);
    if (code < 0) {
        code = fields_stop(context, &x.c.flags);
    }
    if (code < 0) {
        init(&x);
        code = correct(&x, args.positionals[0]);
        done(&x);
    }
    return code;
}

const struct cmd cmd_correct = { "correct", run, "correct what was written down", CMD_WRITE };
