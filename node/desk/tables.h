// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// How many contributions each break-out group of a forum made: counts only, for reading back and for the sheet.
#ifndef BARAZA_NODE_DESK_TABLES_H
#define BARAZA_NODE_DESK_TABLES_H

#include "common/base/bytes.h"
#include "common/limits.h"

#define TABLES_MOST 32  // that are told apart; what comes after is counted with those of none
#define TABLES_SHOWN 5  // fewer than that are never shown on paper

struct tables {
    struct tables_row {
        char name[LIMIT_CODE_BYTES + 1];
        uint64_t count;
    } rows[TABLES_MOST]; // in the order of their names
    size_t n;
    uint64_t none; // said in no break-out group
};

// Counts one contribution of the group of that name; empty, or no such name: of none.
void tables_add(struct tables *t, struct slice name);

// True when there are groups and none of the counts, nor what is left of all, is so small that it would tell who said
// it (or lets one that is be subtracted).
bool tables_may_be_shown(const struct tables *t);

#endif
