// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The rules, one function each, in one table. A rule looks at the graph and adds findings; how they are hashed and
// handed out is the same for all.
// Read first: hub/draft/gap.h.
#include "hub/draft/gap.h"

#include "common/base/text.h"
#include "hub/draft/graph.h"

#include <stdlib.h>
#include <string.h>

#define TITLE_CHARACTERS 60 // of a clause's title, or of its text when it has none
#define TITLE_BYTES 120     // at most: a finding's sentence has 200

struct finder {
    const struct draft *d;
    const struct graph *g;
    struct gap_report report;
    size_t room;
    bool *seen;    // of each node, for a rule's own walks
    size_t *queue; // nodes of a walk
};

static struct gap_finding *find(struct finder *f, const struct gap_rule *rule)
{
    if (f->report.n == f->room) {
        f->room = f->room == 0 ? 16 : f->room * 2;
        f->report.findings = mem_grow(f->report.findings, f->room, sizeof *f->report.findings);
    }
    struct gap_finding *out = &f->report.findings[f->report.n++];
    *out = (struct gap_finding){ .rule = rule };
    return out;
}

static struct slice title_of(const struct draft_version *v)
{
    if (v->title.n > 0 || !text_utf8_ok(v->text)) {
        return v->title;
    }
    return slice_of(v->text.p, text_prefix_bytes(v->text, TITLE_CHARACTERS));
}

// --- G1: a threat with no action ---

static bool is_answer(const struct graph_edge *e)
{
    return graph_is(e, "answers") || graph_is(e, "implements") || graph_is(e, "parent");
}

static bool is_source(const struct graph_edge *e)
{
    return graph_is(e, "originates") || graph_is(e, "supports") || graph_is(e, "modifies");
}

static bool is_type(const struct draft *d, struct draft_node node, const char *type)
{
    return node.type == DRAFT_CLAUSE && slice_equal(draft_current(d, node.i)->type, slice_text(type));
}

// How many actions can be reached from the clause over answers: each once.
static uint64_t count_actions(struct finder *f, size_t clause)
{
    uint64_t actions = 0;
    size_t head = 0;
    size_t tail = 0;
    memset(f->seen, 0, f->g->node_count * sizeof *f->seen);
    f->seen[clause] = true;
    f->queue[tail++] = clause;
    while (head < tail) {
        for (size_t i = f->g->onward[f->queue[head++]]; i != DRAFT_NONE; i = f->g->edges[i].next_from) {
            const struct graph_edge *e = &f->g->edges[i];
            if (is_answer(e) && !f->seen[e->to]) {
                f->seen[e->to] = true;
                f->queue[tail++] = e->to;
                actions += is_type(f->d, graph_node(f->g, e->to), "action") ? 1 : 0;
            }
        }
    }
    return actions;
}

// How many contributions the clause stands on, and of how many sessions: each once.
static uint64_t count_sources(struct finder *f, size_t clause, uint64_t *forums)
{
    uint64_t contributions = 0;
    memset(f->seen, 0, f->g->node_count * sizeof *f->seen);
    *forums = 0;
    for (size_t i = f->g->back[clause]; i != DRAFT_NONE; i = f->g->edges[i].next_to) {
        const struct graph_edge *e = &f->g->edges[i];
        const struct draft_node node = graph_node(f->g, e->from);
        if (!is_source(e) || node.type != DRAFT_CONTRIBUTION || f->seen[e->from]) {
            continue;
        }
        f->seen[e->from] = true;
        contributions++;
        const size_t session = draft_session_of(f->d, node.i);
        if (session != DRAFT_NONE) {
            const size_t number = graph_number(f->g, (struct draft_node){ DRAFT_SESSION, session });
            *forums += f->seen[number] ? 0 : 1;
            f->seen[number] = true;
        }
    }
    return contributions;
}

static const char *s_unless_one(uint64_t n)
{
    return n == 1 ? "" : "s";
}

// Writes the words by which a finding names a clause: harmless, and short enough that the numbers behind them fit.
static void put_title(struct buf *out, struct slice title, struct hash id)
{
    struct buf safe = buf_new((size_t)4 * LIMIT_DISCLOSURE_BYTES);
    size_t characters = TITLE_CHARACTERS;
    text_put_safe(&safe, title, true);
    size_t n = text_prefix_bytes(buf_slice(&safe), characters);
    while (n > TITLE_BYTES) {
        n = text_prefix_bytes(buf_slice(&safe), --characters);
    }
    buf_put(out, slice_of(safe.p, n));
    if (n == 0) { // an export without words
        buf_printf(out, "clause %02x%02x%02x%02x%02x%02x (words not shown)", id.b[0], id.b[1], id.b[2], id.b[3],
                   id.b[4], id.b[5]);
    }
    buf_done(&safe);
}

static void run_g1(struct finder *f, const struct gap_rule *rule)
{
    const struct draft_clause *clauses = NULL;
    const size_t n = draft_clauses(f->d, &clauses);
    for (size_t i = 0; i < n; i++) {
        const struct draft_node node = { .type = DRAFT_CLAUSE, .i = i };
        const size_t number = graph_number(f->g, node);
        if (!is_type(f->d, node, "threat") || count_actions(f, number) > 0) {
            continue;
        }
        struct gap_finding *found = find(f, rule);
        struct buf title = buf_new(2 * TITLE_BYTES);
        found->node = node;
        found->subject = clauses[i].stable;
        found->title = title_of(draft_current(f->d, i));
        found->contributions = count_sources(f, number, &found->forums);
        put_title(&title, found->title, found->subject);
        why_set(&found->text, "%.*s: %llu contribution%s, %llu forum%s, 0 actions", (int)title.n,
                (const char *)title.p, (unsigned long long)found->contributions, s_unless_one(found->contributions),
                (unsigned long long)found->forums, s_unless_one(found->forums));
        buf_done(&title);
    }
}

// --- G4: a contribution without a response ---

static bool is_answered(const struct finder *f, size_t number)
{
    for (size_t i = f->g->onward[number]; i != DRAFT_NONE; i = f->g->edges[i].next_from) {
        if (graph_is(&f->g->edges[i], "response")) {
            return true;
        }
    }
    return false;
}

static void run_g4(struct finder *f, const struct gap_rule *rule)
{
    const struct draft_contribution *contributions = NULL;
    const struct draft_session *sessions = NULL;
    const size_t n = draft_contributions(f->d, &contributions);
    (void)draft_sessions(f->d, &sessions);
    for (size_t i = 0; i < n; i++) {
        const struct draft_node node = { .type = DRAFT_CONTRIBUTION, .i = i };
        if (is_answered(f, graph_number(f->g, node))) {
            continue;
        }
        const size_t session = draft_session_of(f->d, i);
        struct gap_finding *found = find(f, rule);
        found->node = node;
        found->subject = contributions[i].id;
        found->title = session == DRAFT_NONE ? (struct slice){ 0 } : sessions[session].code;
        why_set(&found->text, "entry %llu%s%.*s: no response", (unsigned long long)contributions[i].index,
                session == DRAFT_NONE ? "" : ", forum ", (int)found->title.n,
                session == DRAFT_NONE ? "" : (const char *)found->title.p);
    }
}

// --- the table ---

typedef void run_rule(struct finder *f, const struct gap_rule *rule);

static const struct gap_rule rules[] = {
    { "G1", "a threat with no action" },
    { "G4", "a contribution without a response" },
};

static run_rule *const runs[] = { run_g1, run_g4 };

static_assert(sizeof runs / sizeof runs[0] == sizeof rules / sizeof rules[0], "every rule can be run");

size_t gap_rules(const struct gap_rule **out)
{
    *out = rules;
    return sizeof rules / sizeof rules[0];
}

static struct hash hash_findings(const struct gap_report *r)
{
    struct sha256 s;
    sha256_init(&s);
    for (size_t i = 0; i < r->n; i++) {
        const struct gap_finding *f = &r->findings[i];
        struct buf line = buf_new(512);
        buf_printf(&line, "%s ", f->rule->name);
        for (size_t k = 0; k < sizeof f->subject.b; k++) {
            buf_printf(&line, "%02x", (unsigned)f->subject.b[k]);
        }
        buf_printf(&line, " %s\n", f->text.text);
        CHECK(buf_ok(&line));
        sha256_add(&s, buf_slice(&line));
        buf_done(&line);
    }
    return sha256_done(&s);
}

bool gap_run(const struct draft *d, const char *rule, struct tree_head head, struct gap_report *out)
{
    bool known = false;
    struct graph g = graph_new(d);
    struct finder f = { .d = d, .g = &g, .report = { .head = head, .program = "baraza " BARAZA_VERSION } };
    f.seen = mem_new(g.node_count * sizeof *f.seen);
    f.queue = mem_grow(NULL, g.node_count + 1, sizeof *f.queue);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (rule == NULL || strcmp(rule, rules[i].name) == 0) {
            known = true;
            runs[i](&f, &rules[i]);
        }
    }
    free(f.seen);
    free(f.queue);
    graph_done(&g);
    if (!known) {
        return false;
    }
    f.report.output = hash_findings(&f.report);
    *out = f.report;
    return true;
}

void gap_done(struct gap_report *r)
{
    free(r->findings);
    *r = (struct gap_report){ 0 };
}
