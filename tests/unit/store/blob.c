// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Attachments in chunks: any order, any number of times, resumed where one is missing; grown under a name and found by
// the root; gone for good once erased.
#include "tests/unit/store/scratch.h"

#include "common/store/attached.h"
#include "common/store/blob.h"

#include <stdlib.h>
#include <string.h>

enum { SIZE = 5 * LIMIT_CHUNK_CLEAR + 77, CHUNKS = 6 };

static const struct symkey key = { { 9 } };

// Grows a blob of SIZE bytes under a name, as a site does; *root is its root.
static void grow(struct kv_txn *t, struct hash id, struct hash *root)
{
    struct buf chunk = buf_new(LIMIT_CHUNK_BYTES);
    uint8_t *piece = mem_new(LIMIT_CHUNK_CLEAR);
    for (uint32_t i = 0; i < CHUNKS; i++) {
        piece[0] = (uint8_t)i;
        buf_reset(&chunk);
        attachment_encrypt(&key, i, slice_of(piece, i + 1 < CHUNKS ? LIMIT_CHUNK_CLEAR : 77), &chunk);
        blob_grow(t, id, i, buf_slice(&chunk));
    }
    cr_assert_eq(blob_finish(t, id, SIZE, root), OK);
    free(piece);
    buf_done(&chunk);
}

Test(blob, chunks_come_in_any_order_and_twice_and_what_is_missing_is_known)
{
    static const uint32_t order[] = { 5, 0, 3, 0, 1, 4, 2 };
    static const uint32_t missing[] = { 0, 1, 1, 1, 2, 2, 6 };
    struct scratch s = scratch_new(), far = scratch_new();
    struct kv *site = scratch_store(&s, STORE_NODE);
    struct kv *hub = scratch_store(&far, STORE_HUB);
    struct kv_txn *t = NULL, *h = NULL;
    struct hash root, path[LIMIT_PROOF_HASHES];
    const struct hash id = { { 4 } };
    struct blob b, there;
    size_t n = 0;
    cr_assert_eq(kv_begin_write(site, &t), OK);
    cr_assert_eq(kv_begin_write(hub, &h), OK);
    grow(t, id, &root);
    cr_assert_eq(blob_look(t, root, &b), OK);
    cr_expect(blob_whole(&b));
    cr_expect(hash_equal(b.id, id));
    cr_assert_eq(blob_put(h, root, 0, slice_of(NULL, 0), NULL), ERR_NOT_FOUND);
    blob_expect(h, root, SIZE);
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        struct slice chunk;
        bool taken = false;
        cr_assert_eq(blob_get(t, &b, order[i], &chunk), OK);
        cr_assert_eq(blob_path(t, root, &b, order[i], path, &n), OK);
        cr_expect(attachment_chunk_ok(root, SIZE, order[i], chunk, path, n));
        cr_expect(!attachment_chunk_ok(root, SIZE, (order[i] + 1) % CHUNKS, chunk, path, n));
        cr_assert_eq(blob_put(h, root, order[i], chunk, &taken), OK);
        cr_expect_eq(taken, i != 3, "what is here is not put again");
        blob_expect(h, root, SIZE); // known already: nothing is lost
        cr_assert_eq(blob_look(h, root, &there), OK);
        cr_expect_eq(there.next, missing[i], "after %zu", i);
        cr_expect_eq(blob_whole(&there), i == 6);
        if (order[i] == 5) {
            cr_expect_eq(blob_put(h, root, 0, chunk, NULL), ERR_BAD_INPUT);
            cr_expect_eq(blob_put(h, root, 6, chunk, NULL), ERR_BAD_INPUT);
        }
    }
    cr_assert_eq(kv_commit(t), OK);
    cr_assert_eq(kv_commit(h), OK);
    kv_close(site);
    kv_close(hub);
    scratch_done(&s);
    scratch_done(&far);
}

struct seen {
    size_t n;
    struct hash last;
};

static void see(void *arg, struct hash root)
{
    struct seen *seen = arg;
    seen->n++;
    seen->last = root;
}

Test(blob, a_damaged_chunk_is_noticed_before_it_leaves)
{
    struct scratch s = scratch_new();
    struct kv *kv = scratch_store(&s, STORE_NODE);
    struct kv_txn *t = NULL;
    struct hash root, path[LIMIT_PROOF_HASHES];
    const struct hash id = { { 4 } };
    struct blob b;
    size_t n = 0;
    struct slice chunk;
    uint8_t *other = mem_new(LIMIT_CHUNK_BYTES);
    cr_assert_eq(kv_begin_write(kv, &t), OK);
    grow(t, id, &root);
    cr_assert_eq(blob_look(t, root, &b), OK);
    cr_assert_eq(blob_get(t, &b, 2, &chunk), OK);
    memcpy(other, chunk.p, chunk.n);
    other[1000] ^= 1;
    blob_grow(t, id, 2, slice_of(other, chunk.n));
    cr_expect_eq(blob_path(t, root, &b, 1, path, &n), OK);
    cr_expect_eq(blob_path(t, root, &b, 2, path, &n), ERR_CORRUPT);
    cr_expect_eq(blob_check(t, root), ERR_CORRUPT);
    other[1000] ^= 1;
    blob_grow(t, id, 2, slice_of(other, chunk.n));
    cr_expect_eq(blob_check(t, root), OK);
    cr_expect_eq(blob_check(t, id), ERR_NOT_FOUND);
    struct seen seen = { .n = 0 };
    blob_each(t, see, &seen);
    cr_expect_eq(seen.n, 1);
    cr_expect(hash_equal(seen.last, root));
    free(other);
    cr_assert_eq(kv_commit(t), OK);
    kv_close(kv);
    scratch_done(&s);
}

Test(blob, what_was_erased_is_not_taken_again)
{
    struct scratch s = scratch_new();
    struct kv *kv = scratch_store(&s, STORE_NODE);
    struct kv_txn *t = NULL;
    struct hash root;
    const struct hash id = { { 4 } };
    struct blob b;
    struct slice chunk;
    cr_assert_eq(kv_begin_write(kv, &t), OK);
    const uint64_t before = kv_count(t, DB_BLOB);
    grow(t, id, &root);
    cr_expect_eq(kv_count(t, DB_BLOB), before + CHUNKS + 2);
    cr_assert(blob_named(t, id, &b));
    cr_expect(!b.bound);
    blob_bind(t, root);
    cr_assert(blob_named(t, id, &b));
    cr_expect(b.bound);
    cr_assert_eq(blob_get(t, &b, 0, &chunk), OK);
    uint8_t *kept = mem_new(chunk.n);
    const size_t n = chunk.n;
    memcpy(kept, chunk.p, n);
    blob_drop(t, root, true);
    cr_expect_eq(kv_count(t, DB_BLOB), before + 1, "a mark stays");
    cr_expect_eq(blob_put(t, root, 0, slice_of(kept, n), NULL), ERR_EXISTS);
    blob_expect(t, root, SIZE);
    cr_expect_eq(blob_put(t, root, 0, slice_of(kept, n), NULL), ERR_EXISTS);
    blob_drop(t, root, false);
    cr_expect_eq(kv_count(t, DB_BLOB), before);
    free(kept);
    cr_assert_eq(kv_commit(t), OK);
    kv_close(kv);
    scratch_done(&s);
}

Test(blob, rows_say_what_of_which_entry_the_hub_has)
{
    struct scratch s = scratch_new();
    struct kv *kv = scratch_store(&s, STORE_NODE);
    struct kv_txn *t = NULL;
    struct attached list[LIMIT_ATTACHMENTS], got;
    const struct journal_id journals[2] = { { .key = { { 1 } } }, { .key = { { 2 } } } };
    cr_assert_eq(kv_begin_write(kv, &t), OK);
    for (size_t j = 0; j < 2; j++) {
        for (uint64_t seq = 3; seq < 6; seq++) {
            for (uint8_t r = 0; r < 2; r++) {
                const struct attached a = { .journal = journals[j], .seq = seq,
                                            .blob = { { { r, (uint8_t)seq, (uint8_t)j } }, 100000 } };
                attached_put(t, &a);
            }
        }
    }
    cr_expect_eq(attached_of(t, &journals[0], 4, list), 2);
    cr_expect_eq(attached_of(t, &journals[0], 6, list), 0);
    cr_expect_eq(attached_of(t, &journals[1], 3, list), 2);
    cr_assert_eq(attached_sum(t).waiting, 12);
    cr_assert_eq(attached_sum(t).waiting_bytes, 1200000);
    list[0].next = 1;
    cr_expect_eq(attached_received(&list[0]), LIMIT_CHUNK_CLEAR);
    attached_put(t, &list[0]);
    list[1].state = ATTACHED_HELD;
    cr_expect_eq(attached_received(&list[1]), 100000);
    attached_put(t, &list[1]);
    cr_assert_eq(attached_get(t, &journals[1], 3, list[0].blob.root, &got), OK);
    cr_expect_eq(got.next, 1);
    cr_expect_eq(attached_sum(t).waiting, 11);
    cr_expect_eq(attached_sum(t).waiting_bytes, 1100000 - LIMIT_CHUNK_CLEAR);
    struct attached_range r = attached_range_after(t, &got);
    size_t behind = 0;
    while (attached_range_next(&r)) {
        behind++;
    }
    attached_range_done(&r);
    cr_expect_eq(behind, 5, "behind the seventh of twelve there are five");
    attached_drop(t, &got);
    cr_expect_eq(attached_get(t, &journals[1], 3, got.blob.root, &got), ERR_NOT_FOUND);
    cr_assert_eq(kv_commit(t), OK);
    kv_close(kv);
    scratch_done(&s);
}
