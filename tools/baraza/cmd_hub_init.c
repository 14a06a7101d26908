// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza hub init`: founds a consultation. Read first: founding.h.
#include "common/author/protect_key.h"
#include "common/base/file.h"
#include "common/base/text.h"
#include "common/format/armor.h"
#include "common/format/sealed.h"
#include "common/net/loop.h"
#include "common/net/sock.h"
#include "tools/baraza/ask.h"
#include "tools/baraza/founding.h"
#include "tools/baraza/print.h"

#include <stdio.h>
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
        json_put(o, "hub", json_of_path(w->hub_dir));
        json_put(o, "founder", json_of_path(w->founder_dir));
        return cmd_print_json(o);
    }
    struct buf out = buf_new(16384);
    print_line(&out, slice_text(w->title), 200);
    buf_put_text(&out, w->practice ? "  (practice, not real)\n" : "\n");
    buf_put_text(&out, "Fingerprint, to be read out and compared:\n  ");
    charter_put_fingerprint(f->id, &out);
    buf_printf(&out, "\nHub:      %s   start it with: baraza-hub --state %s\n", w->hub_dir, w->hub_dir);
    buf_printf(&out, "          it listens on port %s of every network of its computer (listen in its conf file)\n",
               strrchr(w->addresses.values[0], ':') + 1);
    buf_printf(&out, "Founder:  %s   root key and registrar \"%s\"; keep it off the hub's computer\n", w->founder_dir,
               w->registrar);
    for (size_t i = 0; i < w->officers.n; i++) {
        buf_printf(&out, "Protect:  give %s/keys/protect-%s to %s alone, and remove it there\n", w->founder_dir,
                   w->officers.values[i], w->officers.values[i]);
    }
    for (size_t i = 0; i < w->body_count; i++) {
        buf_printf(&out, "Protect:  %.*s keeps a key of their own\n", (int)w->bodies[i].name.n,
                   (const char *)w->bodies[i].name.p);
    }
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

// So does each protection officer whose key is made here: whoever founds should not be able to open it.
static enum err ask_officers(struct cmd_context *context, struct founding_wish *w, struct buf *passphrases,
                             struct why *why)
{
    enum err e = OK;
    for (size_t i = 0; i < w->officers.n && i < LIMIT_PROTECT_KEYS && e == OK; i++) {
        char prompt[128];
        (void)snprintf(prompt, sizeof prompt, "New passphrase for the protection key of %.40s",
                       w->officers.values[i]);
        e = ask_passphrase(context, prompt, true, &passphrases[i], why);
        w->officer_passphrases[i] = buf_slice(&passphrases[i]);
    }
    return e;
}

static int found(struct cmd_context *context, struct founding_wish *w)
{
    struct founding f = { .root_count = 0 };
    struct why why = { "" };
    struct buf passphrases[LIMIT_ROOT_KEYS + LIMIT_PROTECT_KEYS];
    const size_t all = sizeof passphrases / sizeof *passphrases;
    for (size_t i = 0; i < all; i++) {
        passphrases[i] = buf_new(LIMIT_PASSPHRASE);
    }
    enum err e = ask_roots(context, w, passphrases, &why);
    if (e == OK) {
        e = ask_officers(context, w, passphrases + LIMIT_ROOT_KEYS, &why);
    }
    if (e == OK) {
        e = founding_begin(w, work_store_flags(context), &f, &why);
    }
    for (size_t i = 0; i < all; i++) {
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

// Reads NAME=KEY or NAME=FILE into w.
static int take_body(struct founding_wish *w, const char *given)
{
    struct buf text = buf_new(PROTECT_KEY_FILE_BYTES);
    const char *sign = strchr(given, '=');
    struct charter_officer *body = &w->bodies[w->body_count];
    struct slice name = { NULL, 0 };
    struct why why = { "" };
    if (sign == NULL || w->body_count == LIMIT_PROTECT_KEYS) {
        return cmd_usage("--protect takes NAME=KEY or NAME=FILE, for at most %d names", LIMIT_PROTECT_KEYS);
    }
    body->name = slice_of(given, (size_t)(sign - given));
    if (!text_code_ok(body->name)) {
        return cmd_usage("--protect: the name is a code: letters, digits, dot, dash and underscore");
    }
    if (armor_base64_fixed(slice_text(sign + 1), body->key.b, sizeof body->key.b)) {
        w->body_count++;
        return -1;
    }
    enum err e = file_read(sign + 1, true, &text, &why);
    const bool good = e == OK && protect_key_read_line(buf_slice(&text), &name, &body->key);
    buf_done(&text);
    if (!good) {
        return cmd_usage("--protect %.*s: \"%.200s\" is neither a key in base64 nor a file with the line that "
                         "`baraza protect new` printed", (int)body->name.n, (const char *)body->name.p, sign + 1);
    }
    w->body_count++;
    return -1;
}

// Who may open what is sealed: two standing officers when nobody was named.
static int take_bodies(struct founding_wish *w, const struct arg_list *given)
{
    int code = -1;
    for (size_t i = 0; i < given->n && code < 0; i++) {
        code = take_body(w, given->values[i]);
    }
    if (w->officers.n == 0 && w->body_count == 0) {
        w->officers = (struct arg_list){ .values = { "officer-1", "officer-2" }, .n = SEALED_FEWEST };
    }
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    char date[16];
    struct arg_list bodies = { .n = 0 };
    today(date);
    struct founding_wish w = {
        .opened = date, .registrar = "registrar", .quorum = 1, .quantum_s = QUANTUM_S, .threshold = THRESHOLD };
    const struct arg_spec rows[] = {
        { "prefix", 0, ARG_TEXT, "NAME", "the record's name, like a web address without https://", &w.prefix },
        { "founder", 0, ARG_TEXT, "DIR", "where the root's and registrar's state goes: a stick, another disk",
          &w.founder_dir },
        { "address", 0, ARG_LIST, "HOST:PORT", "where sites will reach the hub", &w.addresses },
        { "language", 0, ARG_LIST, "TAG", "a language of the consultation; en when not given",
          &w.languages },
        { "officer", 0, ARG_LIST, "CODE", "a protection officer, whose key is made here under her own passphrase; "
          "officer-1 and officer-2 when nobody is named", &w.officers },
        { "protect", 0, ARG_LIST, "NAME=KEY|FILE", "an independent body that keeps a key of its own (baraza protect "
          "new), by its public half", &bodies },
        { "root", 0, ARG_LIST, "NAME", "chosen name of one who holds a root key, with a passphrase of her own; "
          "one, called root, when not given", &w.roots },
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
                    "  baraza hub init ... --root wren --root lark --root finch --quorum 2\n"
                    "  baraza hub init ... --officer lark --protect ombuds=ombuds.line\n",
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
    code = code < 0 ? take_bodies(&w, &bodies) : code;
    return code < 0 ? found(context, &w) : code;
}

const struct cmd cmd_hub_init = { "hub init", run, "found a consultation", CMD_FOUND };
