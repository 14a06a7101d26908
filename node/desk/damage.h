// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What is damaged on this computer's disk, said so that a person can act on it: who wrote it, which number, when, and
// whether it is lost. Read first: local.h, common/author/mend.h.
#ifndef BARAZA_NODE_DESK_DAMAGE_H
#define BARAZA_NODE_DESK_DAMAGE_H

#include "common/ops/json.h"
#include "node/desk/local.h"

// A copy of what local_damages gave, for after local_end. damage_done frees; all zeros is an empty one.
struct damage {
    struct local_damage *rows;
    size_t n;
    uint64_t hidden;
};
void damage_take(struct damage *d, const struct local *l);
void damage_done(struct damage *d);

// Appends it as sentences, a line each (of many the first), and what to do. Nothing when nothing is damaged.
void damage_put(const struct damage *d, const struct desk *desk, struct buf *out);

// {"damaged": n, "lost": n, "hidden": n, "rows": [...]}.
json_t *damage_json(const struct damage *d);

#endif
