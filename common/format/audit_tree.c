// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The record's tree as an auditor rebuilds it: leaf hashes, and complete subtrees of 256 leaves and more, so that the
// root of any earlier size costs little.
#include "common/format/audit_state.h"

#include <stdlib.h>

// Makes room for one more at the end of n hashes, doubling.
static struct hash *room(struct hash *list, size_t n)
{
    return (n & (n - 1)) == 0 ? mem_grow(list, n == 0 ? 1 : n * 2, sizeof *list) : list;
}

void audit_tree_add(struct audit_tree *t, struct hash leaf)
{
    struct hash made[64];
    t->leaves = room(t->leaves, t->n);
    t->leaves[t->n++] = leaf;
    const unsigned levels = merkle_append(&t->frontier, leaf, made);
    for (unsigned k = AUDIT_TREE_FLOOR; k < levels; k++) {
        t->levels[k] = room(t->levels[k], t->level_n[k]);
        t->levels[k][t->level_n[k]++] = made[k];
    }
}

static struct hash subtree(const struct audit_tree *t, struct merkle_place place)
{
    if (place.level < AUDIT_TREE_FLOOR) {
        return merkle_root_of(t->leaves + (place.index << place.level), (size_t)1 << place.level);
    }
    CHECK(place.index < t->level_n[place.level]);
    return t->levels[place.level][place.index];
}

struct hash audit_tree_root(struct audit_tree *t, uint64_t size)
{
    CHECK(size <= t->n);
    if (size == 0) {
        return merkle_empty();
    }
    struct tree_head *kept = &t->cache[size % AUDIT_TREE_CACHE];
    if (kept->size != size) {
        struct merkle_place places[64];
        struct hash nodes[64];
        const unsigned n = merkle_range_nodes((struct merkle_range){ .start = 0, .end = size }, places);
        for (unsigned i = 0; i < n; i++) {
            nodes[i] = subtree(t, places[i]);
        }
        *kept = (struct tree_head){ .size = size, .root = merkle_fold(nodes, n) };
    }
    return kept->root;
}

void audit_tree_done(struct audit_tree *t)
{
    free(t->leaves);
    for (size_t i = 0; i < 64; i++) {
        free(t->levels[i]);
    }
}
