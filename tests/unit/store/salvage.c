// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What a new store is told of redactions that the old one had.
#include "tests/unit/store/scratch.h"

#include "common/format/kinds.h"
#include "common/format/merkle.h"
#include "common/store/leaf.h"
#include "common/store/salvage.h"

// Puts an entry of that kind at an index of what came down.
static void put_leaf(struct kv_txn *t, uint64_t index, const char *kind)
{
    const uint8_t seed[32] = { 7 };
    struct seckey sec;
    struct buf bytes = buf_new(LIMIT_ENTRY_BYTES);
    struct entry_draft draft = { .kind = slice_text(kind), .seen_root = merkle_empty() };
    sign_keypair_from_seed(seed, &draft.place.author, &sec);
    draft.place.seq = index;
    draft.prev = (struct hash){ { index > 0 } };
    cr_assert(entry_make(&draft, &sec, &bytes));
    leaf_put(t, index, entry_id(buf_slice(&bytes)), buf_slice(&bytes), slice_of(NULL, 0), NULL);
    buf_done(&bytes);
}

Test(salvage, redactions_are_known_again_also_when_the_list_of_them_is_lost)
{
    struct scratch old = scratch_new();
    struct scratch new = scratch_new();
    struct kv *kv = scratch_store(&old, STORE_NODE);
    struct kv_txn *t = NULL;
    struct pages *pages = NULL;
    struct salvaged sum;
    struct why why = { "" };
    cr_assert_eq(kv_begin_write(kv, &t), OK);
    put_leaf(t, 0, "grant");
    put_leaf(t, 1, "redaction"); // and nothing in the list
    cr_assert_eq(kv_commit(t), OK);
    kv_close(kv);
    cr_assert_eq(pages_open(old.store, &pages, &why), OK, "%s", why.text);
    kv = scratch_store(&new, STORE_NODE);
    cr_assert_eq(salvage_store(pages, kv, &sum), OK);
    pages_close(pages);
    cr_assert_eq(kv_begin_read(kv, &t), OK);
    cr_expect_eq(leaf_count(t), 2);
    cr_expect_eq(leaf_redactions(t), 1);
    kv_abort(t);
    kv_close(kv);
    scratch_done(&old);
    scratch_done(&new);
}
