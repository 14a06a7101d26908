// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Codes of slips as they are typed, and the contributions they belong to, in a record with words too. Reports.
// Read first: node/desk/slips.h.
#ifndef BARAZA_TOOLS_BARAZA_SLIP_FIND_H
#define BARAZA_TOOLS_BARAZA_SLIP_FIND_H

#include "node/desk/slips.h"
#include "tools/baraza/resolve.h"

// Reads a code. Each here returns -1, or has reported and it is the exit code.
int slip_find_parse(const char *typed, struct slip *out);

// As slips_here; the same in all of r, which is then at its start again.
int slip_find_here(struct work *w, const struct slip *slip, struct slip_hits *out);
int slip_find_in(struct reading *r, const struct slip *slip, struct slip_hits *out);

// The one contribution of that code, in the notebooks here or in the record that was named.
int slip_find_one(struct resolver *r, const char *typed, struct resolved *out);

// Reports that no contribution has the code in what was looked at.
int slip_find_none(const struct slip *slip, const struct slip_hits *looked, const char *where);

#endif
