// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza approve`: one more root key puts its weight behind an act of the root, which is in force once as many have as
// the charter's quorum asks for. Read first: docs/PROTOCOL.md 6.3.
#include "node/desk/roster_here.h"
#include "tools/baraza/drafting.h"
#include "tools/baraza/print.h"

// Finds the one act that waits whose id begins so.
static int find_pending(const struct roster *r, const char *typed, struct roster_pending *out)
{
    struct roster_pending p;
    size_t fits = 0;
    for (size_t i = 0; i < roster_pending_count(r); i++) {
        roster_pending(r, i, &p);
        if (id_begins(p.act, slice_text(typed))) {
            *out = p;
            fits++;
        }
    }
    if (fits > 1) {
        return cmd_usage("several acts that wait begin with \"%.70s\": give more of the id", typed);
    }
    return fits == 1 ? -1
                     : cmd_usage("no act that waits here begins with \"%.70s\": baraza who lists them; an act waits "
                                 "once the hub has it, so baraza sync --wait first, where it was made and here", typed);
}

// May she approve it, and does it need her?
static int check_approver(const struct roster *r, const struct roster_pending *p, struct pubkey key)
{
    struct why why = { "" };
    bool root = false;
    for (size_t i = 0; i < roster_root_count(r); i++) {
        root = root || pubkey_equal(roster_root_key(r, i), key);
    }
    if (!root) {
        why_set(&why, "Not saved: only who holds a root key approves (--as NAME)");
        return cmd_fail(ERR_BAD_INPUT, &why);
    }
    for (size_t i = 0; i < p->approvers; i++) {
        if (pubkey_equal(p->approver[i], key)) {
            why_set(&why, "Not saved: this root key has approved it already; another root has to");
            return cmd_fail(ERR_BAD_INPUT, &why);
        }
    }
    return -1;
}

static int approve(struct cmd_context *context, const char *as, const char *typed)
{
    struct work w;
    struct roster *r = NULL;
    struct roster_pending p;
    struct why why = { "" };
    const struct body body = { .kind = KIND_ROOT_APPROVAL };
    int code = work_write(context, as, &w);
    if (code < 0) {
        enum err e = roster_here(&w.desk, &r, &why);
        code = e == OK ? find_pending(r, typed, &p) : cmd_fail(e, &why);
    }
    if (code < 0) {
        code = check_approver(r, &p, w.desk.who->person.key);
    }
    if (code < 0) {
        const struct append_item item = { .body = &body, .refs = &p.act, .ref_count = 1 };
        code = drafting_append(context, &w, &item, 1);
    }
    roster_free(r);
    work_close(&w);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    const char *as = NULL;
    const struct arg_spec rows[] = {
        WORK_AS(&as),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza approve",
        .summary = "Approve an act of the root that waits: it is in force once enough who hold a root key have",
        .positionals = "ID",
        .min = 1,
        .max = 1,
        .examples = "  baraza who\n"
                    "  baraza approve 5b13bce04a77 --as lark\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    return code >= 0 ? code : approve(context, as, args.positionals[0]);
}

const struct cmd cmd_approve = { "approve", run, "approve an act of the root", CMD_PEOPLE };
