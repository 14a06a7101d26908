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
    const struct forum_state *state; // of its area and code, by all that was written here; borrows the view
};

struct forum_view {
    struct plans plans;
    struct forum_row *rows; // in the order they were opened, journal by journal
    size_t n;
    struct forum_fold *fold;
};

// Reads it all. ERR_* with why; *out is then empty. forum_view_done frees; all zeros is harmless.
MUST_USE enum err forum_view_load(struct desk *desk, struct forum_view *out, struct why *why);
void forum_view_done(struct forum_view *v);

// Was the forum of that plan opened here?
bool forum_view_held(const struct forum_view *v, const struct plan *p);

#endif
