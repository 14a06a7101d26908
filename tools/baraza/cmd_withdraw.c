// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza withdraw`: a speaker takes back consent, to some uses of her words or to all. The words stay where they are
// until a protection officer has them erased, but no export gives them out any more (PROTOCOL 7.6).
#include "tools/baraza/drafting.h"
#include "tools/baraza/print.h"
#include "tools/baraza/slip_find.h"

struct withdrawing {
    struct drafting d;
    const char *reason, *slip; // slip: the code of one; NULL: an id is given
    struct arg_list scopes;
};

static int take_scopes(const struct withdrawing *x, struct body *body)
{
    for (size_t i = 0; i < x->scopes.n; i++) {
        if (!code_known(CODES_SCOPE, "--scope", x->scopes.values[i])) {
            return EXIT_USAGE;
        }
        if (i == LIMIT_SCOPES) {
            return cmd_usage("--scope: at most %d", LIMIT_SCOPES);
        }
        body->as.withdrawal.scopes[i] = slice_text(x->scopes.values[i]);
    }
    body->as.withdrawal.scope_count = x->scopes.n;
    return -1;
}

static int withdraw(struct cmd_context *context, const struct withdrawing *x, const struct body *body,
                    const char *typed)
{
    struct work w;
    struct resolver r = { .context = context, .w = &w, .from = &x->d.from };
    struct typed t = { .n = 0 };
    struct resolved target;
    struct buf reason = buf_new(LIMIT_DISCLOSURE_BYTES);
    const struct slice text = typed_words(&t, x->reason);
    int code = drafting_begin(context, &x->d, &t, &w);
    if (code < 0 && text.n == 0) {
        code = cmd_usage("the reason is empty");
    }
    if (code < 0) {
        code = x->slip != NULL ? slip_find_one(&r, x->slip, &target)
                               : resolve_kind(&r, typed, KIND_CONTRIBUTION, &target);
    }
    if (code < 0) {
        struct append_item item = { .body = body, .refs = &target.id, .ref_count = 1 };
        drafting_put_reason(drafting_language(&x->d, &w), text, slice_text(""), NULL, &reason);
        item.parts[0] = buf_slice(&reason);
        code = buf_ok(&reason) ? drafting_append(context, &w, &item, 1)
                               : cmd_usage("the reason is longer than %d bytes", LIMIT_DISCLOSURE_BYTES);
    }
    resolver_done(&r);
    typed_done(&t);
    buf_wipe(&reason);
    buf_done(&reason);
    work_close(&w);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct withdrawing x = { .reason = NULL };
    struct body body = { .kind = KIND_WITHDRAWAL };
    const struct arg_spec rows[] = {
        { "scope", 0, ARG_LIST, "CODE", "only this use: quote-anonymous, publish-text, archive …; all when not given",
          &x.scopes },
        { "reason", 0, ARG_TEXT, "TEXT",
          "why, as the speaker put it; required, never exported; - reads standard input, or opens your editor",
          &x.reason },
        { "slip", 0, ARG_TEXT, "CODE", "the contribution with this code, which the speaker brings, instead of an id",
          &x.slip },
        WORK_AS(&x.d.as),
        DRAFTING_LANG(&x.d),
        READING_RECORD(&x.d.from),
        READING_CHARTER(&x.d.from),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza withdraw",
        .summary = "Take back the consent to a contribution, for some uses or for all: it is marked everywhere, and "
                   "its words leave in no export. Needs no network",
        .positionals = "[ID]",
        .max = 1,
        .examples = "  baraza withdraw 82011238 --reason \"She is afraid of her neighbours.\"\n"
                    "  baraza withdraw 82011238 --scope publish-text --scope archive --reason \"Not in print.\"\n"
                    "  baraza withdraw --slip K7Q-42M-9XD --reason \"He asks for it.\" --record record.baraza\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    if ((args.n == 0) == (x.slip == NULL)) {
        return cmd_usage("name one contribution: by its id, or by the code of its slip with --slip CODE");
    }
    if (x.reason == NULL) {
        return cmd_usage("say why with --reason TEXT");
    }
    code = take_scopes(&x, &body);
    return code < 0 ? withdraw(context, &x, &body, args.n > 0 ? args.positionals[0] : NULL) : code;
}

const struct cmd cmd_withdraw = { "withdraw", run, "take back consent to what was said", CMD_WRITE };
