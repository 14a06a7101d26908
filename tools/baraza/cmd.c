// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What every subcommand shares: common options, configuration, output. Read first: cmd.h.
#include "tools/baraza/cmd.h"

#include "common/author/state.h"
#include "common/base/file.h"
#include "common/base/text.h"
#include "common/ops/process.h"
#include "common/ops/settings.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Of this run of the program: once practice, always practice, whoever prints.
static bool is_practice;

void cmd_practice(void)
{
    if (!is_practice) {
        (void)fputs("=== " CMD_PRACTICE " ===\n", stderr);
    }
    is_practice = true;
}

void cmd_mark(json_t *object)
{
    if (is_practice) {
        json_put(object, "practice", json_true());
    }
}

void cmd_common_options(struct cmd_context *c, struct arg_spec *rows)
{
    const struct arg_spec common[CMD_COMMON_OPTIONS] = {
        { "state", 0, ARG_TEXT, "DIR", "the state directory (or BARAZA_STATE)", &c->state },
        { "json", 0, ARG_FLAG, NULL, "one JSON value per line", &c->json },
        { "quiet", 'q', ARG_FLAG, NULL, "no progress and no remarks", &c->quiet },
        { "language", 0, ARG_TEXT, "LANGUAGE", "language of the names of codes (themes, answers): en, fr, pt, ar",
          &c->language },
        { "passphrase-file", 0, ARG_TEXT, "FILE", "read the passphrase from the first line of FILE",
          &c->passphrase_file },
        { "print-config", 0, ARG_FLAG, NULL, "show the effective configuration and end", &c->print_config },
    };
    memcpy(rows, common, sizeof common);
}

static enum err find_state(struct cmd_context *c, struct why *why)
{
    enum err e = process_state(c->state, c->state_room, &c->state_given, why);
    if (e == OK) {
        c->state = c->state_room;
    }
    return e;
}

static enum err load_conf(struct cmd_context *c, struct why *why)
{
    char *hub_key = state_path_in(c->state, STATE_HUB_AUTHOR);
    char *path = state_path_in(c->state, STATE_CONF);
    conf_init(&c->conf, file_exists(hub_key) ? settings_hub() : settings_site());
    struct arg_spec flags[LIMIT_CONF_KEYS + 1];
    size_t n = conf_options(&c->conf, flags, LIMIT_CONF_KEYS + 1);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(flags[i].name, "language") == 0) {
            *(const char **)flags[i].into = c->language;
        }
    }
    enum err e = conf_load(&c->conf, path, false, c->environment, why);
    if (e == OK) {
        c->language = conf_text(&c->conf, "language");
    }
    free(path);
    free(hub_key);
    return e;
}

int cmd_print_config(struct cmd_context *c)
{
    struct why why = { "" };
    enum err e = find_state(c, &why);
    if (e == OK) {
        e = load_conf(c, &why);
    }
    if (e != OK) {
        return cmd_fail(e, &why);
    }
    char *path = state_path_in(c->state, STATE_CONF);
    struct buf text = buf_new(2 * LIMIT_CONF_BYTES);
    conf_print(&c->conf, path, &text);
    int code = cmd_print(buf_slice(&text));
    buf_done(&text);
    free(path);
    return code;
}

static bool is_own(const struct arg_spec *own, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(own[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

// The command's own rows, then the common ones it did not replace, in rows.
static void join_options(struct cmd_context *c, const struct arg_spec *own, struct arg_spec *rows)
{
    size_t n = 0;
    for (; own != NULL && own[n].name != NULL; n++) {
        CHECK(n < LIMIT_ARGS_OPTIONS - CMD_COMMON_OPTIONS);
        rows[n] = own[n];
    }
    struct arg_spec common[CMD_COMMON_OPTIONS];
    cmd_common_options(c, common);
    size_t at = n;
    for (size_t i = 0; i < CMD_COMMON_OPTIONS; i++) {
        if (!is_own(own, n, common[i].name)) {
            rows[at++] = common[i];
        }
    }
    rows[at] = (struct arg_spec){ .name = NULL };
}

static int show_command_help(const struct arg_command *command)
{
    struct buf text = buf_new(1 << 16);
    args_help(command, &text);
    int code = cmd_print(buf_slice(&text));
    buf_done(&text);
    return code;
}

int cmd_parse(struct cmd_context *c, const struct arg_command *command, int argc, char **argv, struct args *out)
{
    struct arg_spec rows[LIMIT_ARGS_OPTIONS + 1];
    join_options(c, command->options, rows);
    struct arg_command whole = *command;
    whole.options = rows;
    struct why why = { "" };
    enum err e = args_parse(&whole, argc, argv, out, &why);
    if (e != OK) {
        return cmd_fail(e, &why);
    }
    if (out->help) {
        return show_command_help(&whole);
    }
    if (c->print_config) {
        return cmd_print_config(c);
    }
    e = find_state(c, &why);
    if (e == OK) {
        e = load_conf(c, &why);
        if (e != OK && c->conf_may_fail) {
            (void)cmd_fail(e, &why); // said, and gone on with
            e = OK;
        }
    }
    return e == OK ? -1 : cmd_fail(e, &why);
}

int cmd_print(struct slice text)
{
    size_t written = fwrite(text.p == NULL ? (const uint8_t *)"" : text.p, 1, text.n, stdout);
    if (written != text.n || fflush(stdout) != 0) {
        struct why why;
        if (errno == EPIPE) {
            return exit_code_of(ERR_IO); // whoever read it has read enough (`| head`): nothing to say
        }
        why_set(&why, "the output could not be written: %s", strerror(errno));
        return cmd_fail(ERR_IO, &why);
    }
    return EXIT_GOOD;
}

int cmd_print_json(json_t *value)
{
    struct buf line = buf_new((size_t)1 << 28);
    if (json_is_object(value)) {
        cmd_mark(value);
    }
    json_print(value, &line);
    json_decref(value);
    int code = cmd_print(buf_slice(&line));
    buf_done(&line);
    return code;
}

void cmd_remark(const struct cmd_context *c, const char *format, ...)
{
    if (c->quiet) {
        return;
    }
    char text[4096];
    struct buf line = buf_new(4 * sizeof text);
    va_list list;
    va_start(list, format);
    (void)vsnprintf(text, sizeof text, format, list);
    va_end(list);
    buf_put_text(&line, "baraza: ");
    text_put_safe(&line, slice_text(text), true);
    buf_put_u8(&line, '\n');
    (void)fwrite(line.p, 1, line.n, stderr);
    buf_done(&line);
}

int cmd_fail(enum err e, const struct why *why)
{
    const struct why damage = { "stored data is damaged: baraza check says what" };
    return exit_report("baraza", e, e == ERR_CORRUPT && (why == NULL || why->text[0] == '\0') ? &damage : why);
}

int cmd_usage(const char *format, ...)
{
    struct why why;
    va_list list;
    va_start(list, format);
    (void)vsnprintf(why.text, sizeof why.text, format, list);
    va_end(list);
    return cmd_fail(ERR_USAGE, &why);
}

// Reads descriptor fd to its end.
static enum err read_stream(int fd, struct buf *out, struct why *why)
{
    for (;;) {
        uint8_t piece[65536];
        ssize_t n = read(fd, piece, sizeof piece);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            why_set(why, "standard input could not be read: %s", strerror(errno));
            return ERR_IO;
        }
        if (n == 0) {
            break;
        }
        buf_put(out, slice_of(piece, (size_t)n));
    }
    if (!buf_ok(out)) {
        why_set(why, "standard input is larger than the limit of %zu bytes", out->max);
        return ERR_TOO_BIG;
    }
    return OK;
}

enum err cmd_read_input(const char *path, struct buf *out, struct why *why)
{
    if (strcmp(path, "-") == 0) {
        return read_stream(STDIN_FILENO, out, why);
    }
    return file_read(path, true, out, why);
}
