// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A speaker takes back consent, to some uses of her words or to all. The words stay where they are until a protection
// officer has them erased, but no export gives them out any more (PROTOCOL 7.6).
#ifndef BARAZA_NODE_DESK_WITHDRAW_H
#define BARAZA_NODE_DESK_WITHDRAW_H

#include "node/desk/contribution.h"
#include "node/desk/desk.h"
#include "node/desk/trouble.h"

// What is given. All borrowed.
struct withdrawal {
    struct hash target;
    struct code_set scopes;  // none: all
    struct slice reason;     // as it was typed; required
    struct slice lang;       // of the reason; empty: the consultation's first
};

// One being made. Must not be moved; withdraw_done wipes it (an all-zero one is harmless).
struct withdraw {
    struct hash target;
    struct body body;
    struct buf text, reason;
    struct append_item item; // ready; borrows the above, and the scopes' codes
};
void withdraw_done(struct withdraw *x);

// Makes x->item. A trouble otherwise: no such scope, no reason, or too long a one.
MUST_USE enum err withdraw_make(struct desk *desk, const struct withdrawal *given, struct withdraw *x,
                                struct trouble *trouble);

// A trouble (entry-unknown) unless a contribution of that id lies in the notebooks here.
MUST_USE enum err withdraw_known(struct desk *desk, struct hash id, struct trouble *trouble);

// The one contribution here with the code on a slip. A trouble otherwise: no code, unknown here, several.
MUST_USE enum err withdraw_find(struct desk *desk, struct slice typed, struct hash *target, struct trouble *trouble);

#endif
