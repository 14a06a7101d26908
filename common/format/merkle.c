// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// RFC 6962 trees. A tree of n leaves is, from left to right, one complete subtree for each bit of n, joined from
// the right; appending, roots, proofs and stored nodes all follow from this.
// Read first: RFC 9162, section 2.1.
#include "common/format/merkle.h"

#include <string.h>

struct hash merkle_empty(void)
{
    return hash_of(slice_of(NULL, 0));
}

struct hash merkle_leaf(struct slice leaf)
{
    struct sha256 s;
    sha256_init(&s);
    sha256_add_u8(&s, 0);
    sha256_add(&s, leaf);
    return sha256_done(&s);
}

struct hash merkle_node(struct hash left, struct hash right)
{
    uint8_t b[65];
    b[0] = 1;
    memcpy(b + 1, left.b, 32);
    memcpy(b + 33, right.b, 32);
    return hash_of(SLICE_ARRAY(b));
}

struct tree_head tree_head_empty(void)
{
    return (struct tree_head){ 0, merkle_empty() };
}

bool tree_head_equal(struct tree_head a, struct tree_head b)
{
    return a.size == b.size && hash_equal(a.root, b.root);
}

static unsigned trailing_zeros(uint64_t v)
{
    CHECK(v != 0);
    return (unsigned)__builtin_ctzll(v);
}

static unsigned bit_length(uint64_t v)
{
    return v == 0 ? 0 : 64 - (unsigned)__builtin_clzll(v);
}

static unsigned bits_set(uint64_t v)
{
    return (unsigned)__builtin_popcountll(v);
}

// --- the right edge ---

unsigned merkle_append(struct merkle_frontier *f, struct hash leaf_hash, struct hash made[64])
{
    CHECK(f->size < UINT64_MAX);
    struct hash h = leaf_hash;
    unsigned level = 0;
    if (made != NULL) {
        made[0] = h;
    }
    for (; f->size >> level & 1; level++) {
        h = merkle_node(f->peaks[level], h);
        if (made != NULL) {
            made[level + 1] = h;
        }
    }
    f->peaks[level] = h;
    f->size++;
    return level + 1;
}

struct hash merkle_root(const struct merkle_frontier *f)
{
    if (f->size == 0) {
        return merkle_empty();
    }
    unsigned level = trailing_zeros(f->size);
    struct hash h = f->peaks[level];
    for (level++; level < 64; level++) {
        if (f->size >> level & 1) {
            h = merkle_node(f->peaks[level], h);
        }
    }
    return h;
}

struct tree_head merkle_head(const struct merkle_frontier *f)
{
    return (struct tree_head){ f->size, merkle_root(f) };
}

void merkle_frontier_put(const struct merkle_frontier *f, struct buf *out)
{
    buf_put_u64be(out, f->size);
    for (unsigned level = 64; level-- > 0;) {
        if (f->size >> level & 1) {
            buf_put(out, SLICE_ARRAY(f->peaks[level].b));
        }
    }
}

bool merkle_frontier_parse(struct slice s, struct merkle_frontier *out)
{
    if (s.n < 8) {
        return false;
    }
    struct merkle_frontier f = { .size = be64_get(s.p) };
    if (s.n != 8 + 32 * (size_t)bits_set(f.size)) {
        return false;
    }
    const uint8_t *p = s.p + 8;
    for (unsigned level = 64; level-- > 0;) {
        if (f.size >> level & 1) {
            memcpy(f.peaks[level].b, p, 32);
            p += 32;
        }
    }
    *out = f;
    return true;
}

struct hash merkle_root_of(const struct hash *leaves, size_t n)
{
    struct merkle_frontier f = { .size = 0 };
    for (size_t i = 0; i < n; i++) {
        merkle_append(&f, leaves[i], NULL);
    }
    return merkle_root(&f);
}

// --- verification ---
// The way from a leaf up has two parts: below the level where it leaves the way of the last leaf, siblings lie left
// or right as the index says; above it, only on the left, one for each bit of the index that is set there.

// How many hashes lie in the lower part, for a leaf (or the last leaf of a subtree) at index in a tree of size.
static unsigned inner_length(uint64_t index, uint64_t size)
{
    return bit_length(index ^ (size - 1));
}

static unsigned border_length(uint64_t index, unsigned inner)
{
    return inner >= 64 ? 0 : bits_set(index >> inner);
}

// Joins h, at index on its level, with the lower part.
static struct hash join_inner(struct hash h, const struct hash *proof, unsigned n, uint64_t index)
{
    for (unsigned i = 0; i < n; i++) {
        h = index >> i & 1 ? merkle_node(proof[i], h) : merkle_node(h, proof[i]);
    }
    return h;
}

// The same, but only with what lies left: the root of the older, shorter tree.
static struct hash join_inner_left(struct hash h, const struct hash *proof, unsigned n, uint64_t index)
{
    for (unsigned i = 0; i < n; i++) {
        if (index >> i & 1) {
            h = merkle_node(proof[i], h);
        }
    }
    return h;
}

static struct hash join_border(struct hash h, const struct hash *proof, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        h = merkle_node(proof[i], h);
    }
    return h;
}

bool merkle_inclusion_ok(uint64_t index, struct hash leaf_hash, struct tree_head head, const struct hash *proof,
                         size_t n)
{
    if (index >= head.size) {
        return false;
    }
    unsigned inner = inner_length(index, head.size);
    unsigned border = border_length(index, inner);
    if (n != inner + border) {
        return false;
    }
    struct hash h = join_inner(leaf_hash, proof, inner, index);
    h = join_border(h, proof + inner, border);
    return hash_equal(h, head.root);
}

bool merkle_consistency_ok(struct tree_head old, struct tree_head new, const struct hash *proof, size_t n)
{
    if (old.size > new.size) {
        return false;
    }
    // The root of an empty tree is not a matter of trust: there is only one.
    if (old.size == 0 && !hash_equal(old.root, merkle_empty())) {
        return false;
    }
    if (old.size == new.size) {
        return n == 0 && hash_equal(old.root, new.root);
    }
    if (old.size == 0) {
        return n == 0;
    }
    // RFC 9162 2.1.4.2 starts from the largest complete subtree that ends where the old tree ends. When that is the
    // whole old tree, its root is not sent again.
    unsigned level = trailing_zeros(old.size);
    unsigned inner = inner_length(old.size - 1, new.size) - level;
    unsigned border = border_length(old.size - 1, inner + level);
    bool whole = old.size == (uint64_t)1 << level;
    size_t first = whole ? 0 : 1;
    if (n != first + inner + border) {
        return false;
    }
    struct hash seed = whole ? old.root : proof[0];
    uint64_t index = (old.size - 1) >> level;
    struct hash old_root = join_inner_left(seed, proof + first, inner, index);
    struct hash new_root = join_inner(seed, proof + first, inner, index);
    old_root = join_border(old_root, proof + first + inner, border);
    new_root = join_border(new_root, proof + first + inner, border);
    return hash_equal(old_root, old.root) && hash_equal(new_root, new.root);
}

// --- generation ---

static void plan_add(struct merkle_plan *plan, uint64_t start, uint64_t end)
{
    CHECK(plan->n < MERKLE_PLAN_MAX);
    plan->ranges[plan->n++] = (struct merkle_range){ start, end };
}

// Adds the siblings on the way up from the subtree at (level, index) in a tree of size leaves.
static void plan_way_up(struct merkle_plan *plan, unsigned level, uint64_t index, uint64_t size)
{
    uint64_t last = (size - 1) >> level; // place of the last subtree of this level, complete or not
    for (; last > 0; level++, index >>= 1, last >>= 1) {
        uint64_t sibling = index ^ 1;
        if (sibling <= last) {
            uint64_t end = sibling == last ? size : (sibling + 1) << level;
            plan_add(plan, sibling << level, end);
        }
    }
}

bool merkle_plan_inclusion(uint64_t index, uint64_t size, struct merkle_plan *out)
{
    if (index >= size) {
        return false;
    }
    out->n = 0;
    plan_way_up(out, 0, index, size);
    return true;
}

bool merkle_plan_consistency(uint64_t old, uint64_t new, struct merkle_plan *out)
{
    if (old > new) {
        return false;
    }
    out->n = 0;
    if (old == 0 || old == new) {
        return true;
    }
    unsigned level = trailing_zeros(old);
    uint64_t index = (old >> level) - 1;
    if (index > 0) {
        plan_add(out, index << level, old);
    }
    plan_way_up(out, level, index, new);
    return true;
}

unsigned merkle_range_nodes(struct merkle_range range, struct merkle_place out[64])
{
    CHECK(range.start < range.end);
    uint64_t length = range.end - range.start;
    unsigned n = 0;
    uint64_t at = range.start;
    for (unsigned level = 64; level-- > 0;) {
        if (length >> level & 1) {
            CHECK((at & (((uint64_t)1 << level) - 1)) == 0);
            out[n++] = (struct merkle_place){ at >> level, level };
            at += (uint64_t)1 << level;
        }
    }
    return n;
}

struct hash merkle_fold(const struct hash *nodes, size_t n)
{
    CHECK(n > 0);
    struct hash h = nodes[n - 1];
    for (size_t i = n - 1; i-- > 0;) {
        h = merkle_node(nodes[i], h);
    }
    return h;
}

void merkle_plan_hashes(const struct merkle_plan *plan, const struct hash *leaves, size_t n,
                        struct hash out[MERKLE_PLAN_MAX])
{
    for (size_t i = 0; i < plan->n; i++) {
        struct merkle_range range = plan->ranges[i];
        CHECK(range.end <= n);
        out[i] = merkle_root_of(leaves + range.start, (size_t)(range.end - range.start));
    }
}
