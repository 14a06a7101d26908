// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza invite`: the registrar makes a bounded right to enrol, as a file to hand over. Its seed is a secret: it is
// in that file only. The entry is saved first, so that no invitation exists that the record will not know.
#include "common/base/text.h"
#include "common/format/invitation.h"
#include "common/format/words.h"
#include "common/store/succession_store.h"
#include "node/desk/qr.h"
#include "tools/baraza/accredit.h"
#include "tools/baraza/foresee.h"
#include "tools/baraza/invite_page.h"
#include "tools/baraza/out.h"
#include "tools/baraza/print.h"

#include <string.h>

#define PAGE_BYTES (1 << 20)

struct inviting {
    const char *as, *out, *page;
    struct arg_list roles, areas, addresses;
    uint64_t uses;
    bool bare, words, qr, force;
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

// Nothing is saved of an invitation that could not be written down.
static int check_form(const struct invitation *inv)
{
    struct buf text = buf_new(LIMIT_INVITATION_BYTES);
    bool good = invitation_make(inv, true, &text);
    buf_wipe(&text);
    buf_done(&text);
    return good ? -1 : cmd_usage("an address is not HOST:PORT, for example hub.example.org:4740");
}

static int append_invite(struct work *w, const struct inviting *in, struct invitation *inv, struct body *out)
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
        code = foresee_act(w, &body);
    }
    if (code < 0) {
        code = work_append(w, &item, 1, &result);
    }
    if (code < 0) {
        inv->invite = result.id;
        *out = body;
    }
    return code;
}

// Writes the page to print.
static int write_page(const struct cmd_context *context, const struct work *w, const struct inviting *in,
                      const struct invitation *inv, const struct body *body)
{
    struct buf page = buf_new(PAGE_BYTES);
    int code = -1;
    if (!invite_page_put(state_charter(w->desk.state), inv, body, context->language, &page)) {
        code = cmd_usage("too many addresses for a code");
    } else {
        code = out_write(in->page, buf_slice(&page), 0600, in->force);
    }
    buf_wipe(&page);
    buf_done(&page);
    return code;
}

// Says what was saved and where it is; words and code, when they were asked for, are the answer itself.
static int say_invited(const struct cmd_context *context, const struct inviting *in, const struct invitation *inv)
{
    struct buf words = buf_new(1024);
    struct buf bare = buf_new(LIMIT_INVITATION_BYTES);
    struct buf line = buf_new((size_t)1 << 18);
    int code = -1;
    if (in->words) {
        words_put(inv, &words);
    }
    if (context->json) {
        json_t *o = json_object();
        json_put(o, "id", json_id(inv->invite));
        json_put(o, "file", in->out == NULL ? json_null() : json_of_path(in->out));
        json_put(o, "page", in->page == NULL ? json_null() : json_of_path(in->page));
        json_put(o, "words", in->words ? json_of_bytes(slice_of(words.p, words.n - 1)) : json_null());
        code = cmd_print_json(o);
        goto out;
    }
    buf_put_text(&line, "saved ");
    print_id(&line, inv->invite, PRINT_ID);
    if (in->words) {
        buf_printf(&line, "  letter in %s: it is no secret, send it as you like; she types: baraza join FILE "
                          "--words -\n", in->out);
        buf_put_text(&line, "These words are the secret: read them out, to her alone. They count once the "
                            "hub has it, baraza sync.\n");
        buf_put(&line, buf_slice(&words));
    } else if (in->out != NULL) {
        buf_printf(&line, "  invitation in %s: hand it over like a key; it counts once the hub has it, baraza sync\n",
                   in->out);
    } else {
        buf_put_text(&line, "  invitation: hand it over like a key; it counts once the hub has it, baraza sync\n");
    }
    if (in->page != NULL) {
        buf_printf(&line, "to print: %s\n", in->page);
    }
    if (in->qr && (!invitation_make(inv, true, &bare) || !qr_put_terminal(buf_slice(&bare), &line))) {
        code = cmd_usage("too many addresses for a code");
        goto out;
    }
    code = cmd_print(buf_slice(&line));
out:
    buf_wipe(&words);
    buf_wipe(&bare);
    buf_wipe(&line);
    buf_done(&words);
    buf_done(&bare);
    buf_done(&line);
    return code;
}

// Writes the file, or shows the text.
static int hand_out(const struct cmd_context *context, const struct work *w, const struct inviting *in,
                    const struct invitation *inv)
{
    struct buf text = buf_new(LIMIT_INVITATION_BYTES + LIMIT_CHARTER_BYTES);
    int code = EXIT_GOOD;
    CHECK(in->words ? invitation_letter_make(inv, &text) : invitation_make(inv, in->bare, &text)); // check_form
    buf_put_text(&text, "\n");
    if (!in->bare) {
        buf_put(&text, state_charter_note(w->desk.state));
    }
    if (in->out == NULL && in->page == NULL && !in->qr) {
        code = cmd_print(buf_slice(&text));
        goto out;
    }
    code = in->out == NULL ? -1 : out_write(in->out, buf_slice(&text), 0600, in->force);
    code = code < 0 ? say_invited(context, in, inv) : code;
out:
    buf_wipe(&text);
    buf_done(&text);
    return code;
}

static int invite(struct cmd_context *context, const struct inviting *in)
{
    struct work w;
    struct invitation inv = { .address_count = 0 };
    struct service_keys keys;
    struct why why = { "" };
    struct body body;
    int code = work_write(context, in->as, &w);
    if (code < 0) {
        code = take_addresses(context, in, &inv);
    }
    if (code < 0) {
        enum err e = succession_keys(state_kv(w.desk.state), state_charter(w.desk.state), &keys, &why);
        code = e == OK ? code : cmd_fail(e, &why);
    }
    if (code < 0) {
        inv.charter = state_charter(w.desk.state)->id;
        inv.hub = keys.exchange;
        ident_random(inv.seed, sizeof inv.seed);
        code = check_form(&inv);
    }
    if (code < 0) {
        code = append_invite(&w, in, &inv, &body);
    }
    if (code < 0 && in->page != NULL) {
        code = write_page(context, &w, in, &inv, &body);
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
        { "role", 'r', ARG_LIST, "ROLE", "facilitator, drafter, analyst …", &in.roles },
        { "area", 'a', ARG_LIST, "AREA", "only for this area (XM-KIV); everywhere when not given",
          &in.areas },
        { "uses", 'u', ARG_UINT, "N", "how many people may use it; 1 when not given", &in.uses },
        { "out", 'o', ARG_TEXT, "FILE", "write it to FILE; shown when not given", &in.out },
        { "address", 0, ARG_LIST, "HOST:PORT", "where sites reach the hub; the conf file's when not given",
          &in.addresses },
        { "bare", 0, ARG_FLAG, NULL, "one line without the charter, to be sent or printed as a code", &in.bare },
        { "words", 0, ARG_FLAG, NULL, "show its secret as 18 words to read out; --out then holds the rest, no secret",
          &in.words },
        { "qr", 0, ARG_FLAG, NULL, "show it as a code for a camera", &in.qr },
        { "page", 0, ARG_TEXT, "FILE", "write a page to print and hand over (HTML, A4)", &in.page },
        OUT_FORCE(&in.force),
        WORK_AS(&in.as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza invite",
        .summary = "Make an invitation: whoever holds it may take part in these roles, in these areas, so many times",
        .positionals = "",
        .examples = "  baraza invite --as registrar --role facilitator --area XM-KIV --uses 1 --out heron.invitation\n"
                    "  baraza invite --as registrar --role facilitator --area XM-KIV --words --out heron.letter\n"
                    "  baraza invite --as registrar --role facilitator --area XM-KIV --page heron.html --qr\n",
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
    if (in.words && (in.out == NULL || in.bare || in.qr || in.page != NULL)) {
        return cmd_usage("--words goes with --out FILE alone: the letter, which has no secret in it");
    }
    code = out_check(in.out, in.force);
    code = code < 0 ? out_check(in.page, in.force) : code;
    return code < 0 ? invite(context, &in) : code;
}

const struct cmd cmd_invite = { "invite", run, "make an invitation for somebody", CMD_PEOPLE };
