// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza withdraw`: a speaker takes back consent, to some uses of her words or to all. The words stay where they are
// until a protection officer has them erased, but no export gives them out any more (PROTOCOL 7.6).
#include "node/desk/withdraw.h"
#include "tools/baraza/drafting.h"
#include "tools/baraza/print.h"
#include "tools/baraza/slip_find.h"

struct withdrawing {
    struct drafting d;
    const char *reason, *slip; // slip: the code of one; NULL: an id is given
    struct arg_list scopes;
};

static int withdraw(struct cmd_context *context, const struct withdrawing *x, struct withdrawal *given,
                    const char *typed)
{
    struct work w;
    struct resolver r = { .context = context, .w = &w, .from = &x->d.from };
    struct typed t = { .n = 0 };
    struct resolved target;
    struct withdraw made = { .target = { { 0 } } };
    struct trouble trouble = { .err = OK };
    given->reason = typed_words(&t, x->reason);
    int code = drafting_begin(context, &x->d, &t, &w);
    if (code < 0) {
        code = x->slip != NULL ? slip_find_one(&r, x->slip, &target)
                               : resolve_kind(&r, typed, KIND_CONTRIBUTION, &target);
    }
    if (code < 0) {
        given->target = target.id;
        code = withdraw_make(&w.desk, given, &made, &trouble) == OK ? drafting_append(context, &w, &made.item, 1)
                                                                    : work_fail(&trouble);
    }
    withdraw_done(&made);
    resolver_done(&r);
    typed_done(&t);
    work_close(&w);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct withdrawing x = { .reason = NULL };
    struct withdrawal given = { .target = { { 0 } } };
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
    for (size_t i = 0; i < x.scopes.n; i++) {
        if (!code_known(CODES_SCOPE, "--scope", x.scopes.values[i])) {
            return EXIT_USAGE;
        }
    }
    if (!code_set_of(&x.scopes, "--scope", &given.scopes)) {
        return EXIT_USAGE;
    }
    given.lang = slice_text(x.d.lang != NULL ? x.d.lang : "");
    return withdraw(context, &x, &given, args.n > 0 ? args.positionals[0] : NULL);
}

const struct cmd cmd_withdraw = { "withdraw", run, "take back consent to what was said", CMD_WRITE };
