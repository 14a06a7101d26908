// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza grant`: accredit a key for roles in areas. The root accredits registrars, the secretariat and the hub; the
// secretariat all others. Who may is judged at the record, not here.
#include "common/base/file.h"
#include "common/format/armor.h"
#include "tools/baraza/accredit.h"
#include "tools/baraza/foresee.h"
#include "tools/baraza/introduce.h"
#include "tools/baraza/print.h"

#include <string.h>

struct granting {
    const char *as, *transport;
    struct arg_list roles, areas;
};

#define LINE_BYTES 4096     // what a file with the line may have
#define LOOKS_LIKE_LINE 100 // characters

// The line of `baraza who --me`, typed or in a file: key and computer. *is: it is one.
static int fill_line(const char *typed, struct body *body, bool *is)
{
    struct buf text = buf_new(LINE_BYTES);
    struct why why = { "" };
    const bool file = strcmp(typed, "-") == 0 || (strlen(typed) < LOOKS_LIKE_LINE && file_exists(typed));
    enum err e = OK;
    if (file) {
        e = cmd_read_input(typed, &text, &why);
    } else {
        buf_put_text(&text, typed);
    }
    *is = e == OK && introduce_parse(buf_slice(&text), &body->as.grant.key, &body->as.grant.transport);
    body->as.grant.has_transport = body->as.grant.has_transport || *is;
    const bool cut = e == OK && !*is && (file || text.n >= LOOKS_LIKE_LINE);
    buf_done(&text);
    if (e != OK) {
        return cmd_fail(e, &why);
    }
    return cut ? cmd_usage("that is not the whole line of baraza who --me, or a digit of it was mistyped") : -1;
}

// Puts the key that was typed, whole or its beginning, or the line that introduces her.
static int fill_key(struct work *w, const char *typed, struct body *body)
{
    bool introduced = false;
    int code = fill_line(typed, body, &introduced);
    if (code < 0 && !introduced) {
        code = foresee_member(w, typed, &body->as.grant.key);
    }
    if (code < 0 && !pubkey_valid(body->as.grant.key)) {
        return cmd_usage("that is no key somebody can write with (baraza keycheck)");
    }
    return code;
}

static int fill(const struct granting *g, struct body *body)
{
    if (g->transport != NULL) {
        body->as.grant.has_transport = true;
        if (!armor_hex_fixed(slice_text(g->transport), body->as.grant.transport.b, sizeof body->as.grant.transport.b)) {
            return cmd_usage("--transport has 64 hex digits");
        }
    }
    int code = accredit_roles(&g->roles, &body->as.grant.roles);
    return code >= 0 ? code : accredit_areas(&g->areas, body->as.grant.areas, &body->as.grant.area_count);
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct granting g = { .as = NULL };
    const struct arg_spec rows[] = {
        { "role", 'r', ARG_LIST, "ROLE", "facilitator, drafter, analyst …", &g.roles },
        { "area", 'a', ARG_LIST, "AREA", "only for this area; everywhere when not given", &g.areas },
        { "transport", 0, ARG_TEXT, "HEX", "transport key of her computer (baraza who --json), for the hub to know",
          &g.transport },
        WORK_AS(&g.as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza grant",
        .summary = "Accredit a key for roles, in areas or everywhere. A key that is in the record may be given by its "
                   "beginning; whoever is not admitted yet sends the line that baraza who --me shows her",
        .positionals = "KEY|LINE|FILE",
        .min = 1,
        .max = 1,
        .examples = "  baraza grant heron.line --as registrar --role facilitator --area XM-KIV\n"
                    "  baraza grant --as registrar --role drafter 3d4017c3...f4af4660c\n",
        .options = rows,
    };
    struct args args;
    struct work w = { .lent = false };
    struct body body = { .kind = KIND_GRANT };
    struct append_result result;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    if (g.roles.n == 0) {
        return cmd_usage("name at least one role with --role");
    }
    code = fill(&g, &body);
    if (code < 0) {
        code = work_write(context, g.as, &w);
    }
    if (code < 0) {
        code = fill_key(&w, args.positionals[0], &body);
    }
    if (code < 0) {
        code = foresee_act(&w, &body);
    }
    if (code < 0) {
        const struct append_item item = { .body = &body };
        code = work_append(&w, &item, 1, &result);
    }
    if (code < 0 && context->json) {
        json_t *o = json_object();
        json_put(o, "id", json_id(result.id));
        json_put(o, "state", json_string("saved"));
        code = cmd_print_json(o);
    } else if (code < 0) {
        struct buf line = buf_new(256);
        buf_put_text(&line, "saved ");
        print_id(&line, result.id, PRINT_ID);
        buf_put_text(&line, "  grant\n");
        code = cmd_print(buf_slice(&line));
        buf_done(&line);
    }
    work_close(&w);
    return code;
}

const struct cmd cmd_grant = { "grant", run, "accredit somebody's key", CMD_PEOPLE };
