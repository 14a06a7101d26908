// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What record.c (entries, journals, checkpoints) and record_tree.c (tiles, proofs) share.
#ifndef BARAZA_STORE_RECORD_INSIDE_H
#define BARAZA_STORE_RECORD_INSIDE_H

#include "common/store/record.h"

#define TREE_WIDTH 256 // hashes in a full tile, as in tiles that are served
#define TREE_LEVELS 8  // levels of tiles that 64-bit sizes need

// Tile level L holds the roots of complete subtrees of 256^L leaves. The edge is the tile of each level that is not
// full yet; full tiles never change.
struct tree_tile {
    uint64_t index;
    unsigned n;
    bool changed; // since it was last written
    struct hash hashes[TREE_WIDTH];
};

// Entries of one journal and branch that follow each other in the record too.
struct slot_run {
    struct position first;
    uint64_t index;
    uint64_t count; // 0: none
};

struct record {
    struct merkle_frontier frontier;
    struct tree_tile edge[TREE_LEVELS];
    struct tree_tile cache[TREE_LEVELS]; // the full tile of each level that was read last; n is 0 when none
    struct slot_run run;
};

// Adds a leaf hash to frontier and edge; tiles that got full are written.
void tree_append(struct record *r, struct kv_txn *t, struct hash leaf_hash);

// Writes the edge above level 0 and the frontier.
void tree_finish(struct record *r, struct kv_txn *t);

// Reads frontier and edge, and compares them. r must be zeroed. Errors as record_load.
MUST_USE enum err tree_load(struct record *r, struct kv_txn *t, struct why *why);

#endif
