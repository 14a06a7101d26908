// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What was said of entries later, in a record or a hub's state. Read first: node/desk/amends.h, reading.h.
#ifndef BARAZA_TOOLS_BARAZA_AMENDS_READ_H
#define BARAZA_TOOLS_BARAZA_AMENDS_READ_H

#include "node/desk/amends.h"
#include "tools/baraza/reading.h"

// Takes all of a reading, which is then at its start again. Returns -1 and *out, or has reported. The caller frees.
int amends_read(struct reading *r, struct amends **out);

#endif
