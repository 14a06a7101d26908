// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The ordinary wipe: words leave this computer once they are safe elsewhere, with proof. Headers and numbers stay.
#ifndef BARAZA_NODE_DESK_WIPING_H
#define BARAZA_NODE_DESK_WIPING_H

#include "common/store/journal.h"
#include "node/desk/desk.h"

struct wiping_wish {
    uint64_t before_s;     // only what was written before; UINT64_MAX: all
    bool unsealed;         // also of forums that are not sealed
};

// What would go, and what is kept and why.
struct wiping_plan {
    struct position *items;
    size_t n;
    uint64_t waiting;      // kept: the hub has not received it, or refused it
    uint64_t unproven;     // kept: received, without a receipt yet
    uint64_t open;         // kept: its forum is not sealed, or the seal has no receipt yet
    uint64_t later;        // kept: not written before that day
};

// Looks; changes nothing. wiping_plan_done frees. ERR_* with why; *out is empty then.
MUST_USE enum err wiping_look(struct desk *desk, const struct wiping_wish *wish, struct wiping_plan *out,
                              struct why *why);

// Frees; harmless on all zeros.
void wiping_plan_done(struct wiping_plan *p);

// Wipes what was planned, and renews the keys of this computer so that pages of the past open no more. Somebody is
// unlocked in desk->safe. An agent that runs elsewhere is the caller's to tell (erasing_tell_agent). ERR_* with why:
// what was begun is taken up again by whoever unlocks next.
MUST_USE enum err wiping_do(struct desk *desk, const struct wiping_plan *plan, uint64_t wall_s, struct why *why);

#endif
