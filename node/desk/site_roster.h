// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The roster as far as it came down to a site. It must never judge by itself: roster.h does.
#ifndef BARAZA_NODE_DESK_SITE_ROSTER_H
#define BARAZA_NODE_DESK_SITE_ROSTER_H

#include "common/author/state.h"
#include "common/format/roster.h"

// Folds the control entries that came down to s. ERR_CORRUPT with why, or the store's error; *out untouched then.
// Gives *out (roster_free).
MUST_USE enum err site_roster(struct state *s, struct roster **out, struct why *why);

#endif
