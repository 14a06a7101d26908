// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The record's tree on disk: full tiles of 256 hashes, the edge, and proofs made from both. Only hashes; it must
// never read an entry but to rebuild the edge of level 0.
// Read first: record_inside.h; common/format/merkle.h.
#include "common/store/record_inside.h"

#include "common/store/cell.h"
#include "common/store/id_prefix.h"

#include <string.h>

#define HASH_BYTES 32

static const char tree_name[] = "record";

// --- tiles ---

static struct key tile_key(unsigned level, uint64_t index)
{
    struct key_fields f = { .level = (uint8_t)level, .index = index };
    return key_make(DB_TILE, &f, 0);
}

static void tile_put(struct kv_txn *t, unsigned level, struct tree_tile *tile)
{
    struct key key = tile_key(level, tile->index);
    cell_put(t, DB_TILE, key_slice(&key), slice_of(tile->hashes[0].b, tile->n * HASH_BYTES));
    tile->changed = false;
}

// Reads a tile of exactly n hashes.
static enum err tile_get(struct kv_txn *t, unsigned level, uint64_t index, unsigned n, struct tree_tile *out)
{
    struct key key = tile_key(level, index);
    struct slice value;
    enum err e = cell_get(t, DB_TILE, key_slice(&key), &value);
    if (e == ERR_NOT_FOUND || (e == OK && value.n != (size_t)n * HASH_BYTES)) {
        return ERR_CORRUPT;
    }
    if (e == OK) {
        memcpy(out->hashes, value.p, value.n);
        out->index = index;
        out->n = n;
        out->changed = false;
    }
    return e;
}

// *out = the tile, from the edge, from the cache, or read into the cache.
static enum err tile_at(struct record *r, struct kv_txn *t, unsigned level, uint64_t index,
                        const struct tree_tile **out)
{
    struct tree_tile *cached = &r->cache[level];
    enum err e = OK;
    if (index == r->edge[level].index) {
        *out = &r->edge[level];
        return OK;
    }
    CHECK(index < r->edge[level].index);
    if (cached->n == 0 || cached->index != index) {
        cached->n = 0;
        e = tile_get(t, level, index, TREE_WIDTH, cached);
    }
    if (e == OK) {
        *out = cached;
    }
    return e;
}

// --- growing ---

void tree_append(struct record *r, struct kv_txn *t, struct hash leaf_hash)
{
    struct hash made[64];
    unsigned levels = merkle_append(&r->frontier, leaf_hash, made);
    for (unsigned level = 0; level < TREE_LEVELS && level * 8 < levels; level++) {
        struct tree_tile *edge = &r->edge[level];
        edge->hashes[edge->n++] = made[level * 8];
        edge->changed = true;
        if (edge->n == TREE_WIDTH) {
            tile_put(t, level, edge);
            edge->index++;
            edge->n = 0;
        }
    }
}

void tree_finish(struct record *r, struct kv_txn *t)
{
    struct buf value = buf_new(8 + 64 * HASH_BYTES);
    struct key key = key_name(tree_name);
    for (unsigned level = 1; level < TREE_LEVELS; level++) { // level 0 is the entries themselves
        if (r->edge[level].changed && r->edge[level].n > 0) {
            tile_put(t, level, &r->edge[level]);
        }
    }
    merkle_frontier_put(&r->frontier, &value);
    CHECK(buf_ok(&value));
    cell_put(t, DB_META, key_slice(&key), buf_slice(&value));
    buf_done(&value);
}

// --- loading ---

static enum err load_leaves(struct record *r, struct kv_txn *t, struct why *why)
{
    struct tree_tile *edge = &r->edge[0];
    uint64_t first = edge->index * TREE_WIDTH;
    struct leaf_range range = leaf_range_new(t, first);
    while (edge->n < TREE_WIDTH && leaf_range_next(&range) && range.index == first + edge->n) {
        // Of a damaged one the id beside it is taken: whether that is whole shows when the edge is compared.
        enum err e = leaf_id(t, range.index, &edge->hashes[edge->n]);
        if (e != OK) {
            why_set(why, "entry %llu of the record is damaged in the store", (unsigned long long)range.index);
            leaf_range_done(&range);
            return e;
        }
        edge->n++;
    }
    leaf_range_done(&range);
    return kv_error(t);
}

// True when the hashes of an edge give the peaks that the frontier has at its levels.
static bool edge_fits(const struct record *r, unsigned level)
{
    struct merkle_frontier f = { 0 };
    for (unsigned i = 0; i < r->edge[level].n; i++) {
        (void)merkle_append(&f, r->edge[level].hashes[i], NULL);
    }
    for (unsigned bit = 0; bit < 8; bit++) {
        bool set = (f.size >> bit & 1) != 0;
        if (set && !hash_equal(f.peaks[bit], r->frontier.peaks[level * 8 + bit])) {
            return false;
        }
    }
    return true;
}

enum err tree_load(struct record *r, struct kv_txn *t, struct why *why)
{
    struct key key = key_name(tree_name);
    struct slice value;
    enum err e = cell_get(t, DB_META, key_slice(&key), &value);
    if (e == ERR_NOT_FOUND && leaf_count(t) == 0) {
        return kv_error(t); // nothing was ever appended
    }
    if (e != OK || !merkle_frontier_parse(value, &r->frontier) || leaf_count(t) != r->frontier.size) {
        why_set(why, "the record's own size and its entries do not fit");
        return e == OK || e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
    }
    for (unsigned level = 0; level < TREE_LEVELS; level++) {
        struct tree_tile *edge = &r->edge[level];
        uint64_t hashes = r->frontier.size >> (8 * level);
        unsigned n = (unsigned)(hashes % TREE_WIDTH);
        edge->index = hashes / TREE_WIDTH;
        if (level == 0) {
            e = load_leaves(r, t, why);
        } else if (n > 0) {
            e = tile_get(t, level, edge->index, n, edge);
        }
        if (e == OK && (edge->n != n || !edge_fits(r, level))) {
            e = ERR_CORRUPT;
        }
        if (e != OK) {
            why_set(why, "the edge of the record's tree at level %u does not fit its size %llu", level,
                    (unsigned long long)r->frontier.size);
            return e;
        }
    }
    return OK;
}

// --- nodes and proofs ---

// The root of a complete subtree.
static enum err node_at(struct record *r, struct kv_txn *t, struct merkle_place place, struct hash *out)
{
    unsigned level = place.level / 8;
    uint64_t first = place.index << (place.level % 8);
    size_t count = (size_t)1 << (place.level % 8);
    const struct tree_tile *tile = NULL;
    CHECK(level < TREE_LEVELS);
    enum err e = tile_at(r, t, level, first / TREE_WIDTH, &tile);
    if (e == OK) {
        size_t at = (size_t)(first % TREE_WIDTH);
        CHECK(at + count <= TREE_WIDTH);
        CHECK(tile->n == TREE_WIDTH || at + count <= tile->n);
        *out = merkle_root_of(tile->hashes + at, count);
    }
    return e;
}

static enum err range_hash(struct record *r, struct kv_txn *t, struct merkle_range range, struct hash *out)
{
    struct merkle_place places[64];
    struct hash nodes[64];
    unsigned n = merkle_range_nodes(range, places);
    for (unsigned i = 0; i < n; i++) {
        enum err e = node_at(r, t, places[i], &nodes[i]);
        if (e != OK) {
            return e;
        }
    }
    *out = merkle_fold(nodes, n);
    return OK;
}

enum err record_root(struct record *r, struct kv_txn *t, uint64_t size, struct hash *out)
{
    CHECK(size <= r->frontier.size);
    if (size == 0 || size == r->frontier.size) {
        *out = size == 0 ? merkle_empty() : merkle_root(&r->frontier);
        return OK;
    }
    return range_hash(r, t, (struct merkle_range){ 0, size }, out);
}

static enum err proof_fill(struct record *r, struct kv_txn *t, const struct merkle_plan *plan,
                           struct record_proof *out)
{
    struct record_proof proof = { .n = plan->n };
    CHECK(plan->n <= LIMIT_PROOF_HASHES);
    for (size_t i = 0; i < plan->n; i++) {
        enum err e = range_hash(r, t, plan->ranges[i], &proof.hashes[i]);
        if (e != OK) {
            return e;
        }
    }
    *out = proof;
    return OK;
}

enum err record_inclusion(struct record *r, struct kv_txn *t, uint64_t index, uint64_t size, struct record_proof *out)
{
    struct merkle_plan plan;
    CHECK(size <= r->frontier.size);
    bool good = merkle_plan_inclusion(index, size, &plan);
    CHECK(good);
    return proof_fill(r, t, &plan, out);
}

enum err record_consistency(struct record *r, struct kv_txn *t, uint64_t old, uint64_t new, struct record_proof *out)
{
    struct merkle_plan plan;
    CHECK(new <= r->frontier.size);
    bool good = merkle_plan_consistency(old, new, &plan);
    CHECK(good);
    return proof_fill(r, t, &plan, out);
}

// --- ids ---

enum err record_id(struct record *r, struct kv_txn *t, uint64_t index, struct hash *out)
{
    const struct tree_tile *tile = NULL;
    CHECK(index < r->frontier.size);
    enum err e = tile_at(r, t, 0, index / TREE_WIDTH, &tile);
    if (e == OK) {
        *out = tile->hashes[index % TREE_WIDTH];
    }
    return e;
}

static enum err find(struct record *r, struct kv_txn *t, struct id_prefix *p, uint64_t *out)
{
    for (uint64_t i = 0; i <= r->edge[0].index && !id_prefix_done(p); i++) {
        const struct tree_tile *tile = NULL;
        enum err e = tile_at(r, t, 0, i, &tile);
        if (e != OK) {
            return e;
        }
        for (unsigned k = 0; k < tile->n; k++) {
            id_prefix_offer(p, tile->hashes[k].b, i * TREE_WIDTH + k);
        }
    }
    return id_prefix_result(p, out);
}

enum err record_find(struct record *r, struct kv_txn *t, struct slice prefix, uint64_t *out)
{
    struct id_prefix p;
    return id_prefix_make(prefix, &p) ? find(r, t, &p, out) : ERR_BAD_INPUT;
}

enum err record_find_id(struct record *r, struct kv_txn *t, struct hash id, uint64_t *out)
{
    struct id_prefix p = id_prefix_whole(id);
    return find(r, t, &p, out);
}

// --- reading back ---

enum err record_verify(struct record *r, struct kv_txn *t, uint64_t size, struct merkle_frontier *f, struct why *why)
{
    struct merkle_frontier grown = *f;
    struct hash root;
    enum err e = OK;
    CHECK(size <= r->frontier.size);
    CHECK(f->size <= size);
    struct leaf_range range = leaf_range_new(t, grown.size);
    while (e == OK && grown.size < size) {
        struct hash id;
        if (!leaf_range_next(&range) || !range.whole || range.index != grown.size) {
            e = kv_error(t) != OK ? kv_error(t) : ERR_CORRUPT;
            break;
        }
        e = record_id(r, t, grown.size, &id);
        if (e == OK && !hash_equal(id, range.entry.id)) {
            e = ERR_CORRUPT;
        }
        if (e == OK) {
            (void)merkle_append(&grown, range.entry.id, NULL);
        }
    }
    leaf_range_done(&range);
    if (e != OK) {
        why_set(why, "entry %llu of the record is missing or damaged in the store", (unsigned long long)grown.size);
        return e;
    }
    e = record_root(r, t, size, &root);
    if (e == OK && !hash_equal(root, merkle_root(&grown))) {
        why_set(why, "the tree over the record's first %llu entries does not fit them", (unsigned long long)size);
        e = ERR_CORRUPT;
    }
    if (e == OK) {
        *f = grown;
    }
    return e;
}
