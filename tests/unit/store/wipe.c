// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Wiping: no key is left, headers and numbers are; a part without its key is damage unless it was wiped.
#include "tests/unit/store/scratch.h"

#include "common/store/keys.h"
#include "common/store/outbox_store.h"
#include "common/store/store.h"
#include "common/store/wipe.h"

#include <stdio.h>

#define ENTRIES 600 // more than are removed in one look

static enum err parts_of(struct kv *kv, const struct writer *w, uint64_t seq)
{
    const struct store_key key = w->key;
    const struct position at = { .journal = w->journal, .seq = seq };
    struct buf out = buf_new(LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES);
    struct kv_txn *t = NULL;
    cr_assert_eq(kv_begin_read(kv, &t), OK);
    enum err e = journal_parts(t, &key, &at, &out, NULL);
    kv_abort(t);
    buf_done(&out);
    return e;
}

static uint64_t count(struct kv *kv, enum db db)
{
    struct kv_txn *t = NULL;
    cr_assert_eq(kv_begin_read(kv, &t), OK);
    uint64_t n = kv_count(t, db);
    kv_abort(t);
    return n;
}

Test(wipe, no_key_is_left_while_headers_and_copies_are)
{
    struct scratch s = scratch_new();
    struct kv *kv = scratch_store(&s, STORE_NODE);
    struct writer w = writer_new(1, 1);
    struct kv_txn *t = NULL;
    struct boxkey half;
    uint8_t id[8];
    const struct store_key key = w.key;
    cr_assert_eq(kv_begin_write(kv, &t), OK);
    store_seal_key_put(t, &key);
    for (int i = 0; i < ENTRIES; i++) {
        struct written e = writer_next(&w, "a sentence");
        struct journal_item item = written_item(&e);
        item.outbox = slice_text("sealed for the hub");
        cr_assert_eq(journal_append(t, &item), OK);
        written_done(&e);
    }
    cr_assert_eq(kv_commit(t), OK);
    cr_assert_eq(parts_of(kv, &w, 5), OK);

    const struct position third = { .journal = w.journal, .seq = 3 };
    const struct position fourth = { .journal = w.journal, .seq = 4 };
    const struct key lost = key_position(DB_VAULT, &fourth);
    cr_assert_eq(kv_begin_write(kv, &t), OK);
    cr_assert(wipe_words(t, &third));
    cr_assert(!wipe_words(t, &third), "once");
    cr_assert(kv_del(t, DB_VAULT, key_slice(&lost)));
    cr_assert_eq(kv_commit(t), OK);
    cr_assert_eq(parts_of(kv, &w, 3), ERR_NOT_FOUND);
    cr_assert_eq(parts_of(kv, &w, 4), ERR_CORRUPT, "a key that is gone although only words were wiped is damage");
    cr_assert_eq(parts_of(kv, &w, 5), OK);

    cr_assert_eq(kv_begin_write(kv, &t), OK);
    cr_assert_eq(wipe_keys(t), OK);
    cr_assert_eq(kv_commit(t), OK);
    cr_assert_eq(count(kv, DB_VAULT), 0);
    cr_assert_eq(count(kv, DB_JOURNAL), ENTRIES);
    cr_assert_eq(count(kv, DB_OUTBOX), ENTRIES);
    for (uint64_t seq = 0; seq < ENTRIES; seq += 97) {
        cr_assert_eq(parts_of(kv, &w, seq), ERR_NOT_FOUND);
    }
    cr_assert_eq(kv_begin_read(kv, &t), OK);
    cr_assert_eq(store_seal_key_get(t, &half, id), ERR_NOT_FOUND, "nothing is sealed under the old key any more");
    kv_abort(t);

    uint64_t n = 0;
    cr_assert_eq(kv_begin_write(kv, &t), OK);
    cr_assert_eq(wipe_outbox(t, &n), OK);
    cr_assert_eq(kv_commit(t), OK);
    cr_assert_eq(n, ENTRIES);
    cr_assert_eq(count(kv, DB_OUTBOX), 0);
    kv_close(kv);
    scratch_done(&s);
}
