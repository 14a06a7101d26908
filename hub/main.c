// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// baraza-hub: options, configuration, one hub per state directory, then hub_run.
#include "common/ops/args.h"
#include "common/ops/conf.h"
#include "common/ops/exit.h"
#include "common/ops/process.h"
#include "common/ops/settings.h"
#include "hub/hub_shell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM "baraza-hub"

struct flags {
    const char *named;                 // --state
    char state[PROCESS_STATE_BYTES];
    bool print_config;
    bool version;
};

#define OWN_OPTIONS 3

static const char examples[] = "  baraza-hub --state /srv/baraza/hub\n"
                               "  baraza-hub --state /srv/baraza/hub --listen 'tcp://*:4740' --log-level warn\n"
                               "  baraza-hub --state /srv/baraza/hub --print-config\n";

// HOST:PORT stands for tcp://HOST:PORT: there is no other way to listen.
static void put_address(const char *given, struct buf *out)
{
    buf_put_text(out, strstr(given, "://") == NULL ? "tcp://" : "");
    buf_put_text(out, given);
    buf_put_u8(out, 0);
    CHECK(buf_ok(out));
}

static enum err serve_state(const struct flags *flags, const struct conf *conf, struct why *why)
{
    struct log log = { .fd = STDERR_FILENO, .level = LOG_INFO };
    struct state *state = NULL;
    int lock = -1;
    struct buf listen = buf_new(LIMIT_CONF_BYTES);
    CHECK(log_level_parse(slice_text(conf_text(conf, "log-level")), &log.level));
    put_address(conf_text(conf, "listen"), &listen);
    char *lock_path = state_path_in(flags->state, STATE_LOCK);
    enum err e = state_open(flags->state, 0, &state, why);
    if (e == OK && state_info(state)->side != STORE_HUB) {
        why_set(why, "%s is a site's state, not a hub's", flags->state);
        e = ERR_USAGE;
    }
    if (e == OK) {
        e = state_lock_take(lock_path, &lock, why);
    }
    if (e == OK) {
        struct hub_options options = { .state = state,
                                       .listen = (const char *)listen.p,
                                       .workers = (size_t)conf_uint(conf, "workers"),
                                       .gather_s = conf_uint(conf, "erase-after"),
                                       .log = &log };
        if (state_charter(state)->practice) {
            LOG_WITH(&log, LOG_WARN, "hub.not-real", log_yes("practice", true));
        }
        e = hub_run(&options, why);
    }
    state_lock_drop(lock);
    state_close(state);
    buf_done(&listen);
    free(lock_path);
    return e;
}

static enum err run(int argc, char **argv, struct why *why)
{
    struct flags flags = { .named = NULL };
    struct conf conf;
    struct arg_spec specs[OWN_OPTIONS + LIMIT_CONF_KEYS + 1] = {
        { "state", 's', ARG_TEXT, "DIR", "the hub's state directory (or BARAZA_STATE)", &flags.named },
        { "print-config", 0, ARG_FLAG, NULL, "show the configuration in force and where each value comes from",
          &flags.print_config },
        { "version", 0, ARG_FLAG, NULL, "show the version", &flags.version },
    };
    struct arg_command command = { .name = PROGRAM,
                                   .summary = "Keeps the record of a consultation and exchanges with its sites",
                                   .positionals = "",
                                   .examples = examples,
                                   .options = specs };
    struct args args;
    struct buf text = buf_new(LIMIT_CONF_BYTES);
    conf_init(&conf, settings_hub());
    (void)conf_options(&conf, specs + OWN_OPTIONS, LIMIT_CONF_KEYS + 1);
    enum err e = args_parse(&command, argc, argv, &args, why);
    if (e == OK && (args.help || flags.version)) {
        if (args.help) {
            args_help(&command, &text);
        } else {
            buf_put_text(&text, PROGRAM " " BARAZA_VERSION "\n");
        }
        fwrite(text.p, 1, text.n, stdout);
        buf_done(&text);
        return OK;
    }
    if (e == OK) {
        e = process_state(flags.named, flags.state, NULL, why);
    }
    if (e == OK) {
        char *path = state_path_in(flags.state, STATE_CONF);
        e = conf_load(&conf, path, false, environ, why);
        if (e == OK && flags.print_config) {
            conf_print(&conf, path, &text);
            fwrite(text.p, 1, text.n, stdout);
        } else if (e == OK) {
            e = serve_state(&flags, &conf, why);
        }
        free(path);
    }
    buf_done(&text);
    return e;
}

int main(int argc, char **argv)
{
    struct why why = { "" };
    process_close_up();
    enum err e = ident_init();
    if (e == OK) {
        e = run(argc, argv, &why);
    }
    process_open_up();
    return exit_report(PROGRAM, e, &why);
}
