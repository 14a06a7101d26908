// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The roster as far as a site knows it, for commands that name a member or are about to write an act: who is meant,
// and in plain words why the record would give the act no effect. The record decides; here it is only foreseen.
#ifndef BARAZA_NODE_DESK_ROSTER_HERE_H
#define BARAZA_NODE_DESK_ROSTER_HERE_H

#include "common/format/erasure.h"
#include "common/format/roster.h"
#include "node/desk/desk.h"

// Folds the control entries that came down to desk's state. ERR_* with why. Gives *out (roster_free).
MUST_USE enum err roster_here(struct desk *desk, struct roster **out, struct why *why);

// The redactions among them, judged by that roster. ERR_* with why. Gives *out (erasure_free).
MUST_USE enum err erasures_here(struct desk *desk, struct erasure **out, struct why *why);

// Finds the member known to the state whose key begins with typed (8 hex digits or more, as `baraza who` shows them).
// A whole key is taken even when it is not known here yet. ERR_USAGE with why: none, or several.
MUST_USE enum err roster_here_member(struct desk *desk, const char *typed, struct pubkey *out, struct why *why);

// Would the act that body describes (grant, invite, revoke, accept-late, rekey, redaction), written by desk->who, have
// effect by what is known here? OK when it would, or when too little is known to say; ERR_BAD_INPUT, and why says why
// not, and that nothing was saved; else an error of reading.
MUST_USE enum err roster_here_foresee(struct desk *desk, const struct body *body, struct why *why);

// True when r knows author, and none of her accreditations reaches area: what she writes for it has no effect.
bool roster_here_outside(const struct roster *r, struct pubkey author, struct slice area);

// True when that is so of everybody who writes at this desk, and somebody does.
bool roster_here_nobody(const struct roster *r, const struct desk *desk, struct slice area);

#endif
