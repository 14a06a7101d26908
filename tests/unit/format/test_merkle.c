// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The tree against published roots, against a second way of computing it, and against every small wrong proof.
#include "common/format/merkle.h"

#include "tests/unit/shared.h"

#define SMALL 40

// RFC 6962, 2.1, word for word: the second opinion.
static struct hash by_definition(const struct hash *leaves, size_t n)
{
    size_t k = 1;
    if (n == 0) {
        return merkle_empty();
    }
    if (n == 1) {
        return leaves[0];
    }
    while (k * 2 < n) {
        k *= 2;
    }
    return merkle_node(by_definition(leaves, k), by_definition(leaves + k, n - k));
}

static void some_leaves(struct hash *leaves, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t b[8];
        be64_put(b, i);
        leaves[i] = merkle_leaf(SLICE_ARRAY(b));
    }
}

static struct tree_head head_of(const struct hash *leaves, size_t n)
{
    return (struct tree_head){ n, by_definition(leaves, n) };
}

Test(merkle, roots_are_the_published_ones)
{
    json_t *document = shared_json("vectors/merkle/rfc6962-8-leaves.json");
    json_t *inputs = json_object_get(document, "leaf_inputs_hex");
    json_t *roots = json_object_get(document, "root_by_size_hex");
    struct merkle_frontier f = { .size = 0 };
    cr_assert_eq(json_array_size(roots), json_array_size(inputs) + 1);
    for (size_t i = 0;; i++) {
        struct buf root = hex_buf(json_string_value(json_array_get(roots, i)));
        struct hash got = merkle_root(&f);
        cr_assert(slice_equal(SLICE_ARRAY(got.b), buf_slice(&root)), "size %zu", i);
        buf_done(&root);
        if (i == json_array_size(inputs)) {
            break;
        }
        struct buf leaf = hex_buf(json_string_value(json_array_get(inputs, i)));
        merkle_append(&f, merkle_leaf(buf_slice(&leaf)), NULL);
        buf_done(&leaf);
    }
    json_decref(document);
}

Test(merkle, a_growing_tree_has_the_root_of_the_definition_and_survives_being_stored)
{
    struct hash leaves[300];
    struct merkle_frontier f = { .size = 0 };
    some_leaves(leaves, 300);
    for (size_t n = 0; n <= 300; n++) {
        struct merkle_frontier stored;
        struct buf b = buf_new(4096);
        cr_assert(hash_equal(merkle_root(&f), by_definition(leaves, n)));
        cr_assert(hash_equal(merkle_root_of(leaves, n), by_definition(leaves, n)));
        merkle_frontier_put(&f, &b);
        cr_assert(merkle_frontier_parse(buf_slice(&b), &stored));
        cr_assert(tree_head_equal(merkle_head(&stored), merkle_head(&f)));
        cr_assert_not(merkle_frontier_parse(slice_of(b.p, b.n - 1), &stored));
        buf_put_u8(&b, 0);
        cr_assert_not(merkle_frontier_parse(buf_slice(&b), &stored));
        buf_done(&b);
        if (n < 300) {
            merkle_append(&f, leaves[n], NULL);
        }
    }
    cr_assert(tree_head_equal(tree_head_empty(), head_of(leaves, 0)));
}

Test(merkle, appending_hands_out_each_finished_subtree_once)
{
    struct hash leaves[130];
    struct merkle_frontier f = { .size = 0 };
    size_t total = 0;
    some_leaves(leaves, 130);
    for (size_t i = 0; i < 130; i++) {
        struct hash made[64];
        unsigned n = merkle_append(&f, leaves[i], made);
        for (unsigned level = 0; level < n; level++) {
            size_t first = i >> level << level;
            cr_assert_eq(first + ((size_t)1 << level), i + 1);
            cr_assert(hash_equal(made[level], by_definition(leaves + first, (size_t)1 << level)));
        }
        total += n;
    }
    cr_assert_eq(total, 130 + 65 + 32 + 16 + 8 + 4 + 2 + 1);
}

// Proof hashes fetched as a store does: each range cut into complete subtrees, those joined.
static size_t fetch(const struct merkle_plan *plan, const struct hash *leaves, struct hash *out)
{
    for (size_t i = 0; i < plan->n; i++) {
        struct merkle_place places[64];
        struct hash nodes[64];
        unsigned n = merkle_range_nodes(plan->ranges[i], places);
        for (unsigned k = 0; k < n; k++) {
            size_t width = (size_t)1 << places[k].level;
            nodes[k] = by_definition(leaves + places[k].index * width, width);
        }
        out[i] = merkle_fold(nodes, n);
    }
    return plan->n;
}

// Every proof but the right one is refused: a bit turned anywhere, one hash more or less.
static void refuse_mutations(bool (*ok)(const struct hash *, size_t, const void *), const void *context,
                             struct hash *proof, size_t n)
{
    cr_assert(ok(proof, n, context));
    for (size_t i = 0; i < n; i++) {
        proof[i].b[i % 32] ^= 0x10;
        cr_assert_not(ok(proof, n, context));
        proof[i].b[i % 32] ^= 0x10;
    }
    proof[n] = merkle_empty();
    cr_assert_not(ok(proof, n + 1, context));
    cr_assert(n == 0 || !ok(proof, n - 1, context));
    cr_assert(n == 0 || !ok(proof + 1, n - 1, context));
}

struct inclusion {
    uint64_t index;
    struct hash leaf;
    struct tree_head head;
};

static bool inclusion_ok(const struct hash *proof, size_t n, const void *context)
{
    const struct inclusion *c = context;
    return merkle_inclusion_ok(c->index, c->leaf, c->head, proof, n);
}

Test(merkle, every_leaf_of_every_small_tree_is_proved_and_only_so)
{
    struct hash leaves[SMALL];
    some_leaves(leaves, SMALL);
    for (size_t size = 1; size <= SMALL; size++) {
        struct merkle_plan plan;
        cr_assert_not(merkle_plan_inclusion(size, size, &plan));
        for (size_t index = 0; index < size; index++) {
            struct hash proof[MERKLE_PLAN_MAX + 1];
            struct hash again[MERKLE_PLAN_MAX];
            struct inclusion c = { index, leaves[index], head_of(leaves, size) };
            cr_assert(merkle_plan_inclusion(index, size, &plan));
            size_t n = fetch(&plan, leaves, proof);
            merkle_plan_hashes(&plan, leaves, size, again);
            cr_assert_eq(memcmp(proof, again, n * sizeof proof[0]), 0);
            refuse_mutations(inclusion_ok, &c, proof, n);
            for (uint64_t other = 0; other < size + 2; other++) {
                cr_assert_eq(merkle_inclusion_ok(other, leaves[index], c.head, proof, n), other == index);
            }
            cr_assert_not(merkle_inclusion_ok(index, leaves[(index + 1) % SMALL], c.head, proof, n));
        }
    }
}

struct consistency {
    struct tree_head old;
    struct tree_head new;
};

static bool consistency_ok(const struct hash *proof, size_t n, const void *context)
{
    const struct consistency *c = context;
    return merkle_consistency_ok(c->old, c->new, proof, n);
}

Test(merkle, every_small_tree_is_proved_to_extend_every_smaller_one_and_only_so)
{
    struct hash leaves[SMALL];
    struct merkle_plan plan;
    some_leaves(leaves, SMALL);
    for (size_t new = 0; new <= SMALL; new++) {
        cr_assert_not(merkle_plan_consistency(new + 1, new, &plan));
        for (size_t old = 0; old <= new; old++) {
            struct hash proof[MERKLE_PLAN_MAX + 1];
            struct consistency c = { head_of(leaves, old), head_of(leaves, new) };
            cr_assert(merkle_plan_consistency(old, new, &plan));
            size_t n = fetch(&plan, leaves, proof);
            refuse_mutations(consistency_ok, &c, proof, n);
            if (old < new) {
                cr_assert_not(merkle_consistency_ok(c.new, c.old, proof, n));
            }
            c.old.root.b[3] ^= 1;
            cr_assert_not(merkle_consistency_ok(c.old, c.new, proof, n));
            c.old.root.b[3] ^= 1;
            c.new.root.b[3] ^= 1;
            cr_assert(old == 0 && new > 0 ? merkle_consistency_ok(c.old, c.new, proof, n)
                                          : !merkle_consistency_ok(c.old, c.new, proof, n));
        }
    }
}

Test(merkle, the_largest_trees_neither_overflow_nor_need_more_room_than_there_is)
{
    static const uint64_t sizes[] = { UINT64_MAX, UINT64_MAX - 1, (uint64_t)1 << 63, ((uint64_t)1 << 63) - 1,
                                      ((uint64_t)1 << 63) + 1, ((uint64_t)1 << 32) + 5 };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint64_t size = sizes[i];
        uint64_t others[] = { 0, 1, 2, 3, size / 3, size / 2, size / 2 + 1, size - 2, size - 1 };
        for (size_t k = 0; k < sizeof others / sizeof others[0]; k++) {
            struct merkle_plan plan;
            struct merkle_place places[64];
            struct hash proof[MERKLE_PLAN_MAX] = { 0 };
            struct tree_head head = { size, merkle_empty() };
            cr_assert(merkle_plan_inclusion(others[k], size, &plan));
            cr_assert_leq(plan.n, 64);
            uint64_t leaves = 1;
            for (size_t r = 0; r < plan.n; r++) {
                cr_assert_geq(merkle_range_nodes(plan.ranges[r], places), 1);
                leaves += plan.ranges[r].end - plan.ranges[r].start;
            }
            cr_assert_eq(leaves, size); // the siblings and the leaf cover the tree, each leaf once
            cr_assert_not(merkle_inclusion_ok(others[k], merkle_empty(), head, proof, plan.n));
            cr_assert(merkle_plan_consistency(others[k], size, &plan));
            cr_assert_leq(plan.n, MERKLE_PLAN_MAX);
            struct tree_head old = { others[k], merkle_empty() };
            cr_assert_eq(merkle_consistency_ok(old, head, proof, plan.n), others[k] == 0);
        }
    }
}
