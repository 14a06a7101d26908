// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What somebody with a slip may learn of one contribution, and nothing else (PROTOCOL 7.9): how far it came, whether
// consent was withdrawn or the words erased, and the public answers to it.
#ifndef BARAZA_NODE_DESK_SLIP_FATE_H
#define BARAZA_NODE_DESK_SLIP_FATE_H

#include "node/desk/amends.h"
#include "node/desk/slips.h"

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

// Gathers it for one hit from what is at this site. ERR_* with why. slip_fate_done in either case; all zeros is
// harmless.
MUST_USE enum err slip_fate_here(struct desk *desk, const struct slip_hit *hit, struct slip_fate *out,
                                 struct why *why);
void slip_fate_done(struct slip_fate *f);

// For who gathers it from elsewhere, into one with its hit: an entry that is in force with its parts (NULL: not there);
// what was said of it since.
void slip_fate_take(struct slip_fate *f, const struct entry *e, const struct body *body, const struct disclosure *d);
void slip_fate_amends(struct slip_fate *f, const struct amends *a);

#endif
