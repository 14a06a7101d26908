// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A command line read by a table, over getopt_long. The same table makes --help.
// It knows options, not their meaning; it must never print or end the program: its caller does.
#ifndef BARAZA_OPS_ARGS_H
#define BARAZA_OPS_ARGS_H

#include "common/base/bytes.h"
#include "common/base/err.h"
#include "common/base/why.h"
#include "common/limits.h"

// Values of an option that may be given several times.
struct arg_list {
    const char *values[LIMIT_ARGS_REPEAT];
    size_t n;
};

enum arg_type {
    ARG_FLAG, // bool: true when given
    ARG_TEXT, // const char *: as it was given, borrowed from argv
    ARG_UINT, // uint64_t: decimal, strict
    ARG_LIST, // struct arg_list: each time one more value
};

// One option. An empty row (name NULL) ends a table. into points at the variable of the type's kind, which keeps its
// value (the default) when the option is not given.
struct arg_spec {
    const char *name;  // "log-level" for --log-level
    char letter;       // 'q' for -q; 0: none
    enum arg_type type;
    const char *value; // what help calls its value: "DIR"; NULL for flags
    const char *help;  // one sentence without a full stop
    void *into;
};

// One program or subcommand.
struct arg_command {
    const char *name;        // as typed: "baraza add"
    const char *summary;     // one sentence: what it is for
    const char *positionals; // as usage shows them: "[TEXT...]"; "" when there are none
    size_t min;              // how many positionals there must and may be
    size_t max;
    const char *examples;    // lines for --help, each ending in a newline; NULL: none
    const struct arg_spec *options;
    bool stop_at_first;      // the first positional ends the options (a program with subcommands)
};

struct args {
    bool help;          // --help or -h was given: show args_help, end with 0; the rest may be incomplete
    char **positionals; // borrowed from argv
    size_t n;
};

// Reads argv[1..argc-1] (argv[0] is not looked at), which getopt may reorder. ERR_USAGE with a sentence in why for an
// unknown option (with the nearest one), a missing or malformed value, too few or too many positionals.
// `--` ends the options; unambiguous beginnings of long options are taken, as everywhere.
// On failure variables of the table may have been written. Not for two threads at once (getopt).
MUST_USE enum err args_parse(const struct arg_command *command, int argc, char **argv, struct args *out,
                             struct why *why);

// Appends usage, summary, options and examples.
void args_help(const struct arg_command *command, struct buf *out);

#endif
