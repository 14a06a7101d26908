// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Edit distance with swaps of neighbours (optimal string alignment), over three rows of the usual table.
#include "common/ops/nearest.h"

#include <string.h>

enum { NAME_MOST = 48 }; // names of ours are shorter; what is typed longer is near to nothing

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

// Both at most NAME_MOST bytes. rows[i % 3] is the table's row i: the distance of a's first i to b's first j bytes.
static size_t distance(struct slice a, struct slice b)
{
    size_t rows[3][NAME_MOST + 1] = { 0 };
    for (size_t j = 0; j <= b.n; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a.n; i++) {
        size_t *now = rows[i % 3];
        const size_t *before = rows[(i + 2) % 3];
        const size_t *twice = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            bool same = a.p[i - 1] == b.p[j - 1];
            now[j] = least(before[j - 1] + (same ? 0 : 1), least(before[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1]) {
                now[j] = least(now[j], twice[j - 2] + 1);
            }
        }
    }
    return rows[a.n % 3][b.n];
}

void nearest_offer(struct nearest *n, const char *name)
{
    struct slice offered = slice_text(name);
    if (n->typed.n > NAME_MOST || offered.n > NAME_MOST) {
        return;
    }
    size_t d = distance(n->typed, offered);
    size_t longer = n->typed.n > offered.n ? n->typed.n : offered.n;
    if (3 * d <= longer && (n->best == NULL || d < n->distance)) {
        n->best = name;
        n->distance = d;
    }
}
