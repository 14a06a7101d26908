// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza redact`: a protection officer has parts of an entry erased, at the hub and at every site (PROTOCOL 16). What
// is destroyed cannot be brought back, so it is asked first. It must never take a name of the person for a reason:
// reason and authority are codes, because the redaction itself is kept for ever and read by everybody.
#include "common/base/file.h"
#include "common/base/text.h"
#include "tools/baraza/ask.h"
#include "tools/baraza/drafting.h"
#include "tools/baraza/foresee.h"
#include "tools/baraza/print.h"
#include "tools/baraza/slip_find.h"

#include <string.h>
#include <unistd.h>

static const char explains[] =
    "What it does: the hub and every site destroy these parts, the copies of them in corrections, and every\n"
    "key that opens an old copy on their disks; each says so with an entry `erased`. The entry stays in the\n"
    "record, with its signature and its proof, and everybody sees that parts of it were erased, when, and by\n"
    "which entry. A device or a bundle that comes later brings nothing back.\n"
    "What it cannot do: reach copies that were opened elsewhere before: exports with words, printed pages,\n"
    "photographs, backups of a whole disk together with its keys, and what people remember or wrote down\n"
    "themselves. Ask for those.\n";

struct redacting {
    struct drafting d;
    struct arg_list parts;
    const char *reason, *authority, *slip; // slip: the code of one; NULL: an id is given
    bool yes;
};

static int take_codes(const struct redacting *x, struct body *body)
{
    struct body *b = body;
    if (x->parts.n == 0 || x->reason == NULL || x->authority == NULL) {
        return cmd_usage("say what is to be erased with --part NAME, why with --reason CODE, and on whose word with "
                         "--authority CODE");
    }
    if (x->parts.n > LIMIT_PARTS) {
        return cmd_usage("--part: at most %d", LIMIT_PARTS);
    }
    for (size_t i = 0; i < x->parts.n; i++) {
        b->as.redaction.parts[i] = slice_text(x->parts.values[i]);
        if (!text_code_ok(b->as.redaction.parts[i])) {
            return cmd_usage("--part \"%.40s\" is no name of a part", x->parts.values[i]);
        }
    }
    b->as.redaction.part_count = x->parts.n;
    b->as.redaction.reason = slice_text(x->reason);
    b->as.redaction.authority = slice_text(x->authority);
    if (!text_code_ok(b->as.redaction.reason) || !text_code_ok(b->as.redaction.authority)) {
        return cmd_usage("--reason and --authority take codes of at most %d letters, digits, dots and dashes; "
                         "everybody reads them, so name nobody in them", LIMIT_CODE_BYTES);
    }
    return -1;
}

// What is known of the target here must have these parts; a whole id that is not known here is taken as it is.
static int check_target(const struct redacting *x, enum kind kind)
{
    if (kind == KIND_UNKNOWN) {
        return -1;
    }
    const struct kind_info *info = kind_info(kind);
    if (!info->content || info->parts[0] == NULL) {
        return cmd_usage("of a %s nothing can be erased: it holds no words of anybody", info->name);
    }
    for (size_t i = 0; i < x->parts.n; i++) {
        bool has = false;
        struct buf names = buf_new(1024);
        for (size_t k = 0; info->parts[k] != NULL; k++) {
            has = has || strcmp(info->parts[k], x->parts.values[i]) == 0;
            buf_printf(&names, "%s%s", k == 0 ? "" : ", ", info->parts[k]);
        }
        buf_put_u8(&names, 0);
        int code = has ? -1 : cmd_usage("a %s has no part \"%.30s\": %s", info->name, x->parts.values[i],
                                        (const char *)names.p);
        buf_done(&names);
        if (code >= 0) {
            return code;
        }
    }
    return -1;
}

// Says what it means, on standard error so that --json stays clean, and asks. Returns -1 to go on.
static int ask(const struct cmd_context *context, const struct redacting *x, const struct resolved *target)
{
    struct why why = { "" };
    struct buf out = buf_new(4096);
    buf_put_text(&out, "To be erased of ");
    buf_put_text(&out, target->kind == KIND_UNKNOWN ? "entry" : kind_info(target->kind)->name);
    buf_put_u8(&out, ' ');
    print_id(&out, target->id, PRINT_ID);
    for (size_t i = 0; i < x->parts.n; i++) {
        buf_put_text(&out, i == 0 ? ": " : ", ");
        print_line(&out, slice_text(x->parts.values[i]), LIMIT_PART_NAME);
    }
    buf_put_u8(&out, '\n');
    buf_put_text(&out, explains);
    enum err e = OK;
    if (!x->yes || !context->quiet) {
        e = file_put(STDERR_FILENO, "standard error", buf_slice(&out), &why);
    }
    buf_done(&out);
    if (e == OK && !x->yes) {
        e = ask_confirm("Erase it for good? (yes/no)", &why);
    }
    return e == OK ? -1 : cmd_fail(e, &why);
}

static int redact(struct cmd_context *context, const struct redacting *x, struct body *body, const char *typed)
{
    struct work w;
    struct resolver r = { .context = context, .w = &w, .from = &x->d.from };
    struct resolved target;
    int code = work_write(context, x->d.as, &w);
    if (code < 0) {
        code = x->slip != NULL ? slip_find_one(&r, x->slip, &target) : resolve_id(&r, typed, &target);
    }
    if (code < 0) {
        body->as.redaction.target = target.id;
        code = check_target(x, target.kind);
    }
    if (code < 0) {
        code = foresee_act(&w, body);
    }
    if (code < 0) {
        code = ask(context, x, &target);
    }
    if (code < 0) {
        const struct append_item item = { .body = body, .refs = &target.id, .ref_count = 1 };
        code = drafting_append(context, &w, &item, 1);
    }
    resolver_done(&r);
    work_close(&w);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct redacting x = { .reason = NULL };
    struct body body = { .kind = KIND_REDACTION };
    const struct arg_spec rows[] = {
        { "part", 'p', ARG_LIST, "NAME",
          "what is to be erased: said, speaker, consent, identity, context, text, reason …; required",
          &x.parts },
        { "reason", 0, ARG_TEXT, "CODE",
          "why, in one word that everybody may read: danger, names-a-person, consent-withdrawn, child, court-order …; "
          "required", &x.reason },
        { "authority", 0, ARG_TEXT, "CODE",
          "on whose word: speaker, protection, court, data-protection …; required", &x.authority },
        { "slip", 0, ARG_TEXT, "CODE", "the contribution with this code, which its speaker brings, instead of an id",
          &x.slip },
        { "yes", 'y', ARG_FLAG, NULL, "do not ask", &x.yes },
        WORK_AS(&x.d.as),
        READING_RECORD(&x.d.from),
        READING_CHARTER(&x.d.from),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza redact",
        .summary = "Have parts of an entry erased, at the hub and at every site, for good. For protection officers; "
                   "what is erased cannot be brought back",
        .positionals = "[ID]",
        .max = 1,
        .examples = "  baraza redact 82011238 --part said --reason danger --authority speaker --record record.baraza\n"
                    "  baraza redact 82011238 --part said --part speaker --reason court-order --authority court --yes\n"
                    "\n"
                    "The hub and every site destroy these parts and every key that opens an old copy of them; the\n"
                    "entry, its signature and its proof stay. Copies that were opened elsewhere before (exports,\n"
                    "printed pages, backups with their keys) cannot be reached. You are asked before.\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code < 0 && (args.n == 0) == (x.slip == NULL)) {
        code = cmd_usage("name one entry: by its id, or by the code of its slip with --slip CODE");
    }
    if (code < 0) {
        code = take_codes(&x, &body);
    }
    return code < 0 ? redact(context, &x, &body, args.n > 0 ? args.positionals[0] : NULL) : code;
}

const struct cmd cmd_redact = { "redact", run, "have what was said erased, for good", CMD_WRITE };
