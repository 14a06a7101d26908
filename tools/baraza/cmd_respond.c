// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza respond`: what became of contributions. A public reason is not optional; it flows back to their sites.
#include "node/desk/reason.h"
#include "tools/baraza/drafting.h"
#include "tools/baraza/print.h"

#include <stdlib.h>
#include <string.h>

struct responding {
    struct drafting d;
    const char *disposition, *reason, *where, *to;
};

static int resolve_targets(struct resolver *r, const struct args *args, struct hash *refs)
{
    int code = -1;
    for (size_t i = 0; i < args->n && code < 0; i++) {
        struct resolved target;
        code = resolve_kind(r, args->positionals[i], KIND_CONTRIBUTION, &target);
        if (code < 0) {
            refs[i] = target.id;
        }
    }
    return code;
}

// More targets than one entry may name become several entries with the same words.
static size_t make_items(const struct body *body, const struct hash *refs, size_t n, struct slice reason,
                         struct append_item *items)
{
    size_t count = 0;
    for (size_t at = 0; at < n; at += LIMIT_REFS) {
        items[count] = (struct append_item){ .body = body, .refs = refs + at,
                                             .ref_count = n - at < LIMIT_REFS ? n - at : LIMIT_REFS };
        items[count++].parts[0] = reason;
    }
    return count;
}

static int write_response(struct cmd_context *context, const struct responding *p, const struct args *args)
{
    struct work w;
    struct resolver r = { .context = context, .w = &w, .from = &p->d.from };
    struct typed t = { .n = 0 };
    struct body body = { .kind = KIND_RESPONSE };
    struct resolved where;
    struct buf reason = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct hash *refs = mem_new(args->n * sizeof *refs);
    struct append_item *items = mem_new((args->n / LIMIT_REFS + 1) * sizeof *items);
    struct slice text = typed_words(&t, p->reason);
    struct slice to = typed_words(&t, p->to);
    int code = drafting_begin(context, &p->d, &t, &w);
    if (code < 0 && text.n == 0) {
        code = cmd_usage("the reason is empty: it is what people will read");
    }
    if (code < 0) {
        code = resolve_targets(&r, args, refs);
    }
    if (code < 0 && p->where != NULL) {
        code = resolve_kind(&r, p->where, KIND_CLAUSE, &where);
    }
    if (code < 0) {
        body.as.response.disposition = slice_text(p->disposition);
        reason_put(drafting_language(&p->d, &w), text, to, p->where != NULL ? &where.id : NULL, &reason);
        size_t n = make_items(&body, refs, args->n, buf_slice(&reason), items);
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

static int check(const struct responding *p)
{
    if (p->disposition == NULL || p->reason == NULL) {
        return cmd_usage("say what became of it with --disposition CODE, and why with --reason TEXT");
    }
    if (!code_known(CODES_DISPOSITION, "--disposition", p->disposition)) {
        return EXIT_USAGE;
    }
    if (strcmp(p->disposition, "already-covered") == 0 && p->where == NULL) {
        return cmd_usage("already covered: say by which clause with --where ID");
    }
    if (strcmp(p->disposition, "referred") == 0 && p->to == NULL) {
        return cmd_usage("referred: say to whom with --to TEXT");
    }
    return -1;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct responding p = { .disposition = NULL };
    const struct arg_spec rows[] = {
        { "disposition", 'd', ARG_TEXT, "CODE",
          "accepted, accepted-in-part, already-covered, noted, deferred, referred, out-of-scope, not-accepted, "
          "not-published", &p.disposition },
        { "reason", 0, ARG_TEXT, "TEXT", "the public reason; required; - reads standard input, or opens your editor",
          &p.reason },
        { "where", 0, ARG_TEXT, "CLAUSE", "the clause that takes it up, or covers it", &p.where },
        { "to", 0, ARG_TEXT, "TEXT", "whom it is referred to, or what it is deferred to", &p.to },
        DRAFTING_ROWS(&p.d),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza respond",
        .summary = "Say what became of contributions, with a public reason; it goes back to the sites they came from",
        .positionals = "ID...",
        .min = 1,
        .max = SIZE_MAX,
        .examples = "  baraza respond 82011238 --disposition accepted-in-part --where 3f2a91c0 \\\n"
                    "      --reason \"The land court sits twice a year; four times is beyond the budget.\"\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code < 0) {
        drafting_code(&p.d, CODES_DISPOSITION, &p.disposition);
        code = check(&p);
    }
    return code < 0 ? write_response(context, &p, &args) : code;
}

const struct cmd cmd_respond = { "respond", run, "say what became of contributions, and why", CMD_DRAFT };
