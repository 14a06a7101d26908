// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A depth-first walk with marks and its own stack: neither cycles nor long chains of parts can harm it.
#include "hub/draft/trace.h"

#include "hub/draft/graph.h"

#include <stdlib.h>

struct walk {
    const struct graph *g;
    enum trace_way way;
    struct trace out;
    size_t room;
    bool *listed;          // of each node
    size_t depth;          // of the stack
    size_t *stack;         // the edge to look at next, for each node on the way here
};

static void list(struct walk *w, size_t number, size_t depth, const struct graph_edge *by)
{
    if (w->out.n == w->room) {
        w->room = w->room == 0 ? 64 : w->room * 2;
        w->out.steps = mem_grow(w->out.steps, w->room, sizeof *w->out.steps);
    }
    w->out.steps[w->out.n++] = (struct trace_step){
        .depth = depth, .node = graph_node(w->g, number), .relation = by != NULL ? by->relation : (struct slice){ 0 },
        .link = by != NULL ? by->link : DRAFT_NONE, .again = w->listed[number] };
    w->listed[number] = true;
}

static size_t first_edge(const struct walk *w, size_t number)
{
    return w->way == TRACE_ONWARD ? w->g->onward[number] : w->g->back[number];
}

// Lists what hangs on `number`, which was listed at base.
static void follow(struct walk *w, size_t number, size_t base)
{
    w->depth = 0;
    w->stack[w->depth++] = first_edge(w, number);
    while (w->depth > 0) {
        const size_t i = w->stack[w->depth - 1];
        if (i == DRAFT_NONE) {
            w->depth--;
            continue;
        }
        const struct graph_edge *e = &w->g->edges[i];
        const size_t there = w->way == TRACE_ONWARD ? e->to : e->from;
        const bool again = w->listed[there];
        w->stack[w->depth - 1] = w->way == TRACE_ONWARD ? e->next_from : e->next_to;
        list(w, there, base + w->depth, e);
        if (!again) {
            w->stack[w->depth++] = first_edge(w, there); // each node once, so the stack is as deep as there are nodes
        }
    }
}

// A response leads nowhere by itself: onward from it is onward from what it answers.
static void follow_targets(struct walk *w, size_t response)
{
    for (size_t i = w->g->back[response]; i != DRAFT_NONE; i = w->g->edges[i].next_to) {
        const struct graph_edge *e = &w->g->edges[i];
        const bool again = w->listed[e->from];
        list(w, e->from, 1, e);
        if (!again) {
            follow(w, e->from, 1);
        }
    }
}

bool trace_run(const struct draft *d, struct hash id, enum trace_way way, struct trace *out)
{
    const struct draft_node node = draft_find(d, id);
    if (node.type == DRAFT_UNKNOWN) {
        return false;
    }
    struct graph g = graph_new(d);
    struct walk w = { .g = &g, .way = way };
    const size_t start = graph_number(&g, node);
    w.listed = mem_new(g.node_count * sizeof *w.listed);
    w.stack = mem_grow(NULL, g.node_count + 1, sizeof *w.stack);
    list(&w, start, 0, NULL);
    if (node.type == DRAFT_RESPONSE && way == TRACE_ONWARD) {
        follow_targets(&w, start);
    } else {
        follow(&w, start, 0);
    }
    free(w.listed);
    free(w.stack);
    graph_done(&g);
    *out = w.out;
    return true;
}

void trace_done(struct trace *t)
{
    free(t->steps);
    *t = (struct trace){ 0 };
}
