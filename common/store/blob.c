// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Chunks under a name; what a root leads to under the root and number 2^32-1, the leaves of its tree under the name and
// number 2^32-2. It must never hold more of an attachment in memory than one chunk.
// head = u64 size ‖ name 32 ‖ u32 next ‖ u8 flags, a cell; leaves = root ‖ hash …, a cell; a chunk is as it is: its
// cipher and its tree vouch for it
#include "common/store/blob.h"

#include "common/format/merkle.h"
#include "common/store/cell.h"

#include <stdlib.h>
#include <string.h>

#define HEAD_CHUNK UINT32_MAX
#define LEAVES_CHUNK (UINT32_MAX - 1)
#define HEAD_BYTES (8 + 32 + 4 + 1)
#define FLAG_GONE 1u
#define FLAG_BOUND 2u
static_assert(LIMIT_ATTACHMENT_CHUNKS < LEAVES_CHUNK, "no chunk has one of their numbers");

static struct key blob_key(struct hash name, uint32_t number)
{
    struct key_fields f = { .hash = name, .chunk = number };
    return key_make(DB_BLOB, &f, 0);
}

static void head_put(struct kv_txn *t, struct hash root, const struct blob *b)
{
    uint8_t room[HEAD_BYTES];
    struct buf head = buf_over(room, sizeof room);
    struct key at = blob_key(root, HEAD_CHUNK);
    buf_put_u64be(&head, b->size);
    buf_put(&head, SLICE_ARRAY(b->id.b));
    buf_put_u32be(&head, b->next);
    buf_put_u8(&head, (uint8_t)((b->gone ? FLAG_GONE : 0) | (b->bound ? FLAG_BOUND : 0)));
    CHECK(buf_ok(&head));
    cell_put(t, DB_BLOB, key_slice(&at), buf_slice(&head));
}

enum err blob_look(struct kv_txn *t, struct hash root, struct blob *out)
{
    struct key at = blob_key(root, HEAD_CHUNK);
    struct slice head;
    struct blob b = { .size = 0 };
    enum err e = cell_get(t, DB_BLOB, key_slice(&at), &head);
    if (e != OK) {
        return e;
    }
    if (head.n != HEAD_BYTES) {
        return ERR_CORRUPT;
    }
    b.size = be64_get(head.p);
    memcpy(b.id.b, head.p + 8, sizeof b.id.b);
    b.next = be32_get(head.p + 40);
    b.gone = (head.p[44] & FLAG_GONE) != 0;
    b.bound = (head.p[44] & FLAG_BOUND) != 0;
    if (b.size == 0 || b.size > LIMIT_ATTACHMENT_BYTES || b.next > attachment_chunks(b.size)) {
        return ERR_CORRUPT;
    }
    *out = b;
    return OK;
}

bool blob_whole(const struct blob *b)
{
    return !b->gone && b->next == attachment_chunks(b->size);
}

static bool chunk_here(struct kv_txn *t, struct hash id, uint32_t number)
{
    struct key at = blob_key(id, number);
    struct slice value;
    return kv_get(t, DB_BLOB, key_slice(&at), &value);
}

static void chunk_put(struct kv_txn *t, struct hash id, uint32_t number, struct slice chunk)
{
    struct key at = blob_key(id, number);
    kv_put(t, DB_BLOB, key_slice(&at), chunk);
}

void blob_expect(struct kv_txn *t, struct hash root, uint64_t size)
{
    struct blob b = { .id = root, .size = size, .bound = true };
    struct blob known;
    CHECK(size >= 1);
    CHECK(size <= LIMIT_ATTACHMENT_BYTES);
    if (blob_look(t, root, &known) == ERR_NOT_FOUND) {
        head_put(t, root, &b);
    }
}

enum err blob_put(struct kv_txn *t, struct hash root, uint32_t number, struct slice chunk, bool *taken)
{
    struct blob b;
    enum err e = blob_look(t, root, &b);
    if (e == OK && b.gone) {
        e = ERR_EXISTS;
    }
    if (e == OK && (number >= attachment_chunks(b.size) || chunk.n != attachment_chunk_bytes(b.size, number))) {
        e = ERR_BAD_INPUT;
    }
    if (e != OK) {
        return e;
    }
    const bool here = number < b.next || chunk_here(t, b.id, number);
    if (!here) {
        chunk_put(t, b.id, number, chunk);
    }
    if (!here && number == b.next) {
        do {
            b.next++;
        } while (b.next < attachment_chunks(b.size) && chunk_here(t, b.id, b.next));
        head_put(t, root, &b);
    }
    if (taken != NULL) {
        *taken = !here;
    }
    return kv_error(t);
}

void blob_grow(struct kv_txn *t, struct hash id, uint32_t number, struct slice chunk)
{
    CHECK(number < LIMIT_ATTACHMENT_CHUNKS);
    chunk_put(t, id, number, chunk);
}

enum err blob_finish(struct kv_txn *t, struct hash id, uint64_t size, struct hash *root)
{
    const uint32_t count = attachment_chunks(size);
    struct buf leaves = buf_new((1 + LIMIT_ATTACHMENT_CHUNKS) * sizeof(struct hash));
    struct merkle_frontier f = { .size = 0 };
    struct blob b = { .id = id, .size = size, .next = count };
    enum err e = OK;
    CHECK(buf_room(&leaves, sizeof *root) != NULL);
    for (uint32_t i = 0; i < count && e == OK; i++) {
        struct slice chunk;
        e = blob_get(t, &b, i, &chunk);
        if (e == OK) {
            const struct hash leaf = merkle_leaf(chunk);
            buf_put(&leaves, SLICE_ARRAY(leaf.b));
            (void)merkle_append(&f, leaf, NULL);
        }
    }
    if (e == OK) {
        struct key at = blob_key(id, LEAVES_CHUNK);
        *root = merkle_root(&f);
        CHECK(buf_ok(&leaves));
        memcpy(leaves.p, root->b, sizeof root->b);
        cell_put(t, DB_BLOB, key_slice(&at), buf_slice(&leaves));
        head_put(t, *root, &b);
        e = kv_error(t);
    }
    buf_done(&leaves);
    return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

static bool named(struct kv_txn *t, struct hash id, struct hash *root, struct blob *out)
{
    struct key at = blob_key(id, LEAVES_CHUNK);
    struct slice leaves;
    if (cell_get(t, DB_BLOB, key_slice(&at), &leaves) != OK || leaves.n < sizeof root->b) {
        return false;
    }
    memcpy(root->b, leaves.p, sizeof root->b);
    return blob_look(t, *root, out) == OK && hash_equal(out->id, id);
}

bool blob_named(struct kv_txn *t, struct hash id, struct blob *out)
{
    struct hash root;
    return named(t, id, &root, out);
}

void blob_drop_grown(struct kv_txn *t, struct hash id)
{
    struct blob b;
    struct hash root;
    if (named(t, id, &root, &b)) {
        struct key head = blob_key(root, HEAD_CHUNK);
        (void)kv_del(t, DB_BLOB, key_slice(&head));
    }
    struct key at = blob_key(id, LEAVES_CHUNK);
    for (uint32_t i = 0; i < LIMIT_ATTACHMENT_CHUNKS; i++) {
        struct key chunk = blob_key(id, i);
        if (!kv_del(t, DB_BLOB, key_slice(&chunk))) {
            break; // it grew in order
        }
    }
    (void)kv_del(t, DB_BLOB, key_slice(&at));
}

enum err blob_get(struct kv_txn *t, const struct blob *b, uint32_t number, struct slice *out)
{
    struct key at = blob_key(b->id, number);
    struct slice value;
    if (number >= attachment_chunks(b->size) || !kv_get(t, DB_BLOB, key_slice(&at), &value)) {
        return kv_error(t) != OK ? kv_error(t) : ERR_NOT_FOUND;
    }
    if (value.n != attachment_chunk_bytes(b->size, number)) {
        return ERR_CORRUPT;
    }
    *out = value;
    return OK;
}

enum err blob_path(struct kv_txn *t, struct hash root, const struct blob *b, uint32_t number,
                   struct hash path[LIMIT_PROOF_HASHES], size_t *n)
{
    const size_t count = attachment_chunks(b->size);
    struct key at = blob_key(b->id, LEAVES_CHUNK);
    struct slice leaves;
    struct slice chunk;
    struct hash made[MERKLE_PLAN_MAX];
    struct merkle_plan plan;
    enum err e = cell_get(t, DB_BLOB, key_slice(&at), &leaves);
    if (e == OK) {
        e = leaves.n == (1 + count) * sizeof(struct hash) ? blob_get(t, b, number, &chunk) : ERR_CORRUPT;
    }
    if (e != OK) {
        return e;
    }
    struct hash *hashes = mem_new(count * sizeof *hashes);
    memcpy(hashes, leaves.p + sizeof *hashes, count * sizeof *hashes);
    CHECK(merkle_plan_inclusion(number, count, &plan));
    CHECK(plan.n <= LIMIT_PROOF_HASHES);
    merkle_plan_hashes(&plan, hashes, count, made);
    free(hashes);
    if (!attachment_chunk_ok(root, b->size, number, chunk, made, plan.n)) {
        return ERR_CORRUPT;
    }
    memcpy(path, made, plan.n * sizeof path[0]);
    *n = plan.n;
    return OK;
}

void blob_each(struct kv_txn *t, void (*found)(void *arg, struct hash root), void *arg)
{
    struct kv_range r = kv_range_new(t, DB_BLOB, slice_of(NULL, 0), slice_of(NULL, 0));
    while (kv_range_next(&r)) {
        struct key_fields f;
        if (key_parse(DB_BLOB, r.key, &f) && f.chunk == HEAD_CHUNK) {
            found(arg, f.hash);
        }
    }
    kv_range_done(&r);
}

enum err blob_check(struct kv_txn *t, struct hash root)
{
    struct merkle_frontier f = { .size = 0 };
    struct blob b;
    enum err e = blob_look(t, root, &b);
    if (e != OK || b.gone) {
        return e;
    }
    for (uint32_t i = 0; i < b.next && e == OK; i++) {
        struct slice chunk;
        e = blob_get(t, &b, i, &chunk);
        if (e == OK) {
            (void)merkle_append(&f, merkle_leaf(chunk), NULL);
        }
    }
    if (e == OK && blob_whole(&b) && !hash_equal(merkle_root(&f), root)) {
        e = ERR_CORRUPT;
    }
    return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

void blob_bind(struct kv_txn *t, struct hash root)
{
    struct blob b;
    if (blob_look(t, root, &b) == OK && !b.bound) {
        b.bound = true;
        head_put(t, root, &b);
    }
}

void blob_drop(struct kv_txn *t, struct hash root, bool gone)
{
    struct blob b;
    struct key head = blob_key(root, HEAD_CHUNK);
    if (blob_look(t, root, &b) != OK) {
        return;
    }
    for (uint32_t i = 0; i < attachment_chunks(b.size); i++) {
        struct key chunk = blob_key(b.id, i);
        (void)kv_del(t, DB_BLOB, key_slice(&chunk));
    }
    struct key leaves = blob_key(b.id, LEAVES_CHUNK);
    (void)kv_del(t, DB_BLOB, key_slice(&leaves));
    if (gone) {
        b.gone = true;
        b.next = 0;
        head_put(t, root, &b);
    } else {
        (void)kv_del(t, DB_BLOB, key_slice(&head));
    }
}
