// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza invite`: the registrar makes a bounded right to enrol, as a file to hand over. Its seed is a secret: it is
// in that file only. The entry is saved first, so that no invitation exists that the record will not know.
#include "common/base/file.h"
#include "common/base/text.h"
#include "common/format/invitation.h"
#include "common/net/sock.h"
#include "tools/baraza/accredit.h"
#include "tools/baraza/print.h"
#include "tools/baraza/roster_here.h"

#include <string.h>

struct inviting {
    const char *as, *out;
    struct arg_list roles, areas, addresses;
    uint64_t uses;
    bool bare;
};

// Where sites reach the hub: --address, else what the configuration says.
static int take_addresses(const struct cmd_context *context, const struct inviting *in, struct invitation *inv)
{
    struct slice words = slice_text(conf_text(&context->conf, "hub"));
    inv->address_count = 0;
    for (size_t i = 0; i < in->addresses.n && i < LIMIT_INVITE_ADDRESSES; i++) {
        inv->addresses[inv->address_count++] = slice_text(in->addresses.values[i]);
    }
    for (size_t at = 0; in->addresses.n == 0 && at < words.n && inv->address_count < LIMIT_INVITE_ADDRESSES;) {
        size_t end = at;
        while (end < words.n && words.p[end] != ' ') {
            end++;
        }
        if (end > at) {
            inv->addresses[inv->address_count++] = slice_of(words.p + at, end - at);
        }
        at = end + 1;
    }
    if (inv->address_count == 0) {
        return cmd_usage("say where sites reach the hub: --address HOST:PORT, or \"hub = HOST:PORT\" in the conf file");
    }
    return -1;
}

static int append_invite(struct work *w, const struct inviting *in, struct invitation *inv)
{
    struct body body = { .kind = KIND_INVITE };
    struct append_item item = { .body = &body };
    struct append_result result;
    invitation_sign_key(inv, &body.as.invite.sign_key, NULL);
    invitation_curve_key(inv, &body.as.invite.curve_key, NULL);
    body.as.invite.uses = in->uses;
    int code = accredit_roles(&in->roles, &body.as.invite.roles);
    if (code < 0) {
        code = accredit_areas(&in->areas, body.as.invite.areas, &body.as.invite.area_count);
    }
    if (code < 0) {
        code = roster_here_foresee(w, &body);
    }
    if (code < 0) {
        code = work_append(w, &item, 1, &result);
    }
    if (code < 0) {
        inv->invite = result.id;
    }
    return code;
}

// Writes the file, or shows the text.
static int hand_out(const struct cmd_context *context, const struct work *w, const struct inviting *in,
                    const struct invitation *inv)
{
    struct why why = { "" };
    struct buf text = buf_new(LIMIT_INVITATION_BYTES + LIMIT_CHARTER_BYTES);
    int code = EXIT_GOOD;
    if (!invitation_make(inv, in->bare, &text)) {
        code = cmd_usage("an address is not HOST:PORT, for example hub.example.org:4740");
        goto out;
    }
    buf_put_text(&text, "\n");
    if (!in->bare) {
        buf_put(&text, state_charter_note(w->state));
    }
    if (in->out == NULL) {
        code = cmd_print(buf_slice(&text));
        goto out;
    }
    enum err e = file_replace(in->out, buf_slice(&text), 0600, &why);
    if (e != OK) {
        code = cmd_fail(e, &why);
    } else if (context->json) {
        json_t *o = json_object();
        json_put(o, "id", json_id(inv->invite));
        json_put(o, "file", json_string(in->out));
        code = cmd_print_json(o);
    } else {
        struct buf line = buf_new(8192);
        buf_put_text(&line, "saved ");
        print_id(&line, inv->invite, PRINT_ID);
        buf_printf(&line, "  invitation in %s: hand it over like a key\n", in->out);
        code = cmd_print(buf_slice(&line));
        buf_done(&line);
    }
out:
    buf_wipe(&text);
    buf_done(&text);
    return code;
}

static int invite(struct cmd_context *context, const struct inviting *in)
{
    struct work w;
    struct invitation inv = { .address_count = 0 };
    int code = work_write(context, in->as, &w);
    if (code < 0) {
        code = take_addresses(context, in, &inv);
    }
    if (code < 0) {
        inv.charter = state_charter(w.state)->id;
        inv.hub = state_charter(w.state)->exchange;
        ident_random(inv.seed, sizeof inv.seed);
        code = append_invite(&w, in, &inv);
    }
    if (code < 0) {
        code = hand_out(context, &w, in, &inv);
    }
    mem_wipe(&inv, sizeof inv);
    work_close(&w);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct inviting in = { .uses = 1 };
    const struct arg_spec rows[] = {
        { "role", 'r', ARG_LIST, "ROLE", "facilitator, drafter, analyst …; may be repeated", &in.roles },
        { "area", 'a', ARG_LIST, "AREA", "only for this area (XM-KIV); may be repeated; everywhere when not given",
          &in.areas },
        { "uses", 'u', ARG_UINT, "N", "how many people may use it; 1 when not given", &in.uses },
        { "out", 'o', ARG_TEXT, "FILE", "write it to FILE; shown when not given", &in.out },
        { "address", 0, ARG_LIST, "HOST:PORT", "where sites reach the hub; the conf file's when not given",
          &in.addresses },
        { "bare", 0, ARG_FLAG, NULL, "one line without the charter, to be sent or printed as a code", &in.bare },
        WORK_AS(&in.as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza invite",
        .summary = "Make an invitation: whoever holds it may take part in these roles, in these areas, so many times",
        .positionals = "",
        .examples = "  baraza invite --as registrar --role facilitator --area XM-KIV --uses 1 --out heron.invitation\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    if (in.roles.n == 0) {
        return cmd_usage("name at least one role with --role");
    }
    if (in.uses == 0) {
        return cmd_usage("--uses is 1 or more");
    }
    return invite(context, &in);
}

const struct cmd cmd_invite = { "invite", run, "make an invitation for somebody", CMD_PEOPLE };
