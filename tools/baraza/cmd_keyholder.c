// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza keyholder new|add|drop|list`: who can give somebody a new passphrase when hers is forgotten.
#include "tools/baraza/ask.h"
#include "tools/baraza/out.h"
#include "tools/baraza/recovery.h"

static int print_new(const struct cmd_context *context, const struct keyholder *k, const char *path)
{
    struct buf line = buf_new(1024);
    keyholder_line_make(k, &line);
    int code = EXIT_GOOD;
    if (context->json) {
        json_t *o = json_object();
        json_put(o, "name", json_string(k->name));
        json_put(o, "line", json_of_bytes(buf_slice(&line)));
        json_put(o, "file", json_of_path(path));
        code = cmd_print_json(o);
    } else {
        buf_put_u8(&line, '\n');
        code = cmd_print(buf_slice(&line));
        cmd_remark(context, "give this line to those whose keyholder you are; keep %s far from their computers, and "
                            "remember its passphrase: nobody can recover that", path);
    }
    buf_done(&line);
    return code;
}

static int run_new(struct cmd_context *context, int argc, char **argv)
{
    const char *path = NULL;
    bool force = false;
    const struct arg_spec rows[] = {
        { "out", 'o', ARG_TEXT, "FILE", "where the key file is written; required", &path },
        OUT_FORCE(&force),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza keyholder new",
        .summary = "Become a keyholder: makes a key file under a passphrase of your own, and the public line to give "
                   "to those whom you can help then",
        .positionals = "NAME",
        .min = 1,
        .max = 1,
        .examples = "  baraza keyholder new Owl --out /media/stick/owl.keyholder\n",
        .options = rows,
    };
    struct args args;
    struct keyholder k;
    struct why why = { "" };
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code < 0) {
        code = path == NULL ? cmd_usage("say where the key file goes, with --out FILE") : out_check(path, force);
    }
    if (code >= 0) {
        return code;
    }
    struct buf passphrase = buf_new(LIMIT_PASSPHRASE);
    struct buf file = buf_new(4096);
    enum err e = recovery_ask(context, context->passphrase_file, args.positionals[0], true, &passphrase, &why);
    if (e == OK) {
        e = keyholder_new(args.positionals[0], buf_slice(&passphrase), &k, &file, &why);
    }
    code = e != OK ? cmd_fail(e, &why) : out_write(path, buf_slice(&file), 0600, force);
    if (code < 0) {
        code = print_new(context, &k, path);
    }
    buf_wipe(&passphrase);
    buf_done(&passphrase);
    buf_done(&file);
    return code;
}

// What add and drop do, once her passphrase was given.
static enum err change(struct keyring *k, const struct person *p, struct slice passphrase, bool add, const char *given,
                       struct why *why)
{
    struct keyholder who;
    enum err e = OK;
    if (!add) {
        e = keyring_passphrase(k, p->key, passphrase, passphrase, why); // hers: who finds the laptop open cannot do it
        return e == OK ? keyring_keyholder_drop(k, p->key, given, why) : e;
    }
    e = recovery_keyholder(given, &who, why);
    return e == OK ? keyring_keyholder_add(k, p->key, passphrase, &who, why) : e;
}

static int run_change(struct cmd_context *context, const struct arg_command *command, bool add, int argc, char **argv)
{
    const char *as = NULL;
    const struct arg_spec rows[] = { { "as", 0, ARG_TEXT, "NAME", "whose keyholder, where several people write", &as },
                                     { .name = NULL } };
    struct arg_command whole = *command;
    struct args args;
    struct recovery r;
    struct person p;
    struct why why = { "" };
    whole.options = rows;
    int code = cmd_parse(context, &whole, argc, argv, &args);
    if (code < 0) {
        code = recovery_begin(context, &r);
    }
    if (code >= 0) {
        return code;
    }
    struct buf passphrase = buf_new(LIMIT_PASSPHRASE);
    enum err e = keyring_find(r.work.desk.keyring, as, &p, &why);
    if (e == OK) {
        e = recovery_ask(context, context->passphrase_file, p.name, false, &passphrase, &why);
    }
    if (e == OK) {
        e = change(r.work.desk.keyring, &p, buf_slice(&passphrase), add, args.positionals[0], &why);
    }
    code = recovery_end(&r, e, &why);
    if (code == EXIT_GOOD) {
        cmd_remark(context, add ? "the keyholder can give %s a new passphrase from now on"
                                : "%s's keyring has this keyholder no more; older copies of it (backups) still do",
                   p.name);
    }
    buf_wipe(&passphrase);
    buf_done(&passphrase);
    return code;
}

static int run_add(struct cmd_context *context, int argc, char **argv)
{
    const struct arg_command command = {
        .name = "baraza keyholder add",
        .summary = "Name somebody who can give you a new passphrase when yours is forgotten. Who has her key file, her "
                   "passphrase and this computer can then unlock what is yours",
        .positionals = "LINE|FILE",
        .min = 1,
        .max = 1,
        .examples = "  baraza keyholder add baraza-keyholder/v1:kqNPd2zEIH…\n"
                    "  baraza keyholder add owl.line --as Heron\n",
    };
    return run_change(context, &command, true, argc, argv);
}

static int run_drop(struct cmd_context *context, int argc, char **argv)
{
    const struct arg_command command = {
        .name = "baraza keyholder drop",
        .summary = "Take a keyholder back",
        .positionals = "KEYHOLDER",
        .min = 1,
        .max = 1,
        .examples = "  baraza keyholder drop Owl --as Heron\n",
    };
    return run_change(context, &command, false, argc, argv);
}

// One person's line, or JSON value.
static int print_person(const struct cmd_context *context, const struct keyring *k, const struct person *p)
{
    struct keyholder held[LIMIT_KEYHOLDERS];
    const size_t n = keyring_keyholders(k, p->key, held);
    if (context->json) {
        json_t *names = json_array();
        for (size_t i = 0; i < n; i++) {
            json_push(names, json_string(held[i].name));
        }
        json_t *o = json_object();
        json_put(o, "name", json_string(p->name));
        json_put(o, "keyholders", names);
        return cmd_print_json(o);
    }
    struct buf line = buf_new(1024);
    buf_printf(&line, "%s: %s", p->name, n == 0 ? "nobody (a forgotten passphrase would be final)" : "");
    for (size_t i = 0; i < n; i++) {
        buf_printf(&line, "%s%s", i == 0 ? "" : ", ", held[i].name);
    }
    buf_put_u8(&line, '\n');
    int code = cmd_print(buf_slice(&line));
    buf_done(&line);
    return code;
}

static int run_list(struct cmd_context *context, int argc, char **argv)
{
    const struct arg_command command = {
        .name = "baraza keyholder list",
        .summary = "Who can give whom here a new passphrase",
        .positionals = "",
        .examples = "  baraza keyholder list\n",
    };
    struct args args;
    struct work w;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    code = work_state(context, &w);
    if (code < 0 && w.desk.keyring == NULL) {
        code = cmd_usage("%s is a hub's state: a hub has nobody with a passphrase", context->state);
    }
    for (size_t i = 0; code < 0 && i < keyring_count(w.desk.keyring); i++) {
        int printed = print_person(context, w.desk.keyring, keyring_person(w.desk.keyring, i));
        code = printed == EXIT_GOOD ? -1 : printed;
    }
    work_close(&w);
    return code < 0 ? EXIT_GOOD : code;
}

const struct cmd cmd_keyholder_new = { "keyholder new", run_new, "become one who can help when a passphrase is lost",
                                       CMD_PEOPLE };
const struct cmd cmd_keyholder_add = { "keyholder add", run_add, "name one for yourself", CMD_PEOPLE };
const struct cmd cmd_keyholder_drop = { "keyholder drop", run_drop, "take one back", CMD_PEOPLE };
const struct cmd cmd_keyholder_list = { "keyholder list", run_list, "who can help whom here", CMD_PEOPLE };
