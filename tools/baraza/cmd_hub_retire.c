// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza hub retire`: puts away the secrets of keys that the hub used before a change of key. Until then it still
// opens what was boxed to a former intake key, and shows the way at the port of its former exchange key.
// It must never touch the key in force, nor one that waits for the roots.
#include "common/base/file.h"
#include "common/format/armor.h"
#include "common/store/record.h"
#include "tools/baraza/print.h"
#include "tools/baraza/service.h"

#include <stdlib.h>

// The size from which a key that served before was not the one in force any more; 0: it never served, or serves now.
static uint64_t ended_at(const struct roster *r, enum service what, struct pubkey key)
{
    for (size_t i = 0; i < roster_change_count(r); i++) {
        const struct roster_change *c = roster_change(r, i);
        if (c->what == what && pubkey_equal(c->old_key, key)) {
            return c->since + 1;
        }
    }
    return 0;
}

static enum err published_size(const struct service_here *h, uint64_t *size)
{
    struct kv_txn *t = NULL;
    struct slice note;
    *size = 0;
    enum err e = kv_begin_read(state_kv(h->state), &t);
    if (e == OK) {
        e = record_checkpoint_last(t, size, &note);
    }
    kv_abort(t);
    return e == ERR_NOT_FOUND ? OK : e;
}

// What a disk keeps of it besides is beyond a program.
static enum err remove_key(const char *dir, enum service what, unsigned n, struct why *why)
{
    struct buf name = buf_new(64);
    hub_key_name(what, n, &name);
    char *path = state_path_in(dir, (const char *)name.p);
    char *keys = state_path_in(dir, "keys");
    enum err e = file_shred(path, why);
    if (e == OK) {
        e = file_sync_dir(keys, why);
    }
    buf_done(&name);
    free(path);
    free(keys);
    return e;
}

static int say(const struct cmd_context *context, enum service what, struct pubkey key)
{
    if (context->json) {
        json_t *o = json_object();
        json_put(o, "service", json_string(service_name(what)));
        json_put(o, "retired", json_of_hex(SLICE_ARRAY(key.b)));
        return cmd_print_json(o);
    }
    struct buf out = buf_new(512);
    buf_printf(&out, "put away: former %s key ", service_name(what));
    print_key(&out, key);
    buf_put_u8(&out, '\n');
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

static int retire(const struct cmd_context *context, const struct service_here *h, enum service what)
{
    struct why why = { "" };
    uint64_t published = 0;
    unsigned away = 0;
    int code = EXIT_GOOD;
    enum err e = published_size(h, &published);
    for (unsigned n = 1; n <= LIMIT_HUB_KEYS && e == OK && code == EXIT_GOOD; n++) {
        struct pubkey key;
        enum err here = hub_key_public(context->state, what, n, &key, NULL);
        const uint64_t end = here == OK ? ended_at(h->roster, what, key) : 0;
        if (end == 0) {
            continue;
        }
        if (what == SERVICE_LOG && published < end) {
            why_set(&why, "the first checkpoint under the new key is not published yet, and the old key signs it too: "
                          "let baraza-hub run, then try again");
            return cmd_fail(ERR_AGAIN, &why);
        }
        e = remove_key(context->state, what, n, &why);
        code = e == OK ? say(context, what, key) : code;
        away++;
    }
    if (e != OK) {
        return cmd_fail(e, &why);
    }
    if (away == 0) {
        cmd_remark(context, "there is no former %s key here", service_name(what));
    } else {
        cmd_remark(context, "a baraza-hub that runs knows it until it is started again");
    }
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    const struct arg_command command = {
        .name = "baraza hub retire",
        .summary = "At the hub: put away the secrets of former log, exchange or intake keys, for good",
        .positionals = "log|exchange|intake",
        .min = 1,
        .max = 1,
        .examples = "  baraza hub retire exchange --state /srv/baraza\n"
                    "\n"
                    "log       at any time after the first checkpoint under the new key\n"
                    "exchange  sites that were away since the change no longer find the hub by network: they need one\n"
                    "          bundle from it (baraza bundle out --to SITEKEY), as does who missed two changes of it.\n"
                    "          Do it at once if the old key fell into other hands.\n"
                    "intake    what was sealed to it opens no more: bundles still on their way have to be made anew,\n"
                    "          and a site's entries of before travel by network once their author has unlocked\n",
    };
    struct service_here here;
    struct args args;
    enum service what = SERVICE_ROOT;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    code = service_of_hub(context, args.positionals[0], &what, &here);
    if (code < 0) {
        code = retire(context, &here, what);
    }
    service_here_close(&here);
    return code;
}

const struct cmd cmd_hub_retire = { "hub retire", run, "put away former keys of the hub", CMD_FOUND };
