// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// baraza-node: options, configuration, one daemon per state directory, then node_shell_run.
#include "common/ops/args.h"
#include "common/ops/conf.h"
#include "common/ops/exit.h"
#include "common/ops/json_read.h"
#include "common/ops/process.h"
#include "common/ops/settings.h"
#include "node/node_shell.h"
#include "node/page/errand.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM "baraza-node"
#define MINUTE_MS 60000u

struct flags {
    const char *named;                // the state, as it was given
    char state[PROCESS_STATE_BYTES];
    bool print_config;
    bool version;
};

#define OWN_OPTIONS 3

static const char examples[] = "  baraza-node\n"
                               "  baraza-node --state ~/forum --hub records.example.org:4740 --log-level warn\n"
                               "  baraza-node --print-config\n"
                               "\n"
                               "It stays in the foreground, writes its log to standard error, and ends on TERM or\n"
                               "INT. HUP makes it try the hub at once, as `baraza sync` does. People write with\n"
                               "`baraza add` whether it runs or not; unlocked or locked, what they saved travels.\n";

static enum err serve_state(const struct flags *flags, const struct conf *conf, struct why *why)
{
    struct log log = { .fd = STDERR_FILENO, .level = LOG_INFO };
    struct state *state = NULL;
    int lock = -1;
    CHECK(log_level_parse(slice_text(conf_text(conf, "log-level")), &log.level));
    char *lock_path = state_path_in(flags->state, STATE_LOCK);
    const bool any = conf_bool(conf, "any-filesystem");
    enum err e = state_open(flags->state, any ? KV_ANY_FILESYSTEM : 0, &state, why);
    if (e == OK && state_info(state)->side != STORE_NODE) {
        why_set(why, "%s is a hub's state: baraza-hub serves it", flags->state);
        e = ERR_USAGE;
    }
    if (e == OK) {
        struct why held = { "" };
        e = state_lock_take(lock_path, &lock, &held);
        why_set(why, "%s%s", e == ERR_BUSY ? "another program exchanges for this site already: " : "", held.text);
    }
    if (e == OK) {
        const struct node_shell_options options = { .state = state,
                                                     .hub = conf_text(conf, "hub"),
                                                     .idle_ms = conf_uint(conf, "idle") * MINUTE_MS,
                                                     .page_port = (uint16_t)conf_uint(conf, "page-port"),
                                                     .sticks = conf_text(conf, "sticks"),
                                                     .any_filesystem = any,
                                                     .log = &log };
        if (state_charter(state)->practice) {
            LOG_WITH(&log, LOG_WARN, "node.not-real", log_yes("practice", true));
        }
        e = node_shell_run(&options, why);
    }
    state_lock_drop(lock);
    state_close(state);
    free(lock_path);
    return e;
}

static enum err print(const struct buf *text, struct why *why)
{
    if (fwrite(text->p, 1, text->n, stdout) != text->n || fflush(stdout) != 0) {
        why_set(why, "the output could not be written");
        return ERR_IO;
    }
    return OK;
}

static enum err with_state(struct flags *flags, struct conf *conf, struct why *why)
{
    enum err e = process_state(flags->named, flags->state, NULL, why);
    if (e != OK) {
        return e;
    }
    char *path = state_path_in(flags->state, STATE_CONF);
    e = conf_load(conf, path, false, environ, why);
    if (e == OK && flags->print_config) {
        struct buf text = buf_new(2 * LIMIT_CONF_BYTES);
        conf_print(conf, path, &text);
        e = print(&text, why);
        buf_done(&text);
    } else if (e == OK) {
        e = serve_state(flags, conf, why);
    }
    free(path);
    return e;
}

static enum err run(int argc, char **argv, struct why *why)
{
    struct flags flags = { .named = NULL };
    struct conf conf;
    struct arg_spec specs[OWN_OPTIONS + LIMIT_CONF_KEYS + 1] = {
        { "state", 's', ARG_TEXT, "DIR", "the site's state directory (or BARAZA_STATE)", &flags.named },
        { "print-config", 0, ARG_FLAG, NULL, "show the configuration in force and where each value comes from",
          &flags.print_config },
        { "version", 'V', ARG_FLAG, NULL, "show the version and end", &flags.version },
    };
    const struct arg_command command = {
        .name = PROGRAM,
        .summary = "Exchanges with the hub whenever it answers, lends unlocked keys, and serves the page",
        .positionals = "",
        .examples = examples,
        .options = specs,
    };
    struct args args;
    conf_init(&conf, settings_site());
    (void)conf_options(&conf, specs + OWN_OPTIONS, LIMIT_CONF_KEYS + 1);
    enum err e = args_parse(&command, argc, argv, &args, why);
    if (e != OK || (!args.help && !flags.version)) {
        return e != OK ? e : with_state(&flags, &conf, why);
    }
    struct buf text = buf_new(LIMIT_CONF_BYTES);
    if (args.help) {
        args_help(&command, &text);
    } else {
        buf_put_text(&text, PROGRAM " " BARAZA_VERSION "\n");
    }
    e = print(&text, why);
    buf_done(&text);
    return e;
}

int main(int argc, char **argv)
{
    struct why why = { "" };
    process_close_up();
    (void)mallopt(M_ARENA_MAX, 1); // the daemon is meant for small old laptops: one heap, given back when idle
    (void)mallopt(M_TRIM_THRESHOLD, 131072);
    json_wipe_what_is_freed(); // what people type into the page comes as JSON
    enum err e = ident_init();
    if (e == OK && argc == 2 && strcmp(argv[1], ERRAND_OPTION) == 0) {
        const int code = errand_main(); // started by a daemon, for one piece of work
        process_open_up();
        return code;
    }
    if (e == OK) {
        e = run(argc, argv, &why);
    }
    process_open_up(); // all keys are wiped by now
    return exit_report(PROGRAM, e, &why);
}
