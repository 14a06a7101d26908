// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The roster as far as a site knows it, for commands that name a member or are about to write an act: who is meant,
// and in plain words why the record would give the act no effect. The record decides; here it is only foreseen.
#ifndef BARAZA_TOOLS_BARAZA_ROSTER_HERE_H
#define BARAZA_TOOLS_BARAZA_ROSTER_HERE_H

#include "common/format/erasure.h"
#include "common/format/roster.h"
#include "tools/baraza/work.h"

// Folds the control entries that came down to w's state. ERR_* with why. Gives *out (roster_free).
MUST_USE enum err roster_here(struct work *w, struct roster **out, struct why *why);

// The redactions among them, judged by that roster. ERR_* with why. Gives *out (erasure_free).
MUST_USE enum err erasures_here(struct work *w, struct erasure **out, struct why *why);

// Finds the member known to w's state whose key begins with typed (8 hex digits or more, as `baraza who` shows them).
// A whole key is taken even when it is not known here yet. Returns -1 and *out, or has reported what to do.
int roster_here_member(struct work *w, const char *typed, struct pubkey *out);

// Would the act that body describes (grant, invite, revoke, accept-late, rekey, redaction), written by w->who, have
// effect by what is known here? Returns -1 when it would, or when too little is known to say; else has reported why
// not, and that nothing was saved.
int roster_here_foresee(struct work *w, const struct body *body);

// True when r knows author, and none of her accreditations reaches area: what she writes for it has no effect.
bool roster_here_outside(const struct roster *r, struct pubkey author, struct slice area);

#endif
