// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Making the graph: one pass over what the fold gathered. See graph.h.
#include "hub/draft/graph.h"

#include <stdlib.h>

bool graph_is(const struct graph_edge *e, const char *relation)
{
    return slice_equal(e->relation, slice_text(relation));
}

size_t graph_number(const struct graph *g, struct draft_node node)
{
    CHECK(node.type != DRAFT_UNKNOWN);
    return g->first[node.type] + node.i;
}

struct draft_node graph_node(const struct graph *g, size_t number)
{
    enum draft_node_type type = DRAFT_RESPONSE;
    while (number < g->first[type]) {
        type--;
    }
    CHECK(type != DRAFT_UNKNOWN);
    return (struct draft_node){ .type = type, .i = number - g->first[type] };
}

static void add(struct graph *g, struct draft_node from, struct draft_node to, struct slice relation, size_t link)
{
    if (from.type == DRAFT_UNKNOWN || to.type == DRAFT_UNKNOWN) {
        return;
    }
    if (g->edge_count == g->edge_room) {
        g->edge_room = g->edge_room == 0 ? 64 : g->edge_room * 2;
        g->edges = mem_grow(g->edges, g->edge_room, sizeof *g->edges);
    }
    g->edges[g->edge_count++] = (struct graph_edge){ .from = graph_number(g, from), .to = graph_number(g, to),
                                                     .relation = relation, .link = link };
}

static void add_links(struct graph *g)
{
    const struct draft_link *links = NULL;
    const size_t n = draft_links(g->draft, &links);
    for (size_t i = 0; i < n; i++) {
        const struct draft_node from = draft_find(g->draft, links[i].from);
        const struct draft_node to = draft_find(g->draft, links[i].to);
        const struct graph_edge e = { .relation = links[i].relation };
        if (graph_is(&e, "depends-on")) {
            continue; // an order of doing, not of how one led to the other
        }
        if (from.type == DRAFT_CLAUSE && (graph_is(&e, "answers") || graph_is(&e, "implements"))) {
            add(g, to, from, e.relation, i);
        } else {
            add(g, from, to, e.relation, i);
        }
    }
}

static void add_others(struct graph *g)
{
    const struct draft_clause *clauses = NULL;
    const struct draft_response *responses = NULL;
    const size_t clause_count = draft_clauses(g->draft, &clauses);
    const size_t response_count = draft_responses(g->draft, &responses);
    for (size_t i = 0; i < clause_count; i++) {
        const struct draft_node parent = draft_find(g->draft, draft_current(g->draft, i)->parent);
        if (parent.type == DRAFT_CLAUSE) {
            add(g, parent, (struct draft_node){ DRAFT_CLAUSE, i }, SLICE_LITERAL("parent"), DRAFT_NONE);
        }
    }
    for (size_t i = 0; i < response_count; i++) {
        for (size_t k = 0; k < responses[i].target_count; k++) {
            add(g, draft_find(g->draft, responses[i].targets[k]), (struct draft_node){ DRAFT_RESPONSE, i },
                SLICE_LITERAL("response"), DRAFT_NONE);
        }
    }
}

// Chains edges by their ends, so that each chain is in the order of the edges.
static void chain(struct graph *g)
{
    g->onward = mem_grow(NULL, g->node_count + 1, sizeof *g->onward);
    g->back = mem_grow(NULL, g->node_count + 1, sizeof *g->back);
    for (size_t i = 0; i < g->node_count; i++) {
        g->onward[i] = g->back[i] = DRAFT_NONE;
    }
    for (size_t i = g->edge_count; i-- > 0;) {
        struct graph_edge *e = &g->edges[i];
        e->next_from = g->onward[e->from];
        g->onward[e->from] = i;
        e->next_to = g->back[e->to];
        g->back[e->to] = i;
    }
}

struct graph graph_new(const struct draft *d)
{
    const struct draft_session *sessions = NULL;
    const struct draft_contribution *contributions = NULL;
    const struct draft_clause *clauses = NULL;
    const struct draft_response *responses = NULL;
    struct graph g = { .draft = d };
    const size_t contribution_count = draft_contributions(d, &contributions);
    g.first[DRAFT_CONTRIBUTION] = draft_sessions(d, &sessions);
    g.first[DRAFT_CLAUSE] = g.first[DRAFT_CONTRIBUTION] + contribution_count;
    g.first[DRAFT_RESPONSE] = g.first[DRAFT_CLAUSE] + draft_clauses(d, &clauses);
    g.node_count = g.first[DRAFT_RESPONSE] + draft_responses(d, &responses);
    for (size_t i = 0; i < contribution_count; i++) {
        const size_t session = draft_session_of(d, i);
        if (session != DRAFT_NONE) {
            add(&g, (struct draft_node){ DRAFT_SESSION, session }, (struct draft_node){ DRAFT_CONTRIBUTION, i },
                SLICE_LITERAL("forum"), DRAFT_NONE);
        }
    }
    add_links(&g);
    add_others(&g);
    chain(&g);
    return g;
}

void graph_done(struct graph *g)
{
    free(g->edges);
    free(g->onward);
    free(g->back);
    *g = (struct graph){ 0 };
}
