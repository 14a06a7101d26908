// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// All that is known here of forums, for choosing one: those that are planned, and those that were opened on this
// computer with what they say of themselves, how far they are, and how much is kept and saved. It must never write.
#ifndef BARAZA_NODE_DESK_FORUM_VIEW_H
#define BARAZA_NODE_DESK_FORUM_VIEW_H

#include "node/desk/forums.h"
#include "node/desk/gather_site.h"
#include "node/desk/plans.h"

struct forum_row {
    struct forum forum;
    bool mine;                       // desk->who opened it
    struct buf context;              // what it says of itself (content_parse); empty: nothing, or locked
    const struct forum_state *state; // of its area and code, by all that was written here; borrows the counts
};

// What all entries here come to, counted once for each state of the store: with ten thousand of them that is most of
// the work. Nothing that was said is in it. forum_counts_done frees; all zeros is a new one.
struct forum_counts {
    uint64_t number; // of the store when it was counted (kv_number)
    struct forums forums;
    struct forum_fold *fold; // NULL: not counted yet
};
void forum_counts_done(struct forum_counts *c);

struct forum_view {
    struct plans plans;
    struct forum_row *rows; // in the order they were opened, journal by journal
    size_t n;
};

// Reads it all; counts anew only when the store has changed since. ERR_* with why; *out is then empty. The view borrows
// counts until its next use. forum_view_done frees; all zeros is harmless.
MUST_USE enum err forum_view_load(struct desk *desk, struct forum_counts *counts, struct forum_view *out,
                                  struct why *why);
void forum_view_done(struct forum_view *v);

// Was the forum of that plan opened here?
bool forum_view_held(const struct forum_view *v, const struct plan *p);

#endif
