// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What waits at a site until somebody unlocks, in one place: what status, sync and the daemon's log say of it.
// It reads the store, needs nobody's key and changes nothing.
#ifndef BARAZA_NODE_WAITS_H
#define BARAZA_NODE_WAITS_H

#include "common/author/state.h"

struct node_waits {
    uint64_t erasures;    // redactions of which something still lies here
    uint64_t notes;       // erasures that were carried out, and that a facilitator has to say
    uint64_t notebooks;   // people whose next notebook is to begin: the store was restored or copied
    uint64_t successors;  // entries behind a refused or lost one, to be signed anew
    uint64_t untold;      // entries that this disk lost, of which the hub has not heard
    uint64_t uncopied;    // entries that have no sealed copy which could travel while everybody is locked
    bool asked_again;     // the hub lost what it had received, and what it asks for can only be read unlocked
};

// Looks. ERR_CORRUPT with why, or the store's error.
MUST_USE enum err node_waits_look(struct state *s, struct node_waits *out, struct why *why);

// How many things there are.
size_t node_waits_count(const struct node_waits *w);

// Appends "2 things wait until somebody unlocks: …", without a full stop; nothing when nothing waits.
void node_waits_say(const struct node_waits *w, struct buf *out);

#endif
