// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// From the code on a slip to the contribution it belongs to, among the notebooks here.
// Whoever shows something of what is found must not show more than PROTOCOL 7.9 says.
#ifndef BARAZA_NODE_DESK_SLIPS_H
#define BARAZA_NODE_DESK_SLIPS_H

#include "common/format/slip.h"
#include "node/desk/local.h"

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

// The code of a contribution whose parts are d's. False when it has none, or it is not readable.
MUST_USE bool slips_of(const struct entry *e, const struct disclosure *d, struct slip *out);

// Takes a contribution whose code is the one that is looked for, once; what was signed anew in its place is the same.
void slips_take(struct slip_hits *out, const struct slip_hit *hit);

// Looks among the notebooks here, whose words must be readable (ERR_LOCKED). ERR_* with why; nothing found is n 0.
MUST_USE enum err slips_here(struct desk *desk, const struct slip *slip, struct slip_hits *out, struct why *why);

#endif
