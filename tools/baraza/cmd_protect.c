// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza protect new` and `baraza protect passphrase`: the key file of a protection officer or an independent body,
// made where it is kept. Only the line with its public half is meant for others. Needs no state.
#include "common/author/protect_key.h"
#include "common/base/file.h"
#include "common/base/text.h"
#include "tools/baraza/ask.h"
#include "tools/baraza/print.h"

// Asks for a new passphrase and writes k to path. Returns -1, or has reported.
static int write_key(const struct cmd_context *context, const struct protect_key *k, const char *path)
{
    struct why why = { "" };
    struct buf passphrase = buf_new(LIMIT_PASSPHRASE);
    struct buf file = buf_new(PROTECT_KEY_FILE_BYTES);
    enum err e = ask_passphrase(context, "New passphrase for the protection key", true, &passphrase, &why);
    if (e == OK) {
        e = protect_key_seal(k, buf_slice(&passphrase), &file, &why);
    }
    if (e == OK) {
        e = file_replace(path, buf_slice(&file), 0600, &why);
    }
    buf_wipe(&passphrase);
    buf_done(&passphrase);
    buf_done(&file);
    return e == OK ? -1 : cmd_fail(e, &why);
}

static int say_key(const struct cmd_context *context, const struct protect_key *k, const char *path)
{
    struct buf line = buf_new(PROTECT_KEY_FILE_BYTES);
    int code = EXIT_GOOD;
    if (context->json) {
        json_t *o = json_object();
        json_put(o, "name", json_string(k->name));
        protect_key_put_line(k, &line);
        json_put(o, "line", json_of_bytes(slice_of(line.p, line.n - 1)));
        json_put(o, "file", json_of_path(path));
        code = cmd_print_json(o);
    } else {
        protect_key_put_line(k, &line);
        code = cmd_print(buf_slice(&line));
    }
    buf_done(&line);
    return code;
}

static int run_new(struct cmd_context *context, int argc, char **argv)
{
    const char *path = NULL;
    const struct arg_spec rows[] = {
        { "out", 'o', ARG_TEXT, "FILE", "where the key file goes: a stick in a safe; with its passphrase it opens",
          &path },
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza protect new",
        .summary = "Make a protection key of your own, and print the line that whoever founds the consultation needs",
        .positionals = "NAME",
        .min = 1,
        .max = 1,
        .examples = "  baraza protect new ombuds --out /media/stick/ombuds.key > ombuds.line\n"
                    "The line is public: hand it over with baraza hub init --protect ombuds=ombuds.line\n",
        .options = rows,
    };
    struct args args;
    struct protect_key k;
    struct why why = { "" };
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    if (path == NULL || !text_code_ok(slice_text(args.positionals[0]))) {
        return cmd_usage(path == NULL ? "say where the key file goes with --out FILE"
                                      : "a name is a code: letters, digits, dot, dash and underscore, at most %d",
                         LIMIT_CODE_BYTES);
    }
    if (file_exists(path)) {
        why_set(&why, "%.300s is there already, and a key is never written over", path);
        return cmd_fail(ERR_EXISTS, &why);
    }
    protect_key_new(args.positionals[0], &k);
    code = write_key(context, &k, path);
    code = code < 0 ? say_key(context, &k, path) : code;
    mem_wipe(&k, sizeof k);
    if (code == EXIT_GOOD && !context->json) {
        cmd_remark(context, "give this line to whoever founds the consultation; keep %s where no forum and no hub is, "
                            "and remember its passphrase: nobody can recover that", path);
    }
    return code;
}

static int run_passphrase(struct cmd_context *context, int argc, char **argv)
{
    const char *old_file = NULL;
    const struct arg_spec rows[] = {
        { "old-passphrase-file", 0, ARG_TEXT, "FILE", "read the passphrase of now from the first line of FILE",
          &old_file },
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza protect passphrase",
        .summary = "Put a protection key under another passphrase. Old copies of the file still open with the old one",
        .positionals = "FILE",
        .min = 1,
        .max = 1,
        .examples = "  baraza protect passphrase /media/stick/protect-officer-1\n",
        .options = rows,
    };
    struct args args;
    struct protect_key k = { .name = "" };
    struct why why = { "" };
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    struct cmd_context old = *context;
    struct buf passphrase = buf_new(LIMIT_PASSPHRASE);
    struct buf text = buf_new(PROTECT_KEY_FILE_BYTES);
    old.passphrase_file = old_file;
    enum err e = file_read(args.positionals[0], true, &text, &why);
    if (e == OK) {
        e = ask_passphrase(&old, "Passphrase of the protection key, as it is now", false, &passphrase, &why);
    }
    if (e == OK) {
        e = protect_key_open(buf_slice(&text), buf_slice(&passphrase), &k, &why);
    }
    code = e == OK ? write_key(context, &k, args.positionals[0]) : cmd_fail(e, &why);
    code = code < 0 ? say_key(context, &k, args.positionals[0]) : code;
    mem_wipe(&k, sizeof k);
    buf_wipe(&passphrase);
    buf_done(&passphrase);
    buf_done(&text);
    return code;
}

const struct cmd cmd_protect_new = { "protect new", run_new, "make a protection key of your own", CMD_FOUND };
const struct cmd cmd_protect_passphrase = { "protect passphrase", run_passphrase,
                                            "put a protection key under another passphrase", CMD_FOUND };
