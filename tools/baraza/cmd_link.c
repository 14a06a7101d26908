// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza link`: what a clause stands on, or how clauses hang together. Many at once, in one transaction.
#include "node/desk/reason.h"
#include "tools/baraza/drafting.h"
#include "tools/baraza/print.h"

#include <stdlib.h>
#include <string.h>

struct linking {
    struct drafting d;
    const char *relation, *reason;
};

// Relations from one clause to another; the others lead to a clause from something said.
static bool between_clauses(const char *relation)
{
    return strcmp(relation, "answers") == 0 || strcmp(relation, "implements") == 0 ||
           strcmp(relation, "depends-on") == 0;
}

// Finds one end and checks that the relation may start there; settles the relation when none was given.
static int resolve_from(struct resolver *r, struct linking *l, const char *typed, struct hash *out)
{
    struct resolved from;
    int code = resolve_id(r, typed, &from);
    if (code >= 0) {
        return code;
    }
    if (l->relation == NULL && from.kind == KIND_CLAUSE) {
        return cmd_usage("%.70s is a clause: say --relation answers, implements or depends-on", typed);
    }
    l->relation = l->relation == NULL ? "originates" : l->relation;
    if (from.kind == KIND_CLAUSE && !between_clauses(l->relation)) {
        return cmd_usage("\"%s\" leads from something said to a clause, but %.70s is a clause: say --relation answers, "
                         "implements or depends-on", l->relation, typed);
    }
    if (from.kind != KIND_CLAUSE && from.kind != KIND_UNKNOWN && between_clauses(l->relation)) {
        return cmd_usage("\"%s\" leads from clause to clause, but %.70s is a %s", l->relation, typed,
                         kind_info(from.kind)->name);
    }
    if (from.kind != KIND_CLAUSE && from.kind != KIND_CONTRIBUTION && from.kind != KIND_SESSION &&
        from.kind != KIND_UNKNOWN) {
        return cmd_usage("%.70s is a %s: a clause stands on contributions, forums or other clauses", typed,
                         kind_info(from.kind)->name);
    }
    *out = from.id;
    return -1;
}

// refs: two for each link, which all lead to the last that was typed.
static int resolve_ends(struct resolver *r, struct linking *l, const struct args *args, struct hash *refs)
{
    const size_t n = args->n - 1;
    struct resolved to;
    int code = resolve_kind(r, args->positionals[n], KIND_CLAUSE, &to);
    for (size_t i = 0; i < n && code < 0; i++) {
        code = resolve_from(r, l, args->positionals[i], &refs[2 * i]);
        refs[2 * i + 1] = to.id;
        if (code < 0 && hash_equal(refs[2 * i], to.id)) {
            code = cmd_usage("%.70s cannot be linked to itself", args->positionals[i]);
        }
    }
    return code;
}

static int write_links(struct cmd_context *context, struct linking *l, const struct args *args)
{
    const size_t n = args->n - 1;
    struct work w;
    struct resolver r = { .context = context, .w = &w, .from = &l->d.from };
    struct typed t = { .n = 0 };
    struct buf reason = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct hash *refs = mem_new(2 * n * sizeof *refs);
    struct append_item *items = mem_new(n * sizeof *items);
    struct body body = { .kind = KIND_LINK };
    struct slice text = typed_words(&t, l->reason);
    int code = drafting_begin(context, &l->d, &t, &w);
    if (code < 0) {
        code = resolve_ends(&r, l, args, refs);
    }
    if (code < 0) {
        reason_put(drafting_language(&l->d, &w), text, (struct slice){ NULL, 0 }, NULL, &reason);
        body.as.link.relation = slice_text(l->relation);
        for (size_t i = 0; i < n; i++) {
            items[i] = (struct append_item){ .body = &body, .refs = &refs[2 * i], .ref_count = 2 };
            items[i].parts[0] = buf_slice(&reason);
        }
        code = drafting_append(context, &w, items, n);
    }
    resolver_done(&r);
    typed_done(&t);
    buf_done(&reason);
    free(refs);
    free(items);
    work_close(&w);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct linking l = { .relation = NULL };
    const struct arg_spec rows[] = {
        { "relation", 'r', ARG_TEXT, "RELATION",
          "from something said: originates (when not given), supports, modifies, contradicts, considered-not-used; "
          "from a clause: answers, implements, depends-on", &l.relation },
        { "reason", 0, ARG_TEXT, "TEXT", "why; - reads standard input, or opens your editor", &l.reason },
        DRAFTING_ROWS(&l.d),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza link",
        .summary = "Say what a clause stands on: contributions, or other clauses. The last id is the clause",
        .positionals = "ID... CLAUSE",
        .min = 2,
        .max = SIZE_MAX,
        .examples = "  baraza link 82011238 77b0c1de 3f2a91c0 --relation originates --record record.baraza\n"
                    "  baraza link ACTION THREAT --relation answers\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    drafting_code(&l.d, CODES_RELATION, &l.relation);
    if (l.relation != NULL && !code_known(CODES_RELATION, "--relation", l.relation)) {
        return EXIT_USAGE;
    }
    return write_links(context, &l, &args);
}

const struct cmd cmd_link = { "link", run, "say what a clause stands on", CMD_DRAFT };
