// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the exchange needs of the people who are unlocked now: the store key, and that a new notebook begins for whom
// one is due. It must never keep a key: they stay in the safe.
#ifndef BARAZA_NODE_PEOPLE_H
#define BARAZA_NODE_PEOPLE_H

#include "common/author/keyring.h"
#include "common/author/state.h"

// *out = the store key; the caller wipes it. False, and *out untouched, when nobody is unlocked.
MUST_USE bool node_people_store_key(const struct safe *safe, struct store_key *out);

// Begins a new incarnation for everybody unlocked whose notebook asks for one, and signs anew what a refusal left
// behind in an older one (common/author/notebook.h). *begun: for how many people. wall_s: the clock, a claim. The first
// error of author/, with why; the others were still tried.
MUST_USE enum err node_people_renew(struct state *state, const struct safe *safe, uint64_t wall_s, size_t *begun,
                                    struct why *why);

#endif
