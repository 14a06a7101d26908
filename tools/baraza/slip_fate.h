// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What somebody with a slip may learn of one contribution, and nothing else (PROTOCOL 7.9): how far it came, whether
// consent was withdrawn or the words erased, and the public answers to it.
#ifndef BARAZA_TOOLS_BARAZA_SLIP_FATE_H
#define BARAZA_TOOLS_BARAZA_SLIP_FATE_H

#include "tools/baraza/amends.h"
#include "tools/baraza/slips.h"

struct slip_answer {
    const struct code_row *disposition;
    struct buf lang, reason, to; // empty: not given, or not readable here
};

struct slip_fate {
    struct slip_hit hit;
    uint32_t withdrawn; // scopes as amends_withdrawn gives them
    bool erased;
    struct slip_answer *answers; // in force, in the order of the record
    size_t answer_n;
};

// Gathers it for one hit: from what is at this site, or in a record. Return -1 and *out, or have reported.
// slip_fate_done in either case; all zeros is harmless.
int slip_fate_here(struct work *w, const struct slip_hit *hit, struct slip_fate *out);
int slip_fate_in(struct reading *r, const struct slip_hit *hit, struct slip_fate *out);
void slip_fate_done(struct slip_fate *f);

#endif
