// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Command lines, good and mistyped.
#include "common/ops/args.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

struct values {
    bool quiet;
    const char *state;
    const char *status;
    uint64_t count;
    struct arg_list only;
};

static enum err parse(struct values *v, struct args *args, struct why *why, bool stop, const char *line)
{
    static char words[1024];
    static char *argv[128];
    const struct arg_spec options[] = {
        { "quiet", 'q', ARG_FLAG, NULL, "say nothing but errors", &v->quiet },
        { "state", 's', ARG_TEXT, "DIR", "where the state is", &v->state },
        { "status", 0, ARG_TEXT, "WORD", "only with this status", &v->status },
        { "count", 'n', ARG_UINT, "N", "how many", &v->count },
        { "only", 0, ARG_LIST, "KIND", "only this kind", &v->only },
        { 0 },
    };
    const struct arg_command command = { .name = "baraza list",
                                         .summary = "Lists",
                                         .positionals = "[ID] [ID]",
                                         .max = 2,
                                         .options = options,
                                         .stop_at_first = stop };
    *v = (struct values){ .count = 7 };
    *args = (struct args){ 0 };
    *why = (struct why){ 0 };
    int argc = 0;
    snprintf(words, sizeof words, "%s", line);
    for (char *at = words; *at != '\0' && argc < 127;) {
        argv[argc++] = at;
        at += strcspn(at, " ");
        if (*at == ' ') {
            *at++ = '\0';
        }
    }
    argv[argc] = NULL;
    return args_parse(&command, argc, argv, args, why);
}

Test(args, options_come_in_all_their_usual_forms_between_words)
{
    struct values v;
    struct args args;
    struct why why;
    const char *line = "list one -q --state=/a -n 3 --only a --only=b two";
    cr_assert_eq(parse(&v, &args, &why, false, line), OK, "%s", why.text);
    cr_assert(v.quiet);
    cr_assert_str_eq(v.state, "/a");
    cr_assert_eq(v.count, 3);
    cr_assert_eq(v.only.n, 2);
    cr_assert_str_eq(v.only.values[1], "b");
    cr_assert_eq(args.n, 2);
    cr_assert_str_eq(args.positionals[0], "one");
    cr_assert_str_eq(args.positionals[1], "two");

    cr_assert_eq(parse(&v, &args, &why, false, "list -qn3 --cou 4 -- --state"), OK, "%s", why.text);
    cr_assert_eq(v.count, 4);
    cr_assert_eq(args.n, 1);
    cr_assert_str_eq(args.positionals[0], "--state");
    cr_assert_null(v.state);

    cr_assert_eq(parse(&v, &args, &why, true, "list -q add --quiet"), OK, "%s", why.text);
    cr_assert_eq(args.n, 2);
    cr_assert_str_eq(args.positionals[1], "--quiet");

    cr_assert_eq(parse(&v, &args, &why, false, "list"), OK);
    cr_assert_eq(v.count, 7);
    cr_assert_eq(parse(&v, &args, &why, false, "list a b c --help"), OK);
    cr_assert(args.help);
    cr_assert_eq(parse(&v, &args, &why, false, "list -h"), OK);
    cr_assert(args.help);
}

Test(args, a_mistyped_line_is_refused_with_a_sentence_that_helps)
{
    static const struct {
        const char *line;
        const char *says;
    } rows[] = {
        { "list --stat", "--stat is the beginning of several options" },
        { "list --quite", "unknown option --quite; did you mean --quiet?" },
        { "list --sttae /a", "did you mean --state?" },
        { "list --sttae=/a", "did you mean --state?" },
        { "list --hlep", "did you mean --help?" },
        { "list --frobnicate", "unknown option --frobnicate; see 'baraza list --help'" },
        { "list -x", "unknown option -x" },
        { "list -qx", "unknown option -x" },
        { "list --state", "--state needs a value: --state DIR" },
        { "list -s", "--state needs a value: --state DIR" },
        { "list --quiet=yes", "--quiet takes no value" },
        { "list --help=yes", "--help takes no value" },
        { "list -n x", "--count takes a number, not 'x'" },
        { "list -n 18446744073709551616", "--count takes a number" },
        { "list -n -1", "--count takes a number" },
        { "list a b c", "'c' is one word too many; usage: baraza list [ID] [ID]" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct values v;
        struct args args;
        struct why why;
        cr_expect_eq(parse(&v, &args, &why, false, rows[i].line), ERR_USAGE, "%s", rows[i].line);
        cr_expect_not_null(strstr(why.text, rows[i].says), "%s: %s", rows[i].line, why.text);
    }
    struct buf line = buf_new(1000);
    buf_put_text(&line, "list");
    for (size_t i = 0; i <= LIMIT_ARGS_REPEAT; i++) {
        buf_put_text(&line, " --only x");
    }
    buf_put_u8(&line, 0);
    struct values v;
    struct args args;
    struct why why;
    cr_expect_eq(parse(&v, &args, &why, false, (const char *)line.p), ERR_USAGE);
    buf_done(&line);
}

Test(args, help_shows_usage_options_and_examples)
{
    const struct arg_spec options[] = {
        { "quiet", 'q', ARG_FLAG, NULL, "say nothing but errors", NULL },
        { "a-very-long-option-name", 0, ARG_TEXT, "SOMETHING", "what it does", NULL },
        { 0 },
    };
    const struct arg_command command = { .name = "baraza add",
                                         .summary = "Records a contribution",
                                         .positionals = "[TEXT]",
                                         .max = 1,
                                         .examples = "baraza add 'The well is dry'\nbaraza add < speech.txt\n",
                                         .options = options };
    struct buf out = buf_new(4096);
    args_help(&command, &out);
    static const char want[] = "usage: baraza add [OPTIONS] [TEXT]\n"
                               "\n"
                               "Records a contribution.\n"
                               "\n"
                               "options:\n"
                               "  -q, --quiet                 say nothing but errors\n"
                               "      --a-very-long-option-name SOMETHING\n"
                               "                              what it does\n"
                               "  -h, --help                  show this and end\n"
                               "\n"
                               "examples:\n"
                               "  baraza add 'The well is dry'\n"
                               "  baraza add < speech.txt\n";
    cr_assert(slice_equal(buf_slice(&out), SLICE_LITERAL(want)), "%.*s", (int)out.n, (const char *)out.p);
    buf_done(&out);
}
