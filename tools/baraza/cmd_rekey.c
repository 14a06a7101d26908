// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza rekey`: whoever holds a root key says that a key of the consultation is followed by another: a root's, or the
// hub's log, exchange or intake key. In force once as many roots have approved as the charter's quorum asks for.
// Read first: docs/PROTOCOL.md 6.3, 8.8.
#include "common/author/state.h"
#include "common/format/armor.h"
#include "node/desk/roster_here.h"
#include "tools/baraza/ask.h"
#include "tools/baraza/foresee.h"
#include "tools/baraza/print.h"
#include "tools/baraza/recovery.h"

#include <stdlib.h>
#include <string.h>

struct rekeying {
    const char *as, *old_key, *new_key, *name, *name_file;
    enum service what;
    struct pubkey from, to;
};

// The key of now: for a root key, as typed (a name of here, or a key); for the hub's, what is known here.
static int find_old(struct work *w, const struct roster *r, struct rekeying *k)
{
    struct person p;
    struct why why = { "" };
    if (k->what == SERVICE_ROOT && k->old_key == NULL) {
        return cmd_usage("which root key ends? --old NAME or --old KEY: baraza who lists them");
    }
    if (k->what != SERVICE_ROOT && k->old_key == NULL) {
        k->from = roster_service_key(r, k->what);
        return -1;
    }
    if (k->what == SERVICE_ROOT && keyring_find(w->desk.keyring, k->old_key, &p, &why) == OK) {
        k->from = p.key;
        return -1;
    }
    if (k->what == SERVICE_ROOT) {
        return foresee_member(w, k->old_key, &k->from);
    }
    return armor_hex_fixed(slice_text(k->old_key), k->from.b, sizeof k->from.b) ? -1
                                                                              : cmd_usage("--old has 64 hex digits");
}

// A new keyholder, with a passphrase of her own, in this state; if the name is here already, it is she.
static int make_person(struct cmd_context *context, struct work *w, struct rekeying *k)
{
    struct why why = { "" };
    struct person known;
    if (keyring_find(w->desk.keyring, k->name, &known, &why) == OK) {
        k->to = known.key;
        return -1;
    }
    struct buf prompt = buf_new(256);
    struct buf passphrase = buf_new(LIMIT_PASSPHRASE);
    struct cmd_context hers = *context;
    struct pubkey nobody = { { 0 } };
    struct boxkey intake;
    struct unlocked *slot = safe_slot(&w->safe, nobody);
    char *path = state_path(w->desk.state, STATE_KEYRING);
    hers.passphrase_file = k->name_file;
    why = (struct why){ "" };
    buf_printf(&prompt, "New passphrase for the root key of %.64s", k->name);
    buf_put_u8(&prompt, 0);
    enum err e = ask_passphrase(&hers, (const char *)prompt.p, true, &passphrase, &why);
    if (e == OK) {
        e = work_intake(w, &intake, &why);
    }
    if (e == OK) {
        e = keyring_add(w->desk.keyring, k->name, buf_slice(&passphrase), w->desk.who, intake, slot, &why);
    }
    if (e == OK) {
        e = recovery_save(w->desk.keyring, path, &why);
    }
    if (e == OK) {
        k->to = slot->person.key;
    }
    buf_wipe(&passphrase);
    buf_done(&passphrase);
    buf_done(&prompt);
    free(path);
    return e == OK ? -1 : cmd_fail(e, &why);
}

static int find_new(struct cmd_context *context, struct work *w, struct rekeying *k)
{
    if (k->name != NULL) {
        return make_person(context, w, k);
    }
    return armor_hex_fixed(slice_text(k->new_key), k->to.b, sizeof k->to.b)
               ? -1
               : cmd_usage(k->what == SERVICE_ROOT ? "--new has 64 hex digits: her key, as baraza who --json shows it"
                                                   : "--new has 64 hex digits, as baraza hub new-key shows them");
}

static int say(const struct cmd_context *context, const struct rekeying *k, struct hash id, size_t missing)
{
    if (context->json) {
        json_t *o = json_object();
        json_put(o, "id", json_id(id));
        json_put(o, "service", json_string(service_name(k->what)));
        json_put(o, "new", json_of_hex(SLICE_ARRAY(k->to.b)));
        json_put(o, "missing", json_of_number(missing));
        json_put(o, "state", json_string("saved"));
        return cmd_print_json(o);
    }
    struct buf out = buf_new(1024);
    buf_put_text(&out, "saved ");
    print_id(&out, id, PRINT_ID);
    buf_printf(&out, "  change of the %s key", service_name(k->what));
    if (missing == 0) {
        buf_put_text(&out, ", in force once the hub has it (baraza sync)\n");
    } else {
        buf_put_text(&out, "; needs ");
        print_count(&out, missing, "more approval", "more approvals");
        buf_put_text(&out, ": baraza sync --wait, then baraza approve ");
        print_id(&out, id, PRINT_ID);
        buf_put_text(&out, " --as NAME, and sync again\n");
    }
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

static int rekey(struct cmd_context *context, struct work *w, struct rekeying *k)
{
    struct roster *r = NULL;
    struct why why = { "" };
    struct append_result result;
    struct body body = { .kind = KIND_REKEY };
    enum err e = roster_here(&w->desk, &r, &why);
    size_t quorum = e == OK ? roster_quorum(r) : 0;
    int code = e == OK ? find_old(w, r, k) : cmd_fail(e, &why);
    roster_free(r);
    if (code < 0) {
        code = find_new(context, w, k);
    }
    if (code < 0) {
        body.as.rekey.what = slice_text(service_name(k->what));
        body.as.rekey.old_key = SLICE_ARRAY(k->from.b);
        body.as.rekey.new_key = SLICE_ARRAY(k->to.b);
        code = foresee_act(w, &body);
    }
    if (code < 0) {
        const struct append_item item = { .body = &body };
        code = work_append(w, &item, 1, &result);
    }
    return code < 0 ? say(context, k, result.id, quorum - 1) : code;
}

// The keyring is read and written as a whole: one newcomer at a time.
static int rekey_alone(struct cmd_context *context, struct rekeying *k)
{
    struct work w = { .lent = false };
    struct why why = { "" };
    int lock = -1;
    char *path = state_path_in(context->state, STATE_KEYRING_LOCK);
    enum err e = k->name != NULL ? state_lock_take(path, &lock, &why) : OK;
    int code = e == OK ? work_write(context, k->as, &w) : cmd_fail(e, &why);
    if (code < 0) {
        code = rekey(context, &w, k);
    }
    work_close(&w);
    state_lock_drop(lock);
    free(path);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct rekeying k = { .as = NULL };
    const struct arg_spec rows[] = {
        { "new", 0, ARG_TEXT, "KEY", "the key that follows, 64 hex digits", &k.new_key },
        { "name", 0, ARG_TEXT, "NAME", "root: who follows gets a new key here, under a passphrase of her own",
          &k.name },
        { "name-passphrase-file", 0, ARG_TEXT, "FILE", "her passphrase, for scripts", &k.name_file },
        { "old", 0, ARG_TEXT, "KEY", "the key that ends; for root: a name or key; else the one of now when not given",
          &k.old_key },
        WORK_AS(&k.as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza rekey",
        .summary = "As one who holds a root key: change a root key, or the hub's log, exchange or intake key",
        .positionals = "root|log|exchange|intake",
        .min = 1,
        .max = 1,
        .examples = "  baraza rekey log --new 4f2a91c0...91ac03e7 --as wren          # from baraza hub new-key log\n"
                    "  baraza rekey root --old lark --name egret --as wren\n"
                    "  baraza approve 5b13bce04a77 --as finch\n"
                    "\n"
                    "In force once the charter's quorum of roots has approved, at that place of the record. A change\n"
                    "of root voids what waits for approval. No key that served before comes back.\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    if (!service_parse(slice_text(args.positionals[0]), &k.what)) {
        return cmd_usage("which key? root, log, exchange or intake");
    }
    if ((k.name != NULL) == (k.new_key != NULL) || (k.name != NULL && k.what != SERVICE_ROOT)) {
        return cmd_usage(k.what == SERVICE_ROOT ? "who follows? --name NAME makes her key here, --new KEY names one"
                                                : "name the new key with --new KEY: baraza hub new-key makes it");
    }
    return rekey_alone(context, &k);
}

const struct cmd cmd_rekey = { "rekey", run, "change a key of the consultation, as a root", CMD_PEOPLE };
