// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza recover`: a keyholder gives somebody a new passphrase. `baraza passphrase`: she changes it herself. Keys and
// words stay what they are; only what the keys lie under is new.
#include "tools/baraza/ask.h"
#include "tools/baraza/recovery.h"

struct recovering {
    const char *with;             // the keyholder's file
    const char *keyholder_file;   // its passphrase, for scripts
    struct keyholder who;
    struct boxsec sec;
};

static enum err open_keyholder(const struct cmd_context *context, struct recovering *x, struct why *why)
{
    struct buf file = buf_new(4096);
    struct buf passphrase = buf_new(LIMIT_PASSPHRASE);
    enum err e = cmd_read_input(x->with, &file, why);
    if (e == OK && !keyholder_line_parse(buf_slice(&file), &x->who, why)) {
        e = ERR_BAD_INPUT;
    }
    if (e == OK) {
        e = recovery_ask(context, x->keyholder_file, x->who.name, false, &passphrase, why);
    }
    if (e == OK) {
        e = keyholder_open(buf_slice(&file), buf_slice(&passphrase), &x->who, &x->sec, why);
    }
    buf_wipe(&passphrase);
    buf_done(&passphrase);
    buf_done(&file);
    return e;
}

static int recover(struct cmd_context *context, struct recovering *x, const char *name)
{
    struct recovery r;
    struct person p;
    struct why why = { "" };
    int code = recovery_begin(context, &r);
    if (code >= 0) {
        return code;
    }
    struct buf fresh = buf_new(LIMIT_PASSPHRASE);
    enum err e = keyring_find(r.work.desk.keyring, name, &p, &why);
    if (e == OK) {
        e = open_keyholder(context, x, &why);
    }
    if (e == OK) {
        e = recovery_ask(context, context->passphrase_file, p.name, true, &fresh, &why);
    }
    if (e == OK) {
        e = keyring_recover(r.work.desk.keyring, p.key, &x->who, &x->sec, buf_slice(&fresh), &why);
    }
    code = recovery_end(&r, e, &why);
    if (code == EXIT_GOOD) {
        cmd_remark(context, "%s has a new passphrase; the old one opens nothing here any more", p.name);
    }
    mem_wipe(&x->sec, sizeof x->sec);
    buf_wipe(&fresh);
    buf_done(&fresh);
    return code;
}

static int run_recover(struct cmd_context *context, int argc, char **argv)
{
    struct recovering x = { .with = NULL };
    const struct arg_spec rows[] = {
        { "with", 'w', ARG_TEXT, "FILE", "the keyholder's key file; required", &x.with },
        { "keyholder-passphrase-file", 0, ARG_TEXT, "FILE", "the keyholder's passphrase, for scripts",
          &x.keyholder_file },
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza recover",
        .summary = "Give somebody whose passphrase is forgotten a new one, with the key file and the passphrase of a "
                   "keyholder whom she named",
        .positionals = "[NAME]",
        .max = 1,
        .examples = "  baraza recover Heron --with /media/stick/owl.keyholder\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code < 0) {
        code = x.with == NULL ? cmd_usage("give the keyholder's key file, with --with FILE")
                              : recover(context, &x, args.n > 0 ? args.positionals[0] : NULL);
    }
    return code;
}

static int run_passphrase(struct cmd_context *context, int argc, char **argv)
{
    const char *file = NULL;
    const struct arg_spec rows[] = {
        { "new-passphrase-file", 0, ARG_TEXT, "FILE", "the new passphrase, for scripts", &file },
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza passphrase",
        .summary = "Change a passphrase, knowing it. Copies of this computer made before still open with the old one",
        .positionals = "[NAME]",
        .max = 1,
        .examples = "  baraza passphrase Heron\n",
        .options = rows,
    };
    struct args args;
    struct recovery r;
    struct person p;
    struct why why = { "" };
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code < 0) {
        code = recovery_begin(context, &r);
    }
    if (code >= 0) {
        return code;
    }
    struct buf old = buf_new(LIMIT_PASSPHRASE);
    struct buf fresh = buf_new(LIMIT_PASSPHRASE);
    enum err e = keyring_find(r.work.desk.keyring, args.n > 0 ? args.positionals[0] : NULL, &p, &why);
    if (e == OK) {
        e = recovery_ask(context, context->passphrase_file, p.name, false, &old, &why);
    }
    if (e == OK) {
        e = recovery_ask(context, file, p.name, true, &fresh, &why);
    }
    if (e == OK) {
        e = keyring_passphrase(r.work.desk.keyring, p.key, buf_slice(&old), buf_slice(&fresh), &why);
    }
    code = recovery_end(&r, e, &why);
    if (code == EXIT_GOOD) {
        cmd_remark(context, "%s has a new passphrase", p.name);
    }
    buf_wipe(&old);
    buf_wipe(&fresh);
    buf_done(&old);
    buf_done(&fresh);
    return code;
}

const struct cmd cmd_recover = { "recover", run_recover, "a new passphrase when one is forgotten, with a keyholder",
                                 CMD_PEOPLE };
const struct cmd cmd_passphrase = { "passphrase", run_passphrase, "change a passphrase", CMD_PEOPLE };
