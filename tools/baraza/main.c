// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The `baraza` program: reads what stands before the subcommand, finds the subcommand in the table, runs it.
// It must never know what a subcommand does. Read first: cmd.h.
#include "tools/baraza/cmd.h"

#include "common/format/ident.h"
#include "common/ops/nearest.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ROWS (CMD_COMMON_OPTIONS + 2)

static const char *group_title(enum cmd_group group)
{
    static const char *const titles[CMD_GROUPS] = {
        [CMD_FOUND] = "Found a consultation, and take part in one",
        [CMD_PEOPLE] = "People and keys",
        [CMD_WRITE] = "Write down what is said",
        [CMD_READ] = "Read, and see where it is",
        [CMD_DRAFT] = "From what was said to the policy",
        [CMD_CHECK] = "Check, trusting nobody",
    };
    return titles[group];
}

static int show_help(const struct arg_command *command)
{
    struct buf text = buf_new(1 << 16);
    size_t n = 0;
    const struct cmd *const *table = cmd_table(&n);
    args_help(command, &text);
    for (size_t group = 0; group < CMD_GROUPS; group++) {
        buf_printf(&text, "\n%s\n", group_title((enum cmd_group)group));
        for (size_t i = 0; i < n; i++) {
            if (table[i]->group == (enum cmd_group)group) {
                buf_printf(&text, "  %-20s %s\n", table[i]->name, table[i]->help);
            }
        }
    }
    buf_put_text(&text, "\n`baraza COMMAND --help` explains one command, with examples.\n");
    int code = cmd_print(buf_slice(&text));
    buf_done(&text);
    return code;
}

// True when name, of one or two words, is what argv begins with; then *words of them.
static bool name_fits(const char *name, char **argv, size_t n, size_t *words)
{
    const char *space = strchr(name, ' ');
    if (space == NULL) {
        *words = 1;
        return n >= 1 && strcmp(name, argv[0]) == 0;
    }
    size_t first = (size_t)(space - name);
    *words = 2;
    return n >= 2 && strlen(argv[0]) == first && memcmp(name, argv[0], first) == 0 && strcmp(space + 1, argv[1]) == 0;
}

// "baraza clause", "baraza clause --help": the commands that begin with that word. -1 when there are none.
static int show_family(char **argv, size_t n)
{
    size_t rows = 0;
    const struct cmd *const *table = cmd_table(&rows);
    struct buf text = buf_new(8192);
    const size_t first = strlen(argv[0]);
    if (n > 1 && strcmp(argv[1], "--help") != 0 && strcmp(argv[1], "-h") != 0) {
        return -1;
    }
    for (size_t i = 0; i < rows; i++) {
        if (strncmp(table[i]->name, argv[0], first) == 0 && table[i]->name[first] == ' ') {
            buf_printf(&text, "  baraza %-18s %s\n", table[i]->name, table[i]->help);
        }
    }
    int code = text.n == 0 ? -1 : cmd_print(buf_slice(&text));
    buf_done(&text);
    return code == EXIT_GOOD && n == 1 ? EXIT_USAGE : code;
}

static int no_such_command(char **argv, size_t n)
{
    size_t rows = 0;
    const struct cmd *const *table = cmd_table(&rows);
    struct buf typed = buf_new(256);
    buf_put_text(&typed, argv[0]);
    size_t first = strlen(argv[0]);
    bool family = false;
    for (size_t i = 0; i < rows; i++) {
        family = family || (strncmp(table[i]->name, argv[0], first) == 0 && table[i]->name[first] == ' ');
    }
    if (family && n > 1) {
        buf_printf(&typed, " %s", argv[1]);
    }
    struct nearest nearest = { .typed = buf_slice(&typed) };
    for (size_t i = 0; i < rows; i++) {
        nearest_offer(&nearest, table[i]->name);
    }
    int code = 0;
    if (nearest.best != NULL) {
        code = cmd_usage("there is no command \"%.*s\"; did you mean \"%s\"?", (int)typed.n, (const char *)typed.p,
                         nearest.best);
    } else {
        code = cmd_usage("there is no command \"%.*s\"; see baraza --help", (int)typed.n, (const char *)typed.p);
    }
    buf_done(&typed);
    return code;
}

static int run_command(struct cmd_context *context, const struct args *args)
{
    size_t n = 0;
    const struct cmd *const *table = cmd_table(&n);
    for (size_t i = 0; i < n; i++) {
        size_t words = 0;
        if (name_fits(table[i]->name, args->positionals, args->n, &words)) {
            return table[i]->run(context, (int)(args->n - words) + 1, args->positionals + words - 1);
        }
    }
    int code = show_family(args->positionals, args->n);
    return code >= 0 ? code : no_such_command(args->positionals, args->n);
}

static int run_program(int argc, char **argv)
{
    struct cmd_context context = { .environment = environ };
    bool version = false;
    struct arg_spec rows[ROWS] = { { .name = NULL } };
    cmd_common_options(&context, rows);
    rows[CMD_COMMON_OPTIONS] =
        (struct arg_spec){ "version", 'V', ARG_FLAG, NULL, "show the version and end", &version };
    const struct arg_command command = {
        .name = "baraza",
        .summary = "Carry what people say at forums into national policy, with a record that anyone can check",
        .positionals = "COMMAND [...]",
        .min = 0,
        .max = SIZE_MAX,
        .options = rows,
        .stop_at_first = true,
    };
    struct why why = { "" };
    struct args args = { .help = false };
    enum err e = ident_init();
    if (e != OK) {
        return cmd_fail(e, NULL);
    }
    e = args_parse(&command, argc, argv, &args, &why);
    if (e != OK) {
        return cmd_fail(e, &why);
    }
    if (version) {
        return cmd_print(SLICE_LITERAL("baraza " BARAZA_VERSION "\n"));
    }
    if (args.n == 0 && context.print_config) {
        return cmd_print_config(&context);
    }
    if (args.help || args.n == 0) {
        int code = show_help(&command);
        return args.help ? code : EXIT_USAGE;
    }
    return run_command(&context, &args);
}

// How many arguments say which program and command this is, when nothing stands before the command.
static int command_words(int argc, char **argv)
{
    size_t n = 0;
    size_t words = 0;
    const struct cmd *const *table = cmd_table(&n);
    for (size_t i = 0; i < n; i++) {
        if (argc > 1 && name_fits(table[i]->name, argv + 1, (size_t)argc - 1, &words)) {
            return 1 + (int)words;
        }
    }
    return 1;
}

int main(int argc, char **argv)
{
    (void)signal(SIGPIPE, SIG_IGN);
    process_close_up();
    struct process_arguments arguments = process_take_arguments(argc, argv, command_words(argc, argv));
    int code = run_program(arguments.argc, arguments.argv);
    process_arguments_done(&arguments);
    process_open_up();
    return code;
}
