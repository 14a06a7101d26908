// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza trace`: from what was said to the clauses it led to and the answer it got; and from a clause back to those
// who said it.
#include "hub/draft/trace.h"
#include "tools/baraza/amends_read.h"
#include "tools/baraza/print.h"
#include "tools/baraza/thread.h"

#include <string.h>

#define TEXT_SHOWN 72
#define INDENT_MOST 16 // levels; deeper ones are not moved further

// What a trace is made of. All borrowed.
struct tracing {
    const struct cmd_context *context;
    const struct draft *d;
    const struct amends *amends;
};

// Row i of each list of the draft.
static const struct draft_session *session_at(const struct draft *d, size_t i)
{
    const struct draft_session *rows = NULL;
    CHECK(i < draft_sessions(d, &rows));
    return &rows[i];
}

static const struct draft_contribution *contribution_at(const struct draft *d, size_t i)
{
    const struct draft_contribution *rows = NULL;
    CHECK(i < draft_contributions(d, &rows));
    return &rows[i];
}

static const struct draft_clause *clause_at(const struct draft *d, size_t i)
{
    const struct draft_clause *rows = NULL;
    CHECK(i < draft_clauses(d, &rows));
    return &rows[i];
}

static const struct draft_response *response_at(const struct draft *d, size_t i)
{
    const struct draft_response *rows = NULL;
    CHECK(i < draft_responses(d, &rows));
    return &rows[i];
}

// Sealed words are for those to whom they are sealed, also where somebody left them in the clear.
static struct slice words_of(const struct tracing *x, const struct draft_contribution *c)
{
    const bool sealed = c->sensitivity == SENSITIVITY_SEALED;
    const bool withdrawn = (amends_withdrawn(x->amends, c->id) & amends_scope("record")) != 0;
    return sealed && !withdrawn ? SLICE_LITERAL("(sealed)") : amends_words(x->amends, c->id, c->text);
}

static void put_contribution(struct buf *out, const struct tracing *x, size_t i)
{
    const struct draft *d = x->d;
    const struct draft_contribution *c = contribution_at(d, i);
    size_t s = draft_session_of(d, i);
    print_id(out, c->id, PRINT_ID);
    buf_put_text(out, "  said at ");
    if (s == DRAFT_NONE) {
        buf_put_text(out, "a forum that is not in the record");
    } else {
        print_line(out, session_at(d, s)->code, LIMIT_CODE_BYTES);
    }
    if (c->lang.n > 0) {
        buf_put_text(out, " (");
        print_line(out, c->lang, LIMIT_CODE_BYTES);
        buf_put_u8(out, ')');
    }
    buf_put_text(out, ": ");
    const struct slice words = words_of(x, c);
    print_line(out, words.n > 0 ? words : SLICE_LITERAL("(not shown)"), TEXT_SHOWN);
    amends_put_marks(language_asked(x->context), x->amends, c->id, out);
}

static void put_clause(struct buf *out, const struct tracing *x, size_t i)
{
    const struct draft *d = x->d;
    const struct draft_version *v = draft_current(d, i);
    print_id(out, clause_at(d, i)->stable, PRINT_ID);
    buf_put_text(out, "  ");
    print_line(out, label_of(x->context, CODES_CLAUSE_TYPE, v->type), 40);
    if (clause_at(d, i)->version_count > 1) {
        buf_printf(out, " (version %llu)", (unsigned long long)v->version);
    }
    buf_put_text(out, ": ");
    print_line(out, amends_words(x->amends, v->id, v->title.n > 0 ? v->title : v->text), TEXT_SHOWN);
}

static void put_response(struct buf *out, const struct tracing *x, size_t i)
{
    const struct draft_response *r = response_at(x->d, i);
    const struct slice reason = amends_words(x->amends, r->id, r->reason);
    print_id(out, r->id, PRINT_ID);
    buf_put_text(out, "  answer: ");
    print_line(out, label_of(x->context, CODES_DISPOSITION, r->disposition), 60);
    buf_put_text(out, ", because: ");
    print_line(out, reason.n > 0 ? reason : SLICE_LITERAL("(not shown)"), TEXT_SHOWN);
}

static void put_node(struct buf *out, const struct tracing *x, struct draft_node node)
{
    const struct draft *d = x->d;
    switch (node.type) {
    case DRAFT_SESSION:
        print_id(out, session_at(d, node.i)->id, PRINT_ID);
        buf_put_text(out, "  forum ");
        print_line(out, session_at(d, node.i)->code, LIMIT_CODE_BYTES);
        break;
    case DRAFT_CONTRIBUTION:
        put_contribution(out, x, node.i);
        break;
    case DRAFT_CLAUSE:
        put_clause(out, x, node.i);
        break;
    case DRAFT_RESPONSE:
        put_response(out, x, node.i);
        break;
    case DRAFT_UNKNOWN:
        buf_put_text(out, "(not in the record)");
        break;
    }
}

static struct hash node_id(const struct draft *d, struct draft_node node)
{
    switch (node.type) {
    case DRAFT_SESSION:
        return session_at(d, node.i)->id;
    case DRAFT_CONTRIBUTION:
        return contribution_at(d, node.i)->id;
    case DRAFT_CLAUSE:
        return clause_at(d, node.i)->stable;
    case DRAFT_RESPONSE:
        return response_at(d, node.i)->id;
    case DRAFT_UNKNOWN:
        break;
    }
    return (struct hash){ { 0 } };
}

static const char *node_name(enum draft_node_type type)
{
    static const char *const names[] = {
        [DRAFT_UNKNOWN] = "unknown", [DRAFT_SESSION] = "session",   [DRAFT_CONTRIBUTION] = "contribution",
        [DRAFT_CLAUSE] = "clause",   [DRAFT_RESPONSE] = "response",
    };
    return names[type];
}

static void put_node_json(json_t *o, const struct tracing *x, struct draft_node node)
{
    const struct draft *d = x->d;
    json_put(o, "node", json_string(node_name(node.type)));
    json_put(o, "id", json_id(node_id(d, node)));
    if (node.type == DRAFT_CONTRIBUTION) {
        const struct draft_contribution *c = contribution_at(d, node.i);
        size_t s = draft_session_of(d, node.i);
        json_put(o, "session", s == DRAFT_NONE ? json_null() : json_of_bytes(session_at(d, s)->code));
        json_put(o, "text", json_of_bytes(words_of(x, c)));
        amends_put_json(x->amends, c->id, o);
    } else if (node.type == DRAFT_CLAUSE) {
        json_put(o, "type", json_of_bytes(draft_current(d, node.i)->type));
        json_put(o, "title", json_of_bytes(draft_current(d, node.i)->title));
        json_put(o, "text", json_of_bytes(draft_current(d, node.i)->text));
        amends_put_json(x->amends, draft_current(d, node.i)->id, o);
    } else if (node.type == DRAFT_RESPONSE) {
        json_put(o, "disposition", json_of_bytes(response_at(d, node.i)->disposition));
        json_put(o, "reason", json_of_bytes(response_at(d, node.i)->reason));
        amends_put_json(x->amends, response_at(d, node.i)->id, o);
    } else if (node.type == DRAFT_SESSION) {
        json_put(o, "session", json_of_bytes(session_at(d, node.i)->code));
    }
}

static const char *way_name(enum trace_way way)
{
    return way == TRACE_BACK ? "back" : "onward";
}

static int print_json(const struct tracing *x, const struct trace *t, enum trace_way way)
{
    int code = EXIT_GOOD;
    for (size_t i = 0; i < t->n && code == EXIT_GOOD; i++) {
        json_t *o = json_object();
        json_put(o, "way", json_string(way_name(way)));
        json_put(o, "depth", json_of_number(t->steps[i].depth));
        json_put(o, "relation", json_of_bytes(t->steps[i].relation));
        put_node_json(o, x, t->steps[i].node);
        json_put(o, "again", json_boolean(t->steps[i].again));
        code = cmd_print_json(o);
    }
    return code;
}

// How a step hangs on the one above it, in words.
static void put_relation(struct buf *out, const struct cmd_context *context, struct slice relation)
{
    static const struct { const char *relation, *words; } own[] = {
        { "parent", "part" }, { "forum", "said there" }, { "response", "answer" } };
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (slice_equal(relation, slice_text(own[i].relation))) {
            relation = slice_text(own[i].words);
        }
    }
    buf_put_u8(out, '[');
    print_line(out, label_of(context, CODES_RELATION, relation), 40);
    buf_put_text(out, "] ");
}

static int print_trace(const struct tracing *x, const struct trace *t)
{
    struct buf out = buf_new(65536);
    int code = EXIT_GOOD;
    for (size_t i = 0; i < t->n && code == EXIT_GOOD; i++) {
        const struct trace_step *s = &t->steps[i];
        if (s->node.type == DRAFT_SESSION && s->depth > 0) {
            continue; // each contribution says at which forum it was said
        }
        for (size_t k = 0; k < s->depth && k < INDENT_MOST; k++) {
            buf_put_text(&out, "    ");
        }
        if (s->relation.n > 0) {
            put_relation(&out, x->context, s->relation);
        }
        put_node(&out, x, s->node);
        buf_put_text(&out, s->again ? "  (see above)\n" : "\n");
        code = cmd_print(buf_slice(&out));
        buf_reset(&out);
    }
    buf_done(&out);
    return code;
}

static int trace_one_way(const struct tracing *x, struct hash id, enum trace_way way)
{
    struct trace t = { 0, NULL };
    if (!trace_run(x->d, id, way, &t)) {
        return cmd_usage("that entry is no contribution, forum, clause or answer in force: see baraza show");
    }
    int code = x->context->json ? print_json(x, &t, way) : print_trace(x, &t);
    trace_done(&t);
    return code;
}

// A clause stands between those who said it and what came of it: without --way, both are shown.
static int trace_both_ways(const struct tracing *x, struct hash id)
{
    int code = x->context->json ? EXIT_GOOD : cmd_print(SLICE_LITERAL("What it stands on:\n"));
    code = code == EXIT_GOOD ? trace_one_way(x, id, TRACE_BACK) : code;
    if (code == EXIT_GOOD && !x->context->json) {
        code = cmd_print(SLICE_LITERAL("What it led to:\n"));
    }
    return code == EXIT_GOOD ? trace_one_way(x, id, TRACE_ONWARD) : code;
}

static int trace(struct cmd_context *context, const struct reading_from *from, const char *typed, const char *way)
{
    struct reading *r = NULL;
    struct draft *d = NULL;
    struct amends *amends = NULL;
    struct hash id;
    int code = thread_open(context, from, &r, &d);
    if (code < 0) {
        code = reading_find(r, typed, &id);
    }
    if (code < 0) {
        code = amends_read(r, &amends);
    }
    if (code < 0) {
        const struct tracing x = { .context = context, .d = d, .amends = amends };
        if (way == NULL && draft_find(d, id).type == DRAFT_CLAUSE) {
            code = trace_both_ways(&x, id);
        } else {
            const bool back = way != NULL && strcmp(way, "back") == 0;
            code = trace_one_way(&x, id, back ? TRACE_BACK : TRACE_ONWARD);
        }
    }
    amends_free(amends);
    draft_free(d);
    reading_close(r);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct reading_from from = { NULL, NULL };
    const char *way = NULL;
    const struct arg_spec rows[] = {
        { "way", 'w', ARG_TEXT, "WAY", "onward or back; else a clause is traced both ways, and all else onward", &way },
        READING_RECORD(&from),
        READING_CHARTER(&from),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza trace",
        .summary = "Follow a sentence from the forum to the clauses it led to and the answer it got, or a clause "
                   "back to "
                   "those who said it",
        .positionals = "ID",
        .min = 1,
        .max = 1,
        .examples = "  baraza trace 82011238 --state /srv/baraza\n"
                    "  baraza trace 3f2a91c0 --way back --record record.baraza\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    if (way != NULL && strcmp(way, "onward") != 0 && strcmp(way, "back") != 0) {
        return cmd_usage("--way is onward or back");
    }
    return trace(context, &from, args.positionals[0], way);
}

const struct cmd cmd_trace = { "trace", run, "follow a sentence to its clauses, or a clause back", CMD_DRAFT };
