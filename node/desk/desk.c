// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// See desk.h.
#include "node/desk/desk.h"

#include "common/author/erasing.h"

enum err desk_append(struct desk *desk, uint64_t wall_s, const struct append_item *items, size_t n,
                     struct append_result *results, struct why *why)
{
    enum err e = author_append(desk->author, wall_s, items, n, results, why);
    if (e == ERR_AGAIN && erasing_stale(desk->state, desk->safe)) {
        struct erasing_done done; // the keys were renewed while this was being written
        e = erasing_carry_out(desk->state, desk->safe, wall_s, &done, why);
        e = e == OK ? author_append(desk->author, wall_s, items, n, results, why) : e;
    }
    return e;
}
