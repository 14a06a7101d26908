// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The record's tree: RFC 6962 / RFC 9162 section 2.1 over SHA-256. Pure functions over hashes: where hashes lie and
// how they are fetched is the caller's business.
// Read first: docs/PROTOCOL.md, "Record".
//
// A node of the tree is named by (level, index): the complete subtree over leaves [index << level, (index+1) << level);
// level 0 is a leaf hash. A store keeps complete subtrees only (they never change) and makes all else from them:
//     plan a proof -> for each of its ranges: merkle_range_nodes -> fetch each node -> merkle_fold = one proof hash.
#ifndef BARAZA_FORMAT_MERKLE_H
#define BARAZA_FORMAT_MERKLE_H

#include "common/format/ident.h"
#include "common/limits.h"

// A size and the root of the tree of that size. What checkpoints sign, and entries name as seen.
struct tree_head {
    uint64_t size;
    struct hash root;
};

// SHA-256 of nothing; SHA-256(00 || leaf); SHA-256(01 || left || right).
struct hash merkle_empty(void);
struct hash merkle_leaf(struct slice leaf);
struct hash merkle_node(struct hash left, struct hash right);

// Returns the head of a tree without leaves.
struct tree_head tree_head_empty(void);
bool tree_head_equal(struct tree_head a, struct tree_head b);

// --- the right edge of a growing tree ---
// What is needed to append and to know the root: for each bit that is set in size, the root of the complete subtree
// of that level, in peaks[level]. All zeros is the empty tree. Copying by assignment forks it.
struct merkle_frontier {
    uint64_t size;
    struct hash peaks[64];
};

// A complete subtree's place.
struct merkle_place {
    uint64_t index;
    unsigned level;
};

// Appends a leaf hash (amortised O(1) node hashes). made (may be NULL): receives the complete subtrees that this leaf
// finished, made[k] being the one at (level k, index old size >> k); made[0] is the leaf hash itself.
// Returns how many (1 to 64). size must be below 2^64 - 1 (CHECK).
unsigned merkle_append(struct merkle_frontier *f, struct hash leaf_hash, struct hash made[64]);

// Returns the root (of the empty tree when size is 0), at most 63 node hashes; and both as a head.
struct hash merkle_root(const struct merkle_frontier *f);
struct tree_head merkle_head(const struct merkle_frontier *f);

// Fixed form for a stored value: u64be size || the peaks of its set bits, highest level first. Appends 8 + 32 x
// popcount(size) bytes.
void merkle_frontier_put(const struct merkle_frontier *f, struct buf *out);

// Reads that form. False, and *out untouched, when the length does not fit the size.
// The caller compares merkle_root with a root it trusts.
MUST_USE bool merkle_frontier_parse(struct slice s, struct merkle_frontier *out);

// Returns the root of n leaf hashes in memory (export, tests, custody notes). leaves may be NULL when n is 0.
struct hash merkle_root_of(const struct hash *leaves, size_t n);

// --- verification ---
// True when proof (exactly the right number of hashes, the leaf's sibling first) leads from leaf_hash at index to
// head.root (RFC 9162 2.1.3.2). False for index >= size.
MUST_USE bool merkle_inclusion_ok(uint64_t index, struct hash leaf_hash, struct tree_head head,
                                  const struct hash *proof, size_t n);

// True when proof shows that the tree of old is a prefix of the tree of new (RFC 9162 2.1.4.2): exactly the right
// number of hashes; none when the sizes are equal (then the roots must be) and none when old is empty (then its root
// must be that of the empty tree). False when old.size > new.size.
MUST_USE bool merkle_consistency_ok(struct tree_head old, struct tree_head new, const struct hash *proof, size_t n);

// --- generation ---
// Leaves [start, end), end > start, whose subtree root is one hash of a proof.
struct merkle_range {
    uint64_t start;
    uint64_t end;
};

// The hashes of a proof, in its order, as ranges of leaves.
#define MERKLE_PLAN_MAX 65
struct merkle_plan {
    size_t n;
    struct merkle_range ranges[MERKLE_PLAN_MAX];
};

// Writes which ranges prove leaf index in a tree of size leaves (RFC 9162 2.1.3.1). False when index >= size.
MUST_USE bool merkle_plan_inclusion(uint64_t index, uint64_t size, struct merkle_plan *out);

// Writes which ranges prove old against new (RFC 9162 2.1.4.1); an empty plan when old is 0 or equal to new.
// False when old > new.
MUST_USE bool merkle_plan_consistency(uint64_t old, uint64_t new, struct merkle_plan *out);

// Cuts a range of a plan, or [0, size) for a root, into complete subtrees from left to right (levels descend).
// Returns how many (1 to 64). range.start must be a multiple of a power of two not below the range's length (CHECK),
// as it is in every plan.
unsigned merkle_range_nodes(struct merkle_range range, struct merkle_place out[64]);

// Joins the hashes of merkle_range_nodes, in its order, to the range's root. n >= 1.
struct hash merkle_fold(const struct hash *nodes, size_t n);

// Fills out with the hashes of plan over leaves in memory, of which there are at least as many as the plan's ends say
// (CHECK). For tests, verification of exports, and small trees.
void merkle_plan_hashes(const struct merkle_plan *plan, const struct hash *leaves, size_t n,
                        struct hash out[MERKLE_PLAN_MAX]);

#endif
