// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The answers to an entry that came down to a site.
#ifndef BARAZA_NODE_DESK_ANSWERS_H
#define BARAZA_NODE_DESK_ANSWERS_H

#include "common/format/content.h"
#include "common/format/entry.h"
#include "common/format/kinds.h"
#include "node/desk/desk.h"

// One response. Borrowed until the function it is given to returns.
struct answer {
    uint64_t index;                      // in the record
    bool in_force;                       // by the roster as it is known here
    const struct entry *entry;
    const struct body *body;
    const struct disclosure *disclosure; // NULL: locked, or not here
};

// Takes one.
typedef void answer_take(void *arg, const struct answer *a);

// Gives each response that names id, in the order of the record; what was erased of it is not shown. ERR_* with why.
MUST_USE enum err answers_here(struct desk *desk, struct hash id, answer_take *take, void *arg, struct why *why);

#endif
