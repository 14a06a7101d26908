// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Attachments in chunks: any order, any number of times, resumed where one is missing.
#include "tests/unit/store/scratch.h"

#include "common/store/blob.h"

#include <stdlib.h>
#include <string.h>

enum { SIZE = 5 * LIMIT_CHUNK_BYTES + 77 };

static struct slice chunk_of(const uint8_t *bytes, uint32_t number)
{
    size_t first = (size_t)number * LIMIT_CHUNK_BYTES;
    return slice_of(bytes + first, SIZE - first < LIMIT_CHUNK_BYTES ? SIZE - first : LIMIT_CHUNK_BYTES);
}

Test(blob, chunks_come_in_any_order_and_twice_and_what_is_missing_is_known)
{
    struct scratch s = scratch_new();
    struct kv *kv = scratch_store(&s, STORE_NODE);
    struct writer w = writer_new(1, 1);
    struct hash root = { { 4 } };
    struct hash unknown = { { 5 } };
    struct kv_txn *t = NULL;
    struct buf out = buf_new(SIZE);
    uint8_t *bytes = mem_new(SIZE);
    static const uint32_t order[] = { 5, 0, 3, 0, 1, 4, 2 };
    static const uint32_t missing[] = { 0, 1, 1, 1, 2, 2, 6 };
    uint64_t size = 0;
    uint32_t next = 0;
    for (size_t i = 0; i < SIZE; i++) {
        bytes[i] = (uint8_t)(i * 7 + i / 256);
    }
    cr_assert_eq(kv_begin_write(kv, &t), OK);
    cr_assert_eq(blob_put(t, &w.key, root, 0, chunk_of(bytes, 0)), ERR_NOT_FOUND);
    cr_assert_eq(blob_missing(t, root, 0, &size, &next), ERR_NOT_FOUND);
    blob_begin(t, &w.key, root, SIZE);
    for (size_t i = 0; i < 7; i++) {
        cr_assert_eq(blob_put(t, &w.key, root, order[i], chunk_of(bytes, order[i])), OK);
        blob_begin(t, &w.key, root, SIZE); // known already: nothing is lost
        cr_assert_eq(blob_missing(t, root, 0, &size, &next), OK);
        cr_assert_eq(size, SIZE);
        cr_assert_eq(next, missing[i], "after %zu", i);
    }
    cr_assert_eq(blob_put(t, &w.key, root, 5, chunk_of(bytes, 0)), ERR_BAD_INPUT);
    cr_assert_eq(blob_put(t, &w.key, root, 0, chunk_of(bytes, 5)), ERR_BAD_INPUT);
    cr_assert_eq(blob_put(t, &w.key, root, 6, chunk_of(bytes, 0)), ERR_BAD_INPUT);
    cr_assert_eq(kv_commit(t), OK);
    cr_assert_eq(kv_begin_read(kv, &t), OK);
    cr_assert_eq(blob_get(t, NULL, root, 0, &out), ERR_LOCKED);
    cr_assert_eq(blob_get(t, &w.key, unknown, 0, &out), ERR_NOT_FOUND);
    cr_assert_eq(blob_get(t, &w.key, root, 6, &out), ERR_NOT_FOUND);
    for (uint32_t i = 0; i < 6; i++) {
        cr_assert_eq(blob_get(t, &w.key, root, i, &out), OK);
    }
    cr_assert_eq(blob_get(t, &w.key, root, 0, &out), ERR_TOO_BIG);
    cr_assert(slice_equal(buf_slice(&out), slice_of(bytes, SIZE)));
    cr_assert_eq(kv_commit(t), OK);
    kv_close(kv);
    cr_assert(!scratch_damage(&s, slice_of(bytes, 64)));
    free(bytes);
    buf_done(&out);
    scratch_done(&s);
}
