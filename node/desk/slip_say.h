// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What is said to a participant who comes with a code: how far it came and the public answer, and never a word of what
// was said, nor its id, group, forum or place (PROTOCOL 7.9). Read first: slip_fate.h.
#ifndef BARAZA_NODE_DESK_SLIP_SAY_H
#define BARAZA_NODE_DESK_SLIP_SAY_H

#include "node/desk/slip_fate.h"

// How far it came: in one word, and as a sentence; static storage.
const char *slip_state(const struct slip_fate *f);
const char *slip_state_words(const struct slip_fate *f, enum language l);

// Appends all that may be said, a line each.
void slip_say(const struct slip_fate *f, enum language l, struct buf *out);

#endif
