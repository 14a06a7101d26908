// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// From a sentence to what it led to, and from a clause back to who said it. A walk over the draft that cannot loop.
#ifndef BARAZA_HUB_DRAFT_TRACE_H
#define BARAZA_HUB_DRAFT_TRACE_H

#include "hub/draft/fold.h"

enum trace_way {
    TRACE_ONWARD, // contribution -> clauses -> clauses that answer or implement them; and the responses to each
    TRACE_BACK,   // clause -> what it answers or implements -> contributions that it stands on
};

struct trace_step {
    size_t depth;          // 0: where the trace started
    struct draft_node node;
    struct slice relation; // how it hangs on the step above: a link's relation, "parent", "response"; empty at depth 0
    size_t link;           // the link, or DRAFT_NONE
    bool again;            // was listed before; not followed a second time
};

struct trace {
    size_t n;
    struct trace_step *steps; // depth first, in the order of the record
};

// Traces from what id names (a contribution, session, any version of a clause, or a response, which stands for its
// targets). False, and *out untouched, when it names none of these. Gives: trace_done. Slices borrow d.
MUST_USE bool trace_run(const struct draft *d, struct hash id, enum trace_way way, struct trace *out);
void trace_done(struct trace *t);

#endif
