// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza hub new-key`: a new key of the consultation is made where it will be used, and only its public half leaves:
// the secret never travels, and the root keys never come here. It is in force when a quorum of roots has said so.
// It must never replace or rename a key that is there. Read first: hub/hub_keys.h.
#include "common/author/state.h"
#include "common/base/file.h"
#include "common/format/armor.h"
#include "hub/hub_keys.h"
#include "hub/serve.h"
#include "tools/baraza/print.h"
#include "tools/baraza/service.h"
#include "tools/baraza/work.h"

#include <stdlib.h>

// True when the key serves now, or has served.
static bool has_served(const struct roster *r, enum service what, struct pubkey key)
{
    bool served = pubkey_equal(roster_service_key(r, what), key);
    for (size_t i = 0; i < roster_change_count(r) && !served; i++) {
        const struct roster_change *c = roster_change(r, i);
        served = c->what == what && pubkey_equal(c->old_key, key);
    }
    return served;
}

// A key that was made before and waits for the roots; else *n is the first free number (0: none is free).
static bool find_waiting(const char *dir, const struct roster *r, enum service what, struct pubkey *key, unsigned *n)
{
    *n = 0;
    for (unsigned i = 1; i <= LIMIT_HUB_KEYS; i++) {
        const enum err e = hub_key_public(dir, what, i, key, NULL);
        if (e == OK && !has_served(r, what, *key)) {
            *n = i;
            return true;
        }
        if (e == ERR_NOT_FOUND && *n == 0 && i > 1) {
            *n = i;
        }
    }
    return false;
}

static enum err make_key(const char *dir, enum service what, unsigned n, struct pubkey *key, struct why *why)
{
    uint8_t secret[32];
    struct buf text = buf_new(128);
    struct buf name = buf_new(64);
    ident_random(secret, sizeof secret);
    armor_put_hex(&text, SLICE_ARRAY(secret));
    buf_put_u8(&text, '\n');
    hub_key_name(what, n, &name);
    char *path = state_path_in(dir, (const char *)name.p);
    enum err e = file_replace(path, buf_slice(&text), 0600, why);
    if (e == OK) {
        e = hub_key_public(dir, what, n, key, why); // read back: what is named can be used
    }
    mem_wipe(secret, sizeof secret);
    buf_wipe(&text);
    buf_done(&text);
    buf_done(&name);
    free(path);
    return e;
}

static int say(const struct cmd_context *context, enum service what, struct pubkey key, bool waiting)
{
    if (context->json) {
        json_t *o = json_object();
        json_put(o, "service", json_string(service_name(what)));
        json_put(o, "key", json_of_hex(SLICE_ARRAY(key.b)));
        json_put(o, "new", json_boolean(!waiting));
        return cmd_print_json(o);
    }
    struct buf out = buf_new(2048);
    buf_printf(&out, waiting ? "A new %s key was made before and is not in force yet:\n  " : "New %s key:\n  ",
               service_name(what));
    armor_put_hex(&out, SLICE_ARRAY(key.b));
    buf_printf(&out, "\nIts secret is in this state and stays here: back it up as you do the others. Nothing has "
                     "changed yet.\nWhoever holds a root key types, where that key is:\n  baraza rekey %s --new ",
               service_name(what));
    armor_put_hex(&out, SLICE_ARRAY(key.b));
    buf_put_text(&out, " --as NAME\n");
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    const struct arg_command command = {
        .name = "baraza hub new-key",
        .summary = "At the hub: make a new log, exchange or intake key. The roots put it in force (baraza rekey)",
        .positionals = "log|exchange|intake",
        .min = 1,
        .max = 1,
        .examples = "  baraza hub new-key log --state /srv/baraza\n"
                    "\n"
                    "log       signs checkpoints, receipts, refusals\n"
                    "exchange  the hub proves itself with it to sites\n"
                    "intake    bundles, and what a locked site sends, are sealed to it\n",
    };
    struct service_here here;
    struct args args;
    struct pubkey key;
    enum service what = SERVICE_ROOT;
    unsigned n = 0;
    bool waiting = false;
    struct why why = { "" };
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    code = service_of_hub(context, args.positionals[0], &what, &here);
    if (code < 0) {
        waiting = find_waiting(context->state, here.roster, what, &key, &n);
        enum err e = n == 0 ? ERR_FULL : waiting ? OK : make_key(context->state, what, n, &key, &why);
        if (n == 0) {
            why_set(&why, "this hub keeps %d keys of that kind already: baraza hub retire", LIMIT_HUB_KEYS);
        }
        code = e == OK ? say(context, what, key, waiting) : cmd_fail(e, &why);
    }
    service_here_close(&here);
    return code;
}

const struct cmd cmd_hub_new_key = { "hub new-key", run, "make a new key of the hub, for the roots to put in force",
                                     CMD_FOUND };
