// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The record: its tree against the plain definition at every size, journals and forks in it, and that a record which
// is not the one that was signed for is refused.
#include "tests/unit/store/scratch.h"

#include "common/base/file.h"
#include "common/store/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Appends one entry of w to the record in t.
static struct hash append_one(struct record *r, struct kv_txn *t, struct writer *w, uint8_t branch, bool control)
{
    struct written e = writer_next(w, "words");
    struct record_item item = { .at = e.at,
                                .id = e.id,
                                .entry = buf_slice(&e.entry),
                                .sealed = buf_slice(&e.sealed),
                                .wrapped = &e.wrapped,
                                .control = control };
    item.at.branch = branch;
    record_append(r, t, &item, NULL);
    struct hash id = e.id;
    written_done(&e);
    return id;
}

// Makes a record of n entries by two writers, in transactions of `batch`; ids (may be NULL) receives n ids.
static void grow(struct kv *kv, struct record *r, struct writer w[2], unsigned n, unsigned batch, struct hash *ids)
{
    for (unsigned i = 0; i < n;) {
        struct kv_txn *t = NULL;
        cr_assert_eq(kv_begin_write(kv, &t), OK);
        for (unsigned k = 0; k < batch && i < n; k++, i++) {
            struct hash id = append_one(r, t, &w[i / 7 % 2], 0, i % 100 == 0);
            if (ids != NULL) {
                ids[i] = id;
            }
        }
        record_finish(r, t);
        cr_assert_eq(kv_commit(t), OK);
    }
}

static struct kv *opened(const struct scratch *s)
{
    struct kv *kv = NULL;
    cr_assert_eq(store_open(s->store, KV_NO_SYNC, 0, &kv, NULL, NULL), OK);
    return kv;
}

enum { MANY = 1100 }; // entries: four full tiles and a part of the next

Test(record, heads_and_proofs_are_those_of_the_plain_tree_before_and_after_opening_again)
{
    struct scratch s = scratch_new();
    struct kv *kv = scratch_store(&s, STORE_HUB);
    struct record *r = record_new();
    struct writer w[2] = { writer_new(1, 1), writer_new(2, 1) };
    struct hash *ids = mem_new(MANY * sizeof *ids);
    grow(kv, r, w, MANY, 37, ids);
    for (int again = 0; again < 2; again++) {
        struct kv_txn *t = NULL;
        struct record_proof p;
        struct why why = { "" };
        cr_assert_eq(kv_begin_read(kv, &t), OK);
        cr_assert_eq(record_size(r), MANY);
        cr_assert(hash_equal(record_head(r).root, merkle_root_of(ids, MANY)));
        for (uint64_t size = 1; size <= MANY; size += size < 520 ? 17 : 97) {
            struct tree_head head = { size, merkle_root_of(ids, size) };
            struct tree_head now = record_head(r);
            struct hash root;
            cr_assert_eq(record_root(r, t, size, &root), OK);
            cr_assert(hash_equal(root, head.root), "size %d", (int)size);
            cr_assert_eq(record_consistency(r, t, size, MANY, &p), OK);
            cr_assert(merkle_consistency_ok(head, now, p.hashes, p.n), "size %d", (int)size);
            for (uint64_t i = 0; i < size; i += 1 + size / 9) {
                cr_assert_eq(record_inclusion(r, t, i, size, &p), OK);
                cr_assert(merkle_inclusion_ok(i, ids[i], head, p.hashes, p.n), "%d of %d", (int)i, (int)size);
            }
        }
        cr_assert_eq(kv_commit(t), OK);
        kv_close(kv);
        kv = opened(&s);
        cr_assert_eq(kv_begin_read(kv, &t), OK);
        cr_assert_eq(record_load(r, t, &why), OK, "%s", why.text);
        cr_assert_eq(kv_commit(t), OK);
    }
    free(ids);
    record_free(r);
    kv_close(kv);
    scratch_done(&s);
}

Test(record, a_crash_between_append_and_commit_leaves_the_record_as_it_was)
{
    struct scratch s = scratch_new();
    struct kv *kv = scratch_store(&s, STORE_HUB);
    struct record *r = record_new();
    struct writer w[2] = { writer_new(1, 1), writer_new(2, 1) };
    struct kv_txn *t = NULL;
    grow(kv, r, w, 300, 50, NULL);
    struct tree_head before = record_head(r);
    struct writer kept[2] = { w[0], w[1] };
    cr_assert_eq(kv_begin_write(kv, &t), OK);
    for (int i = 0; i < 300; i++) {
        (void)append_one(r, t, &w[0], 0, false);
    }
    kv_abort(t);
    cr_assert_eq(kv_begin_read(kv, &t), OK);
    cr_assert_eq(record_load(r, t, NULL), OK);
    cr_assert_eq(kv_commit(t), OK);
    cr_assert(tree_head_equal(record_head(r), before));
    grow(kv, r, kept, 300, 50, NULL); // and it goes on from there
    struct merkle_frontier f = { 0 };
    cr_assert_eq(kv_begin_read(kv, &t), OK);
    cr_assert_eq(record_verify(r, t, 300, &f, NULL), OK);
    cr_assert_eq(record_verify(r, t, 600, &f, NULL), OK);
    cr_assert(hash_equal(merkle_root(&f), record_head(r).root));
    cr_assert_eq(kv_commit(t), OK);
    record_free(r);
    kv_close(kv);
    scratch_done(&s);
}

Test(record, journals_forks_control_entries_and_short_ids_are_found)
{
    struct scratch s = scratch_new();
    struct kv *kv = scratch_store(&s, STORE_HUB);
    struct record *r = record_new();
    struct writer w[2] = { writer_new(1, 1), writer_new(2, 1) };
    struct kv_txn *t = NULL;
    struct hash ids[601];
    struct record_place places[LIMIT_BRANCHES];
    size_t n = 0;
    uint64_t at = 0;
    grow(kv, r, w, 600, 60, ids);
    struct writer fork = w[0];
    fork.next = 100;
    fork.head = ids[0]; // another entry at seq 100
    struct record_journal end = { .head = { w[0].journal, 1, 101, { { 0 } } }, .index = 600 };
    cr_assert_eq(kv_begin_write(kv, &t), OK);
    ids[600] = append_one(r, t, &fork, 1, false);
    end.head.head = ids[600];
    (void)merkle_append(&end.custody, ids[600], NULL);
    record_journal_put(t, &end);
    record_finish(r, t);
    cr_assert_eq(kv_commit(t), OK);

    cr_assert_eq(kv_begin_read(kv, &t), OK);
    for (uint64_t i = 0; i < 600; i++) {
        struct position p = { w[i / 7 % 2].journal, i / 14 * 7 + i % 7, 0 };
        cr_assert_eq(record_slot(t, &p, &at), OK);
        cr_assert_eq(at, i);
        cr_assert_eq(record_find_id(r, t, ids[i], &at), OK);
        cr_assert_eq(at, i);
    }
    struct position beyond = { w[1].journal, w[1].next, 0 };
    cr_assert_eq(record_slot(t, &beyond, &at), ERR_NOT_FOUND);
    cr_assert_eq(record_places(t, &w[0].journal, 100, places, &n), OK);
    cr_assert_eq(n, 2);
    cr_assert_eq(places[1].branch, 1);
    cr_assert_eq(places[1].index, 600);
    cr_assert(hash_equal(places[1].id, ids[600]));
    cr_assert_eq(record_places(t, &w[0].journal, 101, places, &n), OK);
    cr_assert_eq(n, 1);
    struct record_journal_range ends = record_journal_range_new(t);
    cr_assert(record_journal_range_next(&ends));
    cr_assert_eq(ends.journal.head.branch, 1);
    cr_assert_eq(ends.journal.head.next, 101);
    cr_assert(hash_equal(merkle_root(&ends.journal.custody), ids[600]));
    cr_assert(!record_journal_range_next(&ends));
    record_journal_range_done(&ends);
    int controls = 0;
    for (at = 0; record_next_control(t, &at); at++) {
        cr_assert_eq(at % 100, 0);
        controls++;
    }
    cr_assert_eq(controls, 6);
    cr_assert_eq(record_find(r, t, slice_text("0"), &at), ERR_BUSY);
    cr_assert_eq(record_find(r, t, slice_text("zz"), &at), ERR_BAD_INPUT);
    cr_assert_eq(record_find(r, t, slice_text("00000000000000000000"), &at), ERR_NOT_FOUND);
    cr_assert_eq(kv_commit(t), OK);
    record_free(r);
    kv_close(kv);
    scratch_done(&s);
}

Test(record, a_flipped_bit_in_an_entry_a_tile_or_a_slot_is_found_before_anything_is_signed)
{
    for (int what = 0; what < 4; what++) {
        struct scratch s = scratch_new();
        struct kv *kv = scratch_store(&s, STORE_HUB);
        struct record *r = record_new();
        struct writer w[2] = { writer_new(1, 1), writer_new(2, 1) };
        struct hash ids[600];
        struct kv_txn *t = NULL;
        struct merkle_frontier f = { 0 };
        struct why why = { "" };
        uint64_t at = 0;
        struct stored entry;
        struct buf entries[2] = { buf_new(LIMIT_ENTRY_BYTES), buf_new(LIMIT_ENTRY_BYTES) };
        grow(kv, r, w, 600, 60, ids);
        cr_assert_eq(kv_begin_read(kv, &t), OK);
        for (size_t i = 0; i < 2; i++) {
            cr_assert_eq(leaf_get(t, i == 0 ? 300 : 599, &entry, NULL), OK);
            buf_put(&entries[i], entry.bytes);
        }
        kv_abort(t);
        kv_close(kv);
        uint8_t two[64]; // side by side only in a tile
        memcpy(two, ids[100].b, 32);
        memcpy(two + 32, ids[101].b, 32);
        struct position first = { w[0].journal, 0, 0 };
        struct key slot = key_position(DB_SLOT, &first);
        const struct slice needles[] = { buf_slice(&entries[0]), buf_slice(&entries[1]), SLICE_ARRAY(two),
                                         key_slice(&slot) };
        cr_assert(scratch_damage(&s, needles[what]));
        kv = opened(&s);
        cr_assert_eq(kv_begin_read(kv, &t), OK);
        enum err loaded = record_load(r, t, &why);
        cr_assert_eq(loaded, OK, "%d: %s", what, why.text); // readers go on; who signs reads everything back
        if (what < 3) {
            cr_assert_eq(record_verify(r, t, 600, &f, &why), ERR_CORRUPT);
            cr_assert_eq(f.size, 0);
            static const char *const named[] = { "entry 300", "entry 599", "entry 0" };
            cr_assert_not_null(strstr(why.text, named[what]), "%s", why.text);
        } else {
            cr_assert_neq(record_slot(t, &first, &at), OK);
        }
        kv_abort(t);
        buf_done(&entries[0]);
        buf_done(&entries[1]);
        record_free(r);
        kv_close(kv);
        scratch_done(&s);
    }
}

struct log {
    struct seckey sec;
    struct vkey key;
    struct service_keys service;
    char path[96];
};

static struct log log_new(const struct scratch *s)
{
    struct log log;
    struct pubkey pub;
    uint8_t seed[32] = { 5 };
    sign_keypair_from_seed(seed, &pub, &log.sec);
    cr_assert(vkey_make(slice_text("example.org/forum"), VKEY_ED25519, pub, &log.key));
    log.service = (struct service_keys){ .log_count = 1, .log = { { 0, log.key } } };
    cr_assert(snprintf(log.path, sizeof log.path, "%s/checkpoint", s->dir) > 0);
    return log;
}

static void log_keep(const struct log *log, struct tree_head head)
{
    struct buf note = buf_new(LIMIT_NOTE_BYTES);
    checkpoint_make(head, &log->key, &log->sec, &note);
    cr_assert_eq(record_checkpoint_keep(log->path, buf_slice(&note), NULL), OK);
    buf_done(&note);
}

Test(record, only_a_record_that_extends_the_checkpoint_outside_is_accepted)
{
    struct scratch s = scratch_new();
    struct kv *kv = scratch_store(&s, STORE_HUB);
    struct record *r = record_new();
    struct writer w[2] = { writer_new(1, 1), writer_new(2, 1) };
    struct log log = log_new(&s);
    struct log forged = log;
    struct kv_txn *t = NULL;
    struct tree_head head;
    struct why why = { "" };
    uint8_t seed[32] = { 6 };
    struct pubkey another_key;
    sign_keypair_from_seed(seed, &another_key, &forged.sec);
    cr_assert(vkey_make(slice_text("example.org/forum"), VKEY_ED25519, another_key, &forged.key));
    grow(kv, r, w, 100, 100, NULL);
    struct tree_head old = record_head(r);
    grow(kv, r, w, 300, 100, NULL);
    struct tree_head another = { 200, old.root };
    struct tree_head larger = { 401, old.root };

    cr_assert_eq(kv_begin_read(kv, &t), OK);
    cr_assert_eq(record_check_outside(r, t, log.path, &log.service, &head, &why), OK); // none was ever signed
    cr_assert_eq(head.size, 0);
    const struct {
        const struct log *by;
        struct tree_head head;
        enum err e;
    } cases[] = { { &log, old, OK },
                  { &log, record_head(r), OK },
                  { &log, another, ERR_CORRUPT },
                  { &log, larger, ERR_COPIED },
                  { &forged, old, ERR_CORRUPT } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        log_keep(cases[i].by, cases[i].head);
        cr_assert_eq(record_check_outside(r, t, log.path, &log.service, &head, &why), cases[i].e, "%zu %s", i,
                     why.text);
        cr_assert(cases[i].e != OK || tree_head_equal(head, cases[i].head));
    }
    cr_assert_eq(kv_commit(t), OK);

    cr_assert_eq(kv_begin_write(kv, &t), OK); // published, and then the file is put back or lost
    record_checkpoint_put(t, 400, slice_text("a note"));
    cr_assert_eq(kv_commit(t), OK);
    cr_assert_eq(kv_begin_read(kv, &t), OK);
    log_keep(&log, record_head(r));
    cr_assert_eq(record_check_outside(r, t, log.path, &log.service, &head, &why), OK);
    log_keep(&log, old);
    cr_assert_eq(record_check_outside(r, t, log.path, &log.service, &head, &why), ERR_CORRUPT);
    cr_assert_eq(remove(log.path), 0);
    cr_assert_eq(record_check_outside(r, t, log.path, &log.service, &head, &why), ERR_CORRUPT);
    cr_assert_eq(kv_commit(t), OK);
    record_free(r);
    kv_close(kv);
    scratch_done(&s);
}

Test(record, what_came_down_to_a_node_lies_under_its_index_with_holes)
{
    struct scratch s = scratch_new();
    struct kv *kv = scratch_store(&s, STORE_NODE);
    struct writer w = writer_new(1, 1);
    struct kv_txn *t = NULL;
    struct buf out = buf_new(100);
    static const uint64_t indices[] = { 3, 70000, 12 };
    struct boxkey public_half;
    uint8_t key_id[8];
    cr_assert_eq(kv_begin_write(kv, &t), OK);
    store_seal_key_put(t, &w.key);
    cr_assert_eq(store_seal_key_get(t, &public_half, key_id), OK);
    for (size_t i = 0; i < 3; i++) {
        struct written e = writer_next(&w, "");
        struct buf sealed = buf_new(100); // while nobody is unlocked: under the public half
        vault_seal_public(public_half, key_id, e.id, slice_text("an answer"), &sealed, &e.wrapped);
        leaf_put(t, indices[i], e.id, buf_slice(&e.entry), buf_slice(&sealed), &e.wrapped);
        buf_done(&sealed);
        written_done(&e);
    }
    cr_assert_eq(kv_commit(t), OK);
    cr_assert_eq(kv_begin_read(kv, &t), OK);
    struct leaf_range range = leaf_range_new(t, 4);
    cr_assert(leaf_range_next(&range));
    cr_assert_eq(range.index, 12);
    cr_assert(leaf_range_next(&range));
    cr_assert_eq(range.index, 70000);
    cr_assert(!leaf_range_next(&range));
    leaf_range_done(&range);
    cr_assert_eq(leaf_parts(t, NULL, 12, &out, NULL), ERR_LOCKED);
    cr_assert_eq(leaf_parts(t, &w.key, 12, &out, NULL), OK);
    cr_assert(slice_equal(buf_slice(&out), slice_text("an answer")));
    cr_assert_eq(leaf_parts(t, &w.key, 13, &out, NULL), ERR_NOT_FOUND);
    cr_assert_eq(leaf_count(t), 3);
    cr_assert_eq(kv_commit(t), OK);
    buf_done(&out);
    kv_close(kv);
    scratch_done(&s);
}
