// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What a site holds of the hub's signed word, gathered from its store into evidence.
// It must never leave out what speaks against the hub.
#ifndef BARAZA_TOOLS_BARAZA_HELD_H
#define BARAZA_TOOLS_BARAZA_HELD_H

#include "common/author/state.h"
#include "common/base/arena.h"
#include "common/format/evidence.h"

#define HELD_BYTES (LIMIT_EVIDENCE_BYTES / 2) // what frames and fields add fits the other half

// Fills *out from s; bytes that it borrows are copied to room, an arena of HELD_BYTES. What goes beyond the
// limits of a file is left out, the receipts first. ERR_CORRUPT with why, the store's error.
MUST_USE enum err held_evidence(struct state *s, struct arena *room, struct evidence *out, struct why *why);

#endif
