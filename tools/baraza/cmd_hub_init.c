// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza hub init`: founds a consultation. Read first: founding.h.
#include "common/base/file.h"
#include "common/net/loop.h"
#include "common/net/sock.h"
#include "tools/baraza/ask.h"
#include "tools/baraza/founding.h"
#include "tools/baraza/print.h"

#include <stdlib.h>
#include <string.h>

#define QUANTUM_S 3600
#define THRESHOLD 5
#define ROOTS_MOST (LIMIT_PERSONS - 1 < LIMIT_ROOT_KEYS ? LIMIT_PERSONS - 1 : LIMIT_ROOT_KEYS) // and the registrar

static int check_addresses(const struct arg_list *addresses)
{
    for (size_t i = 0; i < addresses->n; i++) {
        struct buf whole = buf_new(2 * LIMIT_NET_ADDRESS);
        buf_printf(&whole, "tcp://%s", addresses->values[i]);
        bool good = sock_address_ok(buf_slice(&whole), false);
        buf_done(&whole);
        if (!good) {
            return cmd_usage("--address \"%s\" is not HOST:PORT, for example hub.example.org:4740",
                             addresses->values[i]);
        }
    }
    return -1;
}

static int print_founded(const struct cmd_context *context, const struct founding_wish *w, const struct founding *f)
{
    if (w->practice) {
        cmd_practice();
    }
    if (context->json) {
        json_t *o = json_object();
        json_put(o, "consultation", json_id(f->id));
        json_put(o, "title", json_string(w->title));
        json_put(o, "practice", json_boolean(w->practice));
        json_put(o, "hub", json_string(w->hub_dir));
        json_put(o, "founder", json_string(w->founder_dir));
        return cmd_print_json(o);
    }
    struct buf out = buf_new(16384);
    print_line(&out, slice_text(w->title), 200);
    buf_put_text(&out, w->practice ? "  (practice, not real)\n" : "\n");
    buf_put_text(&out, "Fingerprint, to be read out and compared:\n  ");
    charter_put_fingerprint(f->id, &out);
    buf_printf(&out, "\nHub:      %s   start it with: baraza-hub --state %s\n", w->hub_dir, w->hub_dir);
    buf_printf(&out, "Founder:  %s   root key and registrar \"%s\"; keep it off the hub's computer\n", w->founder_dir,
               w->registrar);
    buf_printf(&out, "Give each protection officer one of %s/keys/protect-*, and remove them there.\n", w->founder_dir);
    buf_printf(&out, "Should a passphrase be forgotten: name a keyholder, baraza keyholder add LINE --state %s\n",
               w->founder_dir);
    buf_printf(&out, "Next:     baraza invite --state %s --as %s --role facilitator\n", w->founder_dir, w->registrar);
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

// Each who holds a root key types her own passphrase.
static enum err ask_roots(struct cmd_context *context, struct founding_wish *w, struct buf *passphrases,
                          struct why *why)
{
    enum err e = OK;
    for (size_t i = 0; (i == 0 || i < w->roots.n) && e == OK; i++) {
        struct buf prompt = buf_new(256);
        if (w->roots.n == 0) {
            buf_put_text(&prompt, "New passphrase for the root key and the registrar");
        } else {
            buf_printf(&prompt, "New passphrase for the root key of %.64s%s", w->roots.values[i],
                       i == 0 ? " and the registrar" : "");
        }
        buf_put_u8(&prompt, 0);
        e = ask_passphrase(context, (const char *)prompt.p, true, &passphrases[i], why);
        w->passphrases[i] = buf_slice(&passphrases[i]);
        buf_done(&prompt);
    }
    return e;
}

static int found(struct cmd_context *context, struct founding_wish *w)
{
    struct founding f = { .root_count = 0 };
    struct why why = { "" };
    struct buf passphrases[LIMIT_ROOT_KEYS];
    for (size_t i = 0; i < LIMIT_ROOT_KEYS; i++) {
        passphrases[i] = buf_new(LIMIT_PASSPHRASE);
    }
    enum err e = ask_roots(context, w, passphrases, &why);
    if (e == OK) {
        e = founding_begin(w, work_store_flags(context), &f, &why);
    }
    for (size_t i = 0; i < LIMIT_ROOT_KEYS; i++) {
        buf_wipe(&passphrases[i]);
        buf_done(&passphrases[i]);
    }
    if (e == OK) {
        e = founding_commit(&f, &why);
    }
    int code = e == OK ? print_founded(context, w, &f) : cmd_fail(e, &why);
    founding_done(&f);
    return code;
}

static void today(char out[static 16])
{
    struct buf text = buf_new(64);
    print_time(&text, loop_wall_s());
    CHECK(text.n >= 10);
    memcpy(out, text.p, 10);
    out[10] = '\0';
    buf_done(&text);
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    char date[16];
    today(date);
    struct founding_wish w = {
        .opened = date, .registrar = "registrar", .quorum = 1, .quantum_s = QUANTUM_S, .threshold = THRESHOLD };
    const struct arg_spec rows[] = {
        { "prefix", 0, ARG_TEXT, "NAME", "the record's name, like a web address without https://", &w.prefix },
        { "founder", 0, ARG_TEXT, "DIR", "where the root's and registrar's state goes: a stick, another disk",
          &w.founder_dir },
        { "address", 0, ARG_LIST, "HOST:PORT", "where sites will reach the hub; may be repeated", &w.addresses },
        { "language", 0, ARG_LIST, "TAG", "a language of the consultation; may be repeated; en when not given",
          &w.languages },
        { "officer", 0, ARG_LIST, "CODE", "a protection officer, two or more; officer-1, officer-2 when not given",
          &w.officers },
        { "root", 0, ARG_LIST, "NAME", "chosen name of one who holds a root key, with a passphrase of her own; may be "
          "repeated; one, called root, when not given", &w.roots },
        { "quorum", 0, ARG_UINT, "Q", "how many of them an act of the root needs; 1", &w.quorum },
        { "registrar", 0, ARG_TEXT, "NAME", "chosen name of the registrar", &w.registrar },
        { "opened", 0, ARG_TEXT, "DATE", "the day it opens; today when not given", &w.opened },
        { "quantum", 0, ARG_UINT, "SECONDS", "entries' times are rounded down to it; 3600", &w.quantum_s },
        { "threshold", 0, ARG_UINT, "N", "counts below it are not published; 5", &w.threshold },
        { "practice", 0, ARG_FLAG, NULL, "for training: marked on every screen, never mixes with a real one",
          &w.practice },
        { "plan-first", 0, ARG_FLAG, NULL, "an acute threat: the plan comes before the policy", &w.plan_first },
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza hub init",
        .summary = "Found a consultation: its charter, the hub's state, and the founder's state apart from it",
        .positionals = "TITLE",
        .min = 1,
        .max = 1,
        .examples = "  baraza hub init \"Security policy of Marisola\" --prefix records.example.org/security-2026 \\\n"
                    "      --state /srv/baraza --founder /media/stick/founder --address hub.example.org:4740 \\\n"
                    "      --language en --language fr\n"
                    "  baraza hub init ... --root wren --root lark --root finch --quorum 2\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    if (w.prefix == NULL || w.founder_dir == NULL || w.addresses.n == 0) {
        return cmd_usage("name --prefix, --founder and --address: see baraza hub init --help");
    }
    if (w.roots.n > ROOTS_MOST || w.quorum < 1 || w.quorum > (w.roots.n == 0 ? 1 : w.roots.n)) {
        return cmd_usage("--root is given at most %d times, and --quorum is 1 to the number of roots", ROOTS_MOST);
    }
    w.title = args.positionals[0];
    w.hub_dir = context->state;
    if (w.languages.n == 0) {
        w.languages = (struct arg_list){ .values = { "en" }, .n = 1 };
    }
    code = check_addresses(&w.addresses);
    return code < 0 ? found(context, &w) : code;
}

const struct cmd cmd_hub_init = { "hub init", run, "found a consultation", CMD_FOUND };
