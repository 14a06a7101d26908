// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// From the code on a slip to the contribution it belongs to: among the notebooks here, or in a record with words.
// Whoever shows something of what is found must not show more than PROTOCOL 7.9 says.
#ifndef BARAZA_TOOLS_BARAZA_SLIPS_H
#define BARAZA_TOOLS_BARAZA_SLIPS_H

#include "common/format/slip.h"
#include "node/desk/local.h"
#include "tools/baraza/resolve.h"
#include "tools/baraza/work.h"

#define SLIP_HITS 8 // contributions with one code: it is one, but for a chance in a million or somebody's copying

struct slip_hit {
    struct hash id;
    enum fate fate;        // in a record: FATE_CONFIRMED
    uint64_t refusal;      // FATE_REFUSED: the hub's code
    enum verdict standing; // in a record; else GOOD
};

struct slip_hits {
    struct slip_hit hits[SLIP_HITS];
    size_t n;
    uint64_t hidden; // contributions whose words are not there (any more), so that their codes are not known
};

// Reads a code, or reports that it is none. Returns -1, or the exit code.
int slips_parse(const char *typed, struct slip *out);

// The code of a contribution whose parts are d's. False when it has none, or it is not readable.
MUST_USE bool slips_of(const struct entry *e, const struct disclosure *d, struct slip *out);

// Looks among the notebooks of w, whose words must be readable (ERR_LOCKED); in all of r, which is then at its start
// again. Return -1 and *out, or have reported; nothing found is n 0.
int slips_here(struct work *w, const struct slip *slip, struct slip_hits *out);
int slips_in(struct reading *r, const struct slip *slip, struct slip_hits *out);

// The one contribution of that code, in the notebooks here or in the record that was named. Returns -1 and *out, or
// has reported.
int slips_resolve(struct resolver *r, const char *typed, struct resolved *out);

// Reports that no contribution has the code in what was looked at.
int slips_not_here(const struct slip *slip, const struct slip_hits *looked, const char *where);

#endif
