// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza drafts`: what somebody writes at the page and has not signed, for whoever cannot open the page. Each
// sees her own only. It must never print what a draft says unless it was asked to show that one.
// Read first: node/desk/drafts.h.
#include "common/base/text.h"
#include "common/format/armor.h"
#include "common/ops/json_pack.h"
#include "node/desk/drafts.h"
#include "node/desk/forums.h"
#include "tools/baraza/ask.h"
#include "tools/baraza/print.h"
#include "tools/baraza/work.h"

#include <string.h>

#define ID_SHOWN 8  // hex digits
#define ID_FEWEST 4

// Drafts of the person who is asked for, with what their forums are called.
struct listing {
    struct work w;
    struct forums forums;
    struct drafts all;
};

static void listing_done(struct listing *l)
{
    drafts_done(&l->all);
    forums_done(&l->forums);
    work_close(&l->w);
}

// Returns -1, or has reported. listing_done in either case.
static int listing_begin(struct cmd_context *context, const char *as, struct listing *l)
{
    struct why why = { "" };
    struct trouble trouble = { .err = OK };
    *l = (struct listing){ .all.n = 0 };
    int code = work_write(context, as, &l->w);
    if (code >= 0) {
        return code;
    }
    enum err e = forums_load(&l->w.desk, &l->forums, &why);
    if (e != OK) {
        return cmd_fail(e, &why);
    }
    return drafts_list(&l->w.desk, NULL, &l->all, &trouble) == OK ? -1 : work_fail(&trouble);
}

static const char *forum_code(const struct listing *l, const struct drafts_row *row)
{
    const struct forum *f = forums_find(&l->forums, row->draft.session);
    return f != NULL ? f->code : "(a forum that is not here)";
}

static json_t *row_json(const struct listing *l, const struct drafts_row *row)
{
    json_t *o = json_object();
    json_put(o, "id", json_of_hex(SLICE_ARRAY(row->draft.id.b)));
    json_put(o, "bytes", json_of_number(row->bytes));
    json_put(o, "damaged", json_boolean(row->damaged));
    if (!row->damaged) {
        json_put(o, "number", json_of_number(row->draft.number));
        json_put(o, "session", json_id(row->draft.session));
        json_put(o, "forum", json_string(forum_code(l, row)));
        json_put(o, "kept", json_time(row->draft.kept_s));
        json_put(o, "version", json_of_number(row->draft.version));
    }
    return o;
}

static void put_row(const struct listing *l, const struct drafts_row *row, struct buf *out)
{
    buf_put_text(out, "  ");
    armor_put_hex(out, slice_of(row->draft.id.b, ID_SHOWN / 2));
    if (row->damaged) {
        buf_put_text(out, "  DAMAGED on this disk: it cannot be read any more (baraza drafts discard)\n");
        return;
    }
    buf_printf(out, "  %s, draft %llu, kept ", forum_code(l, row), (unsigned long long)row->draft.number);
    print_time(out, row->draft.kept_s);
    buf_put_text(out, ", ");
    print_count(out, row->bytes, "byte\n", "bytes\n");
}

static int run_list(struct cmd_context *context, int argc, char **argv)
{
    const char *as = NULL;
    const struct arg_spec rows[] = { WORK_AS(&as), { .name = NULL } };
    const struct arg_command command = {
        .name = "baraza drafts",
        .summary = "List the drafts that you keep at this site: typed at the page, not signed yet",
        .positionals = "",
        .examples = "  baraza drafts --as Heron\n"
                    "  baraza drafts show 3fa91c22\n"
                    "  baraza drafts discard 3fa91c22\n",
        .options = rows,
    };
    struct args args;
    struct listing l;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    code = listing_begin(context, as, &l);
    struct buf out = buf_new((size_t)256 * (LIMIT_DRAFTS + 1));
    for (size_t i = 0; code < 0 && i < l.all.n; i++) {
        if (context->json) {
            const int printed = cmd_print_json(row_json(&l, &l.all.rows[i]));
            code = printed == EXIT_GOOD ? -1 : printed;
        } else {
            put_row(&l, &l.all.rows[i], &out);
        }
    }
    if (code < 0) {
        code = out.n > 0 ? cmd_print(buf_slice(&out)) : EXIT_GOOD;
    }
    if (code == EXIT_GOOD && l.all.n == 0) {
        cmd_remark(context, "no drafts are kept here");
    }
    buf_done(&out);
    listing_done(&l);
    return code;
}

// The draft whose id begins so; NULL, and it was reported, when none or several do.
static const struct drafts_row *find(const struct listing *l, const char *wanted, int *code)
{
    const struct drafts_row *found = NULL;
    const size_t n = strlen(wanted);
    size_t fits = 0;
    for (size_t i = 0; i < l->all.n; i++) {
        char room[2 * sizeof(struct draft_id)];
        struct buf hex = buf_over(room, sizeof room);
        armor_put_hex(&hex, SLICE_ARRAY(l->all.rows[i].draft.id.b));
        if (n >= ID_FEWEST && n <= hex.n && memcmp(hex.p, wanted, n) == 0) {
            found = &l->all.rows[i];
            fits++;
        }
    }
    if (fits != 1) {
        struct why why;
        why_set(&why, fits == 0 ? "no draft of yours here has the id %.40s; baraza drafts lists them"
                                : "several drafts begin with %.40s: give more of the id", wanted);
        *code = cmd_fail(ERR_NOT_FOUND, &why);
        return NULL;
    }
    return found;
}

static int show(const struct cmd_context *context, const struct listing *l, const struct drafts_row *row)
{
    if (row->damaged) {
        struct trouble trouble = { .err = OK };
        (void)trouble_set(&trouble, TROUBLE_DRAFT_DAMAGED);
        return work_fail(&trouble);
    }
    json_t *fields = json_unpack_value(row->draft.fields);
    fields = fields != NULL ? fields : json_object();
    if (context->json) {
        json_t *o = row_json(l, row);
        json_put(o, "fields", fields);
        return cmd_print_json(o);
    }
    struct buf out = buf_new((size_t)8 * LIMIT_DRAFT_BYTES);
    put_row(l, row, &out);
    print_fields(&out, fields, "    ");
    json_decref(fields);
    int code = cmd_print(buf_slice(&out));
    buf_wipe(&out);
    buf_done(&out);
    return code;
}

static int discard(const struct cmd_context *context, struct listing *l, const struct drafts_row *row, bool yes)
{
    struct trouble trouble = { .err = OK };
    struct why why = { "" };
    struct buf line = buf_new(512);
    put_row(l, row, &line);
    buf_put_text(&line, "Discard it for good? Nobody can bring it back. (yes/no)");
    buf_put_u8(&line, 0);
    enum err e = yes ? OK : ask_confirm((const char *)line.p, &why);
    buf_done(&line);
    if (e != OK) {
        return cmd_fail(e, &why);
    }
    if (drafts_discard(&l->w.desk, row->draft.id, &trouble) != OK) {
        return work_fail(&trouble);
    }
    cmd_remark(context, "discarded: its key is destroyed");
    return EXIT_GOOD;
}

static int run_show(struct cmd_context *context, int argc, char **argv)
{
    const char *as = NULL;
    const struct arg_spec rows[] = { WORK_AS(&as), { .name = NULL } };
    const struct arg_command command = {
        .name = "baraza drafts show",
        .summary = "Show one of your drafts with everything that was typed into it",
        .positionals = "ID",
        .min = 1,
        .max = 1,
        .examples = "  baraza drafts show 3fa91c22\n  baraza drafts show 3fa91c22 --json | jq -r .fields.text\n",
        .options = rows,
    };
    struct args args;
    struct listing l;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    code = listing_begin(context, as, &l);
    const struct drafts_row *row = code < 0 ? find(&l, args.positionals[0], &code) : NULL;
    code = row != NULL ? show(context, &l, row) : code;
    listing_done(&l);
    return code;
}

static int run_discard(struct cmd_context *context, int argc, char **argv)
{
    const char *as = NULL;
    bool yes = false;
    const struct arg_spec rows[] = {
        WORK_AS(&as),
        { "yes", 'y', ARG_FLAG, NULL, "do not ask", &yes },
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza drafts discard",
        .summary = "Discard one of your drafts for good: its key is destroyed, and no copy of it on this disk opens",
        .positionals = "ID",
        .min = 1,
        .max = 1,
        .examples = "  baraza drafts discard 3fa91c22\n",
        .options = rows,
    };
    struct args args;
    struct listing l;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    code = listing_begin(context, as, &l);
    const struct drafts_row *row = code < 0 ? find(&l, args.positionals[0], &code) : NULL;
    code = row != NULL ? discard(context, &l, row, yes) : code;
    listing_done(&l);
    return code;
}

const struct cmd cmd_drafts = { "drafts", run_list, "what you typed at the page and have not signed", CMD_WRITE };
const struct cmd cmd_drafts_show = { "drafts show", run_show, "one of your drafts, with all its words", CMD_WRITE };
const struct cmd cmd_drafts_discard = { "drafts discard", run_discard, "discard one of them for good", CMD_WRITE };
