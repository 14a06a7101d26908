// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The forums of a site by id, for listings that show a forum's code beside each contribution.
#ifndef BARAZA_NODE_DESK_FORUMS_H
#define BARAZA_NODE_DESK_FORUMS_H

#include "node/desk/damage.h"

// One forum with the number of its contributions.
struct forum {
    struct hash id;
    struct position at;     // of its session entry
    char code[LIMIT_CODE_BYTES + 1];
    char area[LIMIT_CODE_BYTES + 1];
    char type[LIMIT_CODE_BYTES + 1];
    uint64_t claimed_s;
    enum fate fate;
    struct tally tally; // of all that is here of that forum, by whoever wrote it
};

struct forums {
    struct forum *rows; // in the order they were opened, journal by journal
    size_t n;
    struct tally contributions; // of all forums
    struct tally entries;       // of every kind
    struct damage damage;       // entries that are counted in `entries` and cannot be shown
    uint64_t oldest_waiting_s;  // claimed time of the oldest entry that waits; 0: none waits
};

// Reads all journals once. ERR_* with why; out is then empty. forums_done frees.
MUST_USE enum err forums_load(struct desk *desk, struct forums *out, struct why *why);
void forums_done(struct forums *f);

// The forum of that id, or NULL.
const struct forum *forums_find(const struct forums *f, struct hash id);

#endif
