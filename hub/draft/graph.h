// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The draft as a graph, for trace and gap: what led to what. Made once for many questions; ids are resolved, and what
// names nothing is left out. Cycles are possible: whoever walks must mark where she was.
#ifndef BARAZA_HUB_DRAFT_GRAPH_H
#define BARAZA_HUB_DRAFT_GRAPH_H

#include "hub/draft/fold.h"

// An edge points onward: from a session to its contributions, from a contribution to the clauses it bears on, from a
// clause to those that answer or implement it or are parts of it, from a target to its response.
struct graph_edge {
    size_t from, to;       // nodes
    struct slice relation; // a link's; "forum", "parent", "response"
    size_t link;           // or DRAFT_NONE
    size_t next_from;      // next edge with the same from; DRAFT_NONE at the end
    size_t next_to;
};

struct graph {
    const struct draft *draft;
    size_t first[DRAFT_RESPONSE + 1]; // number of the first node of a type: draft_node.i is added
    size_t node_count;
    size_t edge_count, edge_room;
    struct graph_edge *edges;         // in the order of the record, within sessions, links, parents, responses
    size_t *onward;                   // of each node its first edge, or DRAFT_NONE
    size_t *back;
};

// Makes the graph of d, which it keeps. graph_done frees it.
struct graph graph_new(const struct draft *d);
void graph_done(struct graph *g);

// The number of a node; and the node of a number. node.type is not DRAFT_UNKNOWN (CHECK).
size_t graph_number(const struct graph *g, struct draft_node node);
struct draft_node graph_node(const struct graph *g, size_t number);

// True when e is a link of that relation, or "parent" and the like.
bool graph_is(const struct graph_edge *e, const char *relation);

#endif
