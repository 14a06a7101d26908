// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Options by a table. getopt_long finds them, because people's hands know its rules; what they mean is in the table.
// Read first: common/ops/args.h.
#include "common/ops/args.h"

#include "common/base/num.h"
#include "common/ops/nearest.h"

#include <getopt.h>
#include <string.h>

enum { HELP = 256, FIRST_LONG = 257 }; // what getopt_long returns for --help, and for the first row's long name

// getopt's own form of a table: one row per option, --help, an empty row; letters, each with ':' if it takes a value.
struct getopt_form {
    struct option longs[LIMIT_ARGS_OPTIONS + 2];
    char letters[2 * LIMIT_ARGS_OPTIONS + 8];
    size_t n;
};

static void form_make(const struct arg_command *command, struct getopt_form *out)
{
    *out = (struct getopt_form){ 0 };
    char *letters = out->letters;
    if (command->stop_at_first) {
        *letters++ = '+';
    }
    *letters++ = ':'; // a missing value is told apart from an unknown option
    *letters++ = 'h';
    for (const struct arg_spec *s = command->options; s->name != NULL; s++) {
        CHECK(out->n < LIMIT_ARGS_OPTIONS);
        CHECK(s->letter != 'h');
        bool takes = s->type != ARG_FLAG;
        out->longs[out->n] = (struct option){ s->name, takes ? required_argument : no_argument, NULL,
                                              FIRST_LONG + (int)out->n };
        out->n++;
        if (s->letter != 0) {
            *letters++ = s->letter;
        }
        if (s->letter != 0 && takes) {
            *letters++ = ':';
        }
    }
    out->longs[out->n] = (struct option){ "help", no_argument, NULL, HELP };
}

// Returns the row that getopt's answer stands for; NULL when it is none.
static const struct arg_spec *row_of(const struct arg_command *command, const struct getopt_form *form, int answer)
{
    if (answer >= FIRST_LONG) {
        CHECK((size_t)(answer - FIRST_LONG) < form->n);
        return &command->options[answer - FIRST_LONG];
    }
    for (const struct arg_spec *s = command->options; s->name != NULL; s++) {
        if (answer != 0 && s->letter == answer) {
            return s;
        }
    }
    return NULL;
}

static enum err take_value(const struct arg_spec *s, const char *value, struct why *why)
{
    switch (s->type) {
    case ARG_FLAG:
        *(bool *)s->into = true;
        return OK;
    case ARG_TEXT:
        *(const char **)s->into = value;
        return OK;
    case ARG_UINT:
        if (!num_parse_u64(slice_text(value), s->into)) {
            why_set(why, "--%s takes a number, not '%.60s'", s->name, value);
            return ERR_USAGE;
        }
        return OK;
    case ARG_LIST: {
        struct arg_list *list = s->into;
        if (list->n >= LIMIT_ARGS_REPEAT) {
            why_set(why, "--%s may be given at most %d times", s->name, LIMIT_ARGS_REPEAT);
            return ERR_USAGE;
        }
        list->values[list->n++] = value;
        return OK;
    }
    }
    CHECK(false);
    return ERR_USAGE;
}

// Says what was wrong with an option that getopt did not take. typed: the word of the command line it stands in.
static enum err refuse(const struct arg_command *command, const struct getopt_form *form, int letter, const char *typed,
                       struct why *why)
{
    const struct arg_spec *known = row_of(command, form, letter);
    if (known != NULL || letter == HELP) {
        why_set(why, "--%s takes no value", known != NULL ? known->name : "help");
        return ERR_USAGE;
    }
    if (letter != 0) {
        why_set(why, "unknown option -%c; see '%s --help'", letter, command->name);
        return ERR_USAGE;
    }
    struct slice name = slice_of(typed + 2, strcspn(typed + 2, "="));
    struct nearest nearest = { .typed = name };
    size_t beginnings = 0;
    for (const struct option *o = form->longs; o->name != NULL; o++) {
        nearest_offer(&nearest, o->name);
        beginnings += strncmp(o->name, typed + 2, name.n) == 0 ? 1 : 0;
    }
    if (beginnings > 1) {
        why_set(why, "%.60s is the beginning of several options; see '%s --help'", typed, command->name);
    } else if (nearest.best != NULL) {
        why_set(why, "unknown option %.60s; did you mean --%s?", typed, nearest.best);
    } else {
        why_set(why, "unknown option %.60s; see '%s --help'", typed, command->name);
    }
    return ERR_USAGE;
}

static enum err count_positionals(const struct arg_command *command, const struct args *args, struct why *why)
{
    if (args->n < command->min) {
        why_set(why, "something is missing; usage: %s %s", command->name, command->positionals);
        return ERR_USAGE;
    }
    if (args->n > command->max) {
        why_set(why, "'%.60s' is one word too many; usage: %s %s", args->positionals[command->max], command->name,
                command->positionals);
        return ERR_USAGE;
    }
    return OK;
}

enum err args_parse(const struct arg_command *command, int argc, char **argv, struct args *out, struct why *why)
{
    CHECK(argc >= 1);
    struct getopt_form form;
    form_make(command, &form);
    struct args args = { 0 };
    optind = 0; // glibc: start anew
    opterr = 0;
    for (;;) {
        int answer = getopt_long(argc, argv, form.letters, form.longs, NULL);
        if (answer == -1) {
            break;
        }
        if (answer == 'h' || answer == HELP) {
            args.help = true;
            continue;
        }
        if (answer == '?') {
            return refuse(command, &form, optopt, argv[optind - 1], why);
        }
        const struct arg_spec *s = row_of(command, &form, answer == ':' ? optopt : answer);
        CHECK(s != NULL);
        if (answer == ':') {
            why_set(why, "--%s needs a value: --%s %s", s->name, s->name, s->value);
            return ERR_USAGE;
        }
        enum err e = take_value(s, optarg, why);
        if (e != OK) {
            return e;
        }
    }
    args.positionals = argv + optind;
    args.n = (size_t)(argc - optind);
    enum err e = args.help ? OK : count_positionals(command, &args, why);
    if (e == OK) {
        *out = args;
    }
    return e;
}

static void help_row(struct buf *out, const struct arg_spec *s)
{
    enum { COLUMN = 30 };
    size_t start = out->n;
    if (s->letter != 0) {
        buf_printf(out, "  -%c, --%s", s->letter, s->name);
    } else {
        buf_printf(out, "      --%s", s->name);
    }
    if (s->type != ARG_FLAG) {
        buf_printf(out, " %s", s->value);
    }
    size_t width = out->n - start;
    if (width + 2 > COLUMN) {
        buf_put_text(out, "\n");
        width = 0;
    }
    buf_printf(out, "%*s%s%s\n", (int)(COLUMN - width), "", s->help, s->type == ARG_LIST ? " (may be repeated)" : "");
}

void args_help(const struct arg_command *command, struct buf *out)
{
    buf_printf(out, "usage: %s [OPTIONS]%s%s\n\n%s.\n\noptions:\n", command->name,
               command->positionals[0] != '\0' ? " " : "", command->positionals, command->summary);
    for (const struct arg_spec *s = command->options; s->name != NULL; s++) {
        help_row(out, s);
    }
    help_row(out, &(struct arg_spec){ .name = "help", .letter = 'h', .type = ARG_FLAG, .help = "show this and end" });
    if (command->examples != NULL) {
        buf_put_text(out, "\nexamples:\n");
        struct slice rest = slice_text(command->examples);
        while (rest.n > 0) {
            const uint8_t *end = memchr(rest.p, '\n', rest.n);
            size_t n = end == NULL ? rest.n : (size_t)(end - rest.p) + 1;
            buf_put_text(out, n > 1 ? "  " : "");
            buf_put(out, slice_of(rest.p, n));
            rest = slice_of(rest.p + n, rest.n - n);
        }
    }
}
