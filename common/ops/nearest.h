// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// "Did you mean ...?": the nearest of some names to what was typed.
#ifndef BARAZA_OPS_NEAREST_H
#define BARAZA_OPS_NEAREST_H

#include "common/base/bytes.h"

// A search under way: start with { .typed = ... }, offer each name, then read best.
struct nearest {
    struct slice typed;
    const char *best;  // NULL when no name is near: more than a third of its letters differ
    size_t distance;
};

// Offers a name (borrowed until the search is read): letters inserted, left out, changed, or two swapped count 1.
void nearest_offer(struct nearest *n, const char *name);

#endif
