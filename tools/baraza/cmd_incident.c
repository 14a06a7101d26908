// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza incident`: whoever is enrolled writes down what went wrong: a device that was taken, somebody who was put
// under pressure. That it happened, when and who says so is for everybody; what she tells of it is sealed before it
// touches a disk, and no editor is opened for it. Read first: docs/PROTOCOL.md 4.7, 7.4.
#include "node/desk/reason.h"
#include "node/desk/recipients.h"
#include "tools/baraza/drafting.h"
#include "tools/baraza/print.h"

struct telling {
    struct drafting d;
    const char *code, *text;
    struct arg_list seal_to;
};

// What to do now, besides writing it down; NULL: nothing of its own.
static const char *advice_of(struct slice code)
{
    static const struct { const char *code, *advice; } rows[] = {
        { "lost-device", "have its key ended today (baraza revoke); if somebody was unlocked on it, warn those who "
                         "spoke first" },
        { "coercion", "nobody is called by this: look for help first, and tell the protection officer by voice. What "
                      "was signed under pressure can be marked (baraza revoke --reason compromised --stands-at ID)" },
        { "leak", "warn those who spoke, if it could harm them; words that must go are erased by a protection officer "
                  "(baraza redact)" },
        { "false-list", "do not seal the forum with that list; a list that is in the record already stays, and this "
                        "stands beside it" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (slice_equal(code, slice_text(rows[i].code))) {
            return rows[i].advice;
        }
    }
    return NULL;
}

static void say_next(const struct cmd_context *context, struct slice code, bool told)
{
    const char *advice = advice_of(code);
    const struct slice label = label_of(context, CODES_INCIDENT, code);
    cmd_remark(context, "it goes to the hub with the next exchange (baraza sync, or a bundle). Everybody who reads the "
                        "record sees that it happened (%.*s), when, and who wrote it%s", (int)label.n,
               (const char *)label.p, told ? "; a protection officer opens the words with baraza open ID --part text"
                                           : "");
    if (advice != NULL) {
        cmd_remark(context, "now: %s", advice);
    }
}

// To whom the text is sealed, which is said before it is.
static int find_recipients(const struct cmd_context *context, const struct work *w, const struct telling *x,
                           struct recipients *to)
{
    struct code_set names = { .n = 0 };
    struct why why = { "" };
    struct buf text = buf_new(2048);
    if (!code_set_of(&x->seal_to, "--seal-to", &names)) {
        return EXIT_USAGE;
    }
    if (!recipients_find(state_charter(w->desk.state), &names, to, &why)) {
        return cmd_usage("--seal-to: %s", why.text);
    }
    recipients_put(state_charter(w->desk.state), to->keys, to->n, &text);
    cmd_remark(context, "what you wrote will be sealed to %.*s: nobody else can read it then, you neither", (int)text.n,
               (const char *)text.p);
    buf_done(&text);
    return -1;
}

static int write_it(struct cmd_context *context, const struct telling *x, struct work *w, const struct resolved *target,
                    struct slice words)
{
    const struct body body = { .kind = KIND_INCIDENT, .as.incident.code = slice_text(x->code) };
    struct recipients to = { .n = 0 };
    struct buf text = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct append_item item = { .body = &body, .refs = &target->id, .ref_count = hash_is_zero(target->id) ? 0 : 1 };
    int code = words.n > 0 ? find_recipients(context, w, x, &to) : -1;
    if (code < 0 && words.n > 0) {
        reason_put(drafting_language(&x->d, w), words, slice_text(""), NULL, &text);
        item.parts[0] = buf_slice(&text);
        item.sealed = sealed_due_by(&body);
        item.sealed_to = to.keys;
        item.sealed_to_count = to.n;
        code = buf_ok(&text) ? -1 : cmd_usage("the text is longer than %d bytes", LIMIT_DISCLOSURE_BYTES);
    }
    if (code < 0) {
        code = drafting_append(context, w, &item, 1);
        if (code == EXIT_GOOD) {
            say_next(context, body.as.incident.code, words.n > 0);
        }
    }
    buf_wipe(&text);
    buf_done(&text);
    return code;
}

static int tell(struct cmd_context *context, const struct telling *x, const char *typed)
{
    struct work w;
    struct resolver r = { .context = context, .w = &w, .from = &x->d.from };
    struct typed t = { .sealed = true };
    struct resolved target = { .kind = KIND_UNKNOWN };
    const struct slice words = typed_words(&t, x->text);
    int code = drafting_begin(context, &x->d, &t, &w);
    if (code < 0 && x->text != NULL && words.n == 0) {
        code = cmd_usage("the text is empty; nothing was saved");
    }
    if (code < 0 && typed != NULL) {
        code = resolve_id(&r, typed, &target);
    }
    if (code < 0) {
        code = write_it(context, x, &w, &target, words);
    }
    resolver_done(&r);
    typed_done(&t);
    work_close(&w);
    return code;
}

static int check_code(const char *code)
{
    if (code == NULL) {
        return cmd_usage("say what it is with --code: lost-device, coercion, leak, false-list, disrupted, other");
    }
    if (!code_known(CODES_INCIDENT, "--code", code)) {
        return EXIT_USAGE;
    }
    return slice_equal(slice_text(code), SLICE_LITERAL("damaged"))
               ? cmd_usage("\"damaged\" is written by the program itself, where a disk lost an entry; of a computer "
                           "that is broken: --code lost-device or other") : -1;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct telling x = { .code = NULL };
    const struct arg_spec rows[] = {
        { "code", 'c', ARG_TEXT, "CODE", "lost-device, coercion, leak, false-list, disrupted or other; everybody will "
          "see it", &x.code },
        { "text", 0, ARG_TEXT, "TEXT", "what happened; it is sealed, and - reads standard input or asks for it here",
          &x.text },
        { "seal-to", 0, ARG_LIST, "NAME", "who may open the text: names of the charter's protect lines, two or more; "
          "all of them when not given", &x.seal_to },
        WORK_AS(&x.d.as),
        DRAFTING_LANG(&x.d),
        READING_RECORD(&x.d.from),
        READING_CHARTER(&x.d.from),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza incident",
        .summary = "Write down that something went wrong: everybody sees that it happened, when and who says so; what "
                   "you tell of it is sealed before it touches the disk. ID: the entry that it is about, if there is "
                   "one. Needs no network",
        .positionals = "[ID]",
        .max = 1,
        .examples = "  baraza incident --code lost-device --text -\n"
                    "  baraza incident --code leak 82011238 --text - --seal-to lark --seal-to ombuds < what.txt\n"
                    "  baraza incident --code disrupted\n"
                    "In the record: baraza log --kind incident. To read the text: baraza open ID --part text.\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code < 0) {
        code = check_code(x.code);
    }
    if (code < 0 && x.text == NULL && x.seal_to.n > 0) {
        code = cmd_usage("--seal-to goes with --text: nothing else is sealed");
    }
    return code < 0 ? tell(context, &x, args.n > 0 ? args.positionals[0] : NULL) : code;
}

const struct cmd cmd_incident = { "incident", run, "write down that something went wrong, sealed", CMD_WRITE };
