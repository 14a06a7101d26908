// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What every subcommand of `baraza` shares: its row in the table, the common options, output, passphrases.
// A subcommand is one file, cmd_NAME.c, that defines `const struct cmd cmd_NAME`; cmds.c lists them all.
// To add one: write the file, declare it below, add it to the table in cmds.c (docs/HACKING.md, "A subcommand").
#ifndef BARAZA_TOOLS_BARAZA_CMD_H
#define BARAZA_TOOLS_BARAZA_CMD_H

#include "common/ops/args.h"
#include "common/ops/conf.h"
#include "common/ops/exit.h"
#include "common/ops/json.h"
#include "common/ops/process.h"

// What the common options, the environment and the state's file say. Made by main, borrowed by every subcommand.
struct cmd_context {
    const char *state;            // state directory: --state, BARAZA_STATE, or the XDG default; may not exist yet
    bool state_given;             // it was named by option or environment
    bool json;                    // --json: one JSON value per line instead of text
    bool quiet;                   // --quiet: no progress, no remarks; errors and what was asked for only
    const char *language;         // --language, BARAZA_LANGUAGE or the file's: of the names of codes, "en"
    const char *passphrase_file;  // --passphrase-file: first line of this file ("-" is standard input); NULL: ask
    bool print_config;            // --print-config: show the effective configuration and end
    bool conf_may_fail;           // set before cmd_parse by commands that must do their work whatever the file says
    char *const *environment;     // as environ
    struct conf conf;             // the state's configuration (common/ops/settings.h), once cmd_parse returned
    char state_room[PROCESS_STATE_BYTES];
};

enum cmd_group { CMD_FOUND, CMD_PEOPLE, CMD_WRITE, CMD_READ, CMD_DRAFT, CMD_CHECK, CMD_GROUPS };

struct cmd {
    const char *name;    // as typed after "baraza": "add"; two words where it has its own subcommands: "hub init"
    int (*run)(struct cmd_context *context, int argc, char **argv); // argv[0] is the (last) name; returns exit code
    const char *help;    // one line for `baraza --help`, lower case, no full stop
    enum cmd_group group;
};

// Reads argv by the command's own table plus the common options (--state, --json, --quiet, --language,
// --passphrase-file, --print-config, --help), which may stand before or after positionals. Returns -1 when the
// subcommand goes on; otherwise the exit code to return at once (help was shown: 0; wrong usage was reported: 2).
// command->options: its own rows, ended by an empty one, at most LIMIT_ARGS_OPTIONS less CMD_COMMON_OPTIONS of them.
#define CMD_COMMON_OPTIONS 6
int cmd_parse(struct cmd_context *context, const struct arg_command *command, int argc, char **argv, struct args *out);

// Shows the effective configuration with the origin of each value; returns the exit code.
int cmd_print_config(struct cmd_context *context);

// The rows of the common options, for main, which takes them before the subcommand too.
void cmd_common_options(struct cmd_context *context, struct arg_spec *rows);

// Writes text or one JSON value as a line to standard output, and returns EXIT_GOOD or, when it cannot be written
// (a full disk, a closed pipe), reports that and returns its exit code. cmd_print_json takes value.
int cmd_print(struct slice text);
int cmd_print_json(json_t *value);

// What is about to be shown belongs to a practice consultation: says so on standard error, once, whatever --quiet says,
// and has every JSON object that is printed from then on marked with "practice": true. Opening a state (work.h) or a
// record (reading.h) does it; who takes a charter from elsewhere, or makes one, calls it.
#define CMD_PRACTICE "PRACTICE, NOT REAL"
void cmd_practice(void);

// Marks object when cmd_practice was called: for JSON that goes elsewhere than through cmd_print_json.
void cmd_mark(json_t *object);

// Says a remark to standard error ("baraza: ..."), unless --quiet.
void cmd_remark(const struct cmd_context *context, const char *format, ...) PRINTF_LIKE(2, 3);

// Reports e with its sentence and returns the exit code: return cmd_fail(e, &why).
int cmd_fail(enum err e, const struct why *why);

// Wrong usage found after parsing: reports the sentence and returns EXIT_USAGE.
int cmd_usage(const char *format, ...) PRINTF_LIKE(1, 2);

// Reads a whole regular file or, for "-", standard input, into out (its maximum bounds it).
MUST_USE enum err cmd_read_input(const char *path, struct buf *out, struct why *why);

// The table, in the order help shows it; *n rows.
const struct cmd *const *cmd_table(size_t *n);

#endif
