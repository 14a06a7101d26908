// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Manifests and chunks from outside: what is taken for a manifest is made again to the same bytes, and no chunk passes
// for one of a root that it does not lead to.
#include "common/format/attachment.h"
#include "common/format/merkle.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void check_manifest(struct slice bytes)
{
    struct manifest m;
    struct attachment list[LIMIT_ATTACHMENTS];
    if (!manifest_parse(bytes, &m) || m.count == 0) {
        return;
    }
    struct buf again = buf_new(2 * LIMIT_MANIFEST_BYTES);
    CHECK(m.count <= LIMIT_ATTACHMENTS);
    manifest_seal(&m, m.list, &again);
    CHECK(slice_equal(buf_slice(&again), bytes));
    if (manifest_list(&m, m.list, list)) {
        buf_reset(&again);
        manifest_make(list, m.count, &again);
        CHECK(slice_equal(buf_slice(&again), bytes));
    }
    buf_done(&again);
}

// The first 32 bytes are a root, the next 8 a size, the next a number, then a path of up to 3 hashes, then the chunk.
static void check_chunk(const uint8_t *data, size_t n)
{
    struct hash root, path[3];
    const size_t head = sizeof root + 8 + 1 + sizeof path;
    if (n < head) {
        return;
    }
    memcpy(&root, data, sizeof root);
    memcpy(path, data + sizeof root + 9, sizeof path);
    const uint64_t size = be64_get(data + sizeof root) % 1000000;
    const uint32_t number = data[sizeof root + 8];
    const struct slice chunk = slice_of(data + head, n - head);
    for (size_t k = 0; k <= 3; k++) {
        if (attachment_chunk_ok(root, size, number, chunk, path, k)) {
            CHECK(chunk.n == attachment_chunk_bytes(size, number));
            CHECK(k > 0 || hash_equal(root, merkle_leaf(chunk)));
        }
    }
    struct buf out = buf_new(LIMIT_CHUNK_CLEAR);
    const struct symkey key = { { 1 } };
    CHECK(!attachment_decrypt(&key, number, chunk, &out)); // nobody guesses a tag
    buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    check_manifest(slice_of(data, n));
    check_chunk(data, n);
    (void)attachment_type(slice_of(data, n), slice_of(NULL, 0));
    return 0;
}
