// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Who may connect: the roster's transport keys, given to the admission handler (PROTOCOL 11.3), and the hub's own key,
// which is `baraza bundle in` on this computer (PROTOCOL 15.4). It must never decide who that is.
#ifndef BARAZA_HUB_DOOR_H
#define BARAZA_HUB_DOOR_H

#include "common/author/state.h"
#include "common/net/zap.h"
#include "hub/serve.h"
#include "hub/signpost.h"

#define DOOR_CLOSED_SIZE UINT64_MAX // nobody was let in yet

// Whom roster lets in, and own, the hub's exchange key; the caller frees it. *n: how many.
MUST_USE struct zap_key *door_keys(const struct roster *roster, struct boxkey own, size_t *n);

// Follows the record and, if it grew since *size (DOOR_CLOSED_SIZE: in any case), lets in whomever door_keys names by
// now; signpost (may be NULL) lets in the same. *size is then how much of the record that is. Errors as serve_follow:
// the door is as it was.
MUST_USE enum err door_renew(struct zap *zap, struct serve *serve, struct signpost *signpost, struct boxkey own,
                             uint64_t *size, struct why *why);

// Writes down where it is, for `baraza bundle in` on this computer. ERR_IO ... with why.
MUST_USE enum err door_tell(const struct state *state, const char *endpoint, struct why *why);

#endif
