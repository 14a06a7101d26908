// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Journals and what a node keeps beside them: nothing overwritten, nothing readable when locked, damage found.
#include "tests/unit/store/scratch.h"

#include "common/store/exchange_state.h"
#include "common/store/outbox_store.h"

#include <stdio.h>
#include <string.h>

// Appends n entries of w and commits.
static void append_all(struct kv *kv, struct writer *w, int n)
{
    struct kv_txn *t = NULL;
    cr_assert_eq(kv_begin_write(kv, &t), OK);
    for (int i = 0; i < n; i++) {
        char words[40];
        cr_assert(snprintf(words, sizeof words, "sentence %d of journal %d", i, w->journal.incarnation.b[0]) > 0);
        struct written e = writer_next(w, words);
        struct journal_item item = written_item(&e);
        item.outbox = slice_text("sealed for the hub");
        cr_assert_eq(journal_append(t, &item), OK);
        written_done(&e);
    }
    cr_assert_eq(kv_commit(t), OK);
}

Test(journal, entries_come_back_in_order_each_journal_apart_and_the_end_is_the_last_one)
{
    struct scratch s = scratch_new();
    struct kv *kv = scratch_store(&s, STORE_NODE);
    struct writer writers[] = { writer_new(1, 1), writer_new(1, 2), writer_new(2, 1) };
    struct kv_txn *t = NULL;
    struct journal_head head;
    cr_assert_eq(kv_begin_read(kv, &t), OK);
    cr_assert_eq(journal_head(t, &writers[0].journal, &head), OK);
    cr_assert_eq(head.next, 0);
    cr_assert_eq(kv_commit(t), OK);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < 3; i++) {
            append_all(kv, &writers[i], 300); // 256 ‖ 0 and 255 would change places in another order
        }
    }
    cr_assert_eq(kv_begin_read(kv, &t), OK);
    struct journal_id at = { 0 };
    size_t journals = 0;
    while (journal_next(t, journals > 0, &at)) {
        journals++;
    }
    cr_assert_eq(journals, 3);
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(journal_head(t, &writers[i].journal, &head), OK);
        cr_assert_eq(head.next, 900);
        cr_assert(hash_equal(head.head, writers[i].head));
        struct journal_range r = journal_range_new(t, &writers[i].journal, 250);
        uint64_t seq = 250;
        while (journal_range_next(&r)) {
            cr_assert_eq(r.at.seq, seq++);
        }
        cr_assert(hash_equal(r.entry.id, writers[i].head));
        journal_range_done(&r);
        cr_assert_eq(seq, 900);
    }
    cr_assert_eq(journal_count(t), 2700);
    cr_assert_eq(kv_commit(t), OK);
    kv_close(kv);
    scratch_done(&s);
}

Test(journal, nothing_is_overwritten_and_no_hole_is_left)
{
    struct scratch s = scratch_new();
    struct kv *kv = scratch_store(&s, STORE_NODE);
    struct writer w = writer_new(1, 1);
    struct kv_txn *t = NULL;
    append_all(kv, &w, 2);
    struct written e = writer_next(&w, "third");
    struct journal_item item = written_item(&e);
    static const struct {
        uint64_t seq;
        enum err e;
    } cases[] = { { 0, ERR_EXISTS }, { 1, ERR_EXISTS }, { 3, ERR_NOT_FOUND }, { 2, OK }, { 2, ERR_EXISTS } };
    cr_assert_eq(kv_begin_write(kv, &t), OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        item.at.seq = cases[i].seq;
        cr_assert_eq(journal_append(t, &item), cases[i].e, "case %zu", i);
        cr_assert_eq(kv_error(t), OK);
    }
    cr_assert_eq(journal_count(t), 3);
    cr_assert_eq(kv_commit(t), OK);
    written_done(&e);
    kv_close(kv);
    scratch_done(&s);
}

Test(journal, parts_open_with_the_store_key_only_and_no_word_lies_in_the_file)
{
    struct scratch s = scratch_new();
    struct kv *kv = scratch_store(&s, STORE_NODE);
    struct writer w = writer_new(1, 1);
    struct symkey another = { { 1 } };
    struct store_key wrong = store_key_of(another);
    struct position at = { w.journal, 1, 0 };
    struct stored entry;
    struct kv_txn *t = NULL;
    struct buf out = buf_new(LIMIT_DISCLOSURE_BYTES);
    struct buf tiny = buf_new(3);
    append_all(kv, &w, 3);
    cr_assert_eq(kv_begin_read(kv, &t), OK);
    cr_assert_eq(journal_get(t, &at, &entry, NULL), OK); // headers are read while locked
    cr_assert_eq(journal_parts(t, NULL, &at, &out, NULL), ERR_LOCKED);
    cr_assert_eq(journal_parts(t, &wrong, &at, &out, NULL), ERR_CRYPTO);
    cr_assert_eq(journal_parts(t, &w.key, &at, &tiny, NULL), ERR_TOO_BIG);
    cr_assert_eq(out.n, 0);
    cr_assert_eq(journal_parts(t, &w.key, &at, &out, NULL), OK);
    cr_assert(slice_equal(buf_slice(&out), slice_text("sentence 1 of journal 1")));
    at.seq = 3;
    cr_assert_eq(journal_parts(t, &w.key, &at, &out, NULL), ERR_NOT_FOUND);
    cr_assert_eq(kv_commit(t), OK);
    kv_close(kv);
    cr_assert(!scratch_damage(&s, slice_text("sentence")));
    cr_assert(!scratch_damage(&s, SLICE_ARRAY(w.key.key.b)));
    buf_done(&out);
    buf_done(&tiny);
    scratch_done(&s);
}

// Every kind of value, one flipped bit each: found, named, and only there.
Test(journal, a_flipped_bit_anywhere_in_an_entry_a_part_or_a_cell_is_found)
{
    for (int what = 0; what < 4; what++) {
        struct scratch s = scratch_new();
        struct kv *kv = scratch_store(&s, STORE_NODE);
        struct writer w = writer_new(1, 1);
        struct kv_txn *t = NULL;
        struct why why = { "" };
        struct buf out = buf_new(LIMIT_DISCLOSURE_BYTES);
        struct slice record;
        struct stored entry;
        append_all(kv, &w, 1);
        struct written e = writer_next(&w, "what was said under the tree");
        struct journal_item item = written_item(&e);
        item.outbox = slice_text("one sealed record");
        cr_assert_eq(kv_begin_write(kv, &t), OK);
        cr_assert_eq(journal_append(t, &item), OK);
        cr_assert_eq(kv_commit(t), OK);
        kv_close(kv);
        const struct slice needles[] = { item.entry, item.sealed, slice_of(item.wrapped->b, item.wrapped->n),
                                         item.outbox };
        cr_assert(scratch_damage(&s, needles[what]));
        cr_assert_eq(store_open(s.store, KV_NO_SYNC, 0, &kv, NULL, NULL), OK);
        cr_assert_eq(kv_begin_read(kv, &t), OK);
        cr_assert_eq(journal_get(t, &e.at, &entry, &why), what == 0 ? ERR_CORRUPT : OK);
        cr_assert_eq(journal_parts(t, &w.key, &e.at, &out, &why), what < 3 ? ERR_CORRUPT : OK);
        cr_assert_eq(outbox_get(t, &e.at, &record), what == 3 ? ERR_CORRUPT : OK);
        cr_assert_eq(strstr(why.text, "entry 1 of journal") != NULL, what < 3, "%s", why.text);
        struct position found = { .seq = 0 };
        cr_assert_eq(journal_find_id(t, item.id, &found), what == 0 ? ERR_NOT_FOUND : OK);
        cr_assert_eq(found.seq, what == 0 ? 0 : e.at.seq);
        struct position sound = { w.journal, 0, 0 };
        cr_assert_eq(journal_parts(t, &w.key, &sound, &out, &why), OK);
        kv_abort(t);
        kv_close(kv);
        written_done(&e);
        buf_done(&out);
        scratch_done(&s);
    }
}

Test(journal, short_ids_find_their_entry_or_say_that_they_are_ambiguous)
{
    struct scratch s = scratch_new();
    struct kv *kv = scratch_store(&s, STORE_NODE);
    struct writer w = writer_new(1, 1);
    struct kv_txn *t = NULL;
    struct position at = { 0 };
    char hex[65];
    append_all(kv, &w, 40);
    for (size_t i = 0; i < 32; i++) {
        cr_assert(snprintf(hex + 2 * i, 3, i % 2 ? "%02x" : "%02X", w.head.b[i]) == 2);
    }
    cr_assert_eq(kv_begin_read(kv, &t), OK);
    cr_assert_eq(journal_find(t, slice_of(hex, 64), &at), OK);
    cr_assert_eq(at.seq, 39);
    cr_assert_eq(journal_find(t, slice_of(hex, 11), &at), OK);
    cr_assert_eq(at.seq, 39);
    at.seq = 0;
    cr_assert_eq(journal_find_id(t, w.head, &at), OK);
    cr_assert_eq(at.seq, 39);
    w.head.b[0] ^= 1;
    cr_assert_eq(journal_find_id(t, w.head, &at), ERR_NOT_FOUND);
    int several = 0;
    for (int digit = 0; digit < 16; digit++) { // 40 ids over 16 digits: some digit begins several
        cr_assert(snprintf(hex, sizeof hex, "%x", (unsigned)digit) == 1);
        several += journal_find(t, slice_text(hex), &at) == ERR_BUSY;
    }
    cr_assert_gt(several, 0);
    static const char *const bad[] = { "", "g", "12 ",
                                       "00000000000000000000000000000000000000000000000000000000000000000" };
    for (size_t i = 0; i < 4; i++) {
        cr_assert_eq(journal_find(t, slice_text(bad[i]), &at), ERR_BAD_INPUT);
    }
    cr_assert_eq(journal_find(t, slice_text("0123456789abcdef"), &at), ERR_NOT_FOUND);
    cr_assert_eq(kv_commit(t), OK);
    kv_close(kv);
    scratch_done(&s);
}

Test(outbox, records_go_when_custody_covers_them_and_only_those)
{
    struct scratch s = scratch_new();
    struct kv *kv = scratch_store(&s, STORE_NODE);
    struct writer one = writer_new(1, 1);
    struct writer two = writer_new(2, 1);
    struct kv_txn *t = NULL;
    append_all(kv, &one, 300);
    append_all(kv, &two, 5);
    cr_assert_eq(kv_begin_write(kv, &t), OK);
    cr_assert_eq(outbox_drop(t, &one.journal, 290), 290);
    cr_assert_eq(outbox_drop(t, &one.journal, 290), 0);
    cr_assert_eq(outbox_count(t), 15);
    struct outbox_range r = outbox_range_new(t, &one.journal, 0);
    uint64_t seq = 290;
    while (outbox_range_next(&r)) {
        cr_assert_eq(r.at.seq, seq++);
        cr_assert(slice_equal(r.record, slice_text("sealed for the hub")));
    }
    outbox_range_done(&r);
    cr_assert_eq(seq, 300);
    const struct outbox_cover cover = { .n = 1, .keys = { { { 7 } } } };
    for (uint8_t i = 0; i < 3; i++) {
        struct unlock_id unlock = { { i } };
        uint8_t record[OUTBOX_KEY_BYTES] = { i };
        outbox_key_put(t, &cover, unlock, SLICE_ARRAY(record));
    }
    struct unlock_id at = { { 1 } };
    outbox_key_drop(t, at);
    cr_assert(!outbox_key_here(t, at));
    int keys = 0;
    while (outbox_key_next(t, keys > 0, &at)) {
        struct buf record = buf_new(OUTBOX_KEY_BYTES);
        cr_assert_eq(outbox_key_get(t, &cover, at, &record), OK);
        cr_assert_eq(record.p[0], at.b[0]);
        buf_done(&record);
        keys++;
    }
    cr_assert_eq(keys, 2);
    cr_assert_eq(kv_commit(t), OK);
    kv_close(kv);
    scratch_done(&s);
}

Test(exchange_state, what_was_put_comes_back_and_what_never_was_is_empty)
{
    struct scratch s = scratch_new();
    struct kv *kv = scratch_store(&s, STORE_NODE);
    struct writer w = writer_new(1, 1);
    struct kv_txn *t = NULL;
    struct exchange_journal state;
    struct tree_head head;
    struct slice note;
    uint64_t next = 7;
    cr_assert_eq(kv_begin_write(kv, &t), OK);
    cr_assert_eq(exchange_journal_get(t, &w.journal, &state), OK);
    cr_assert_eq(state.acked.next, 0);
    cr_assert_eq(exchange_checkpoint_get(t, &head, &note), ERR_NOT_FOUND);
    cr_assert_eq(exchange_down_get(t, &next), OK);
    cr_assert_eq(next, 0);
    for (uint8_t i = 0; i < 5; i++) {
        struct hash leaf = { { i } };
        (void)merkle_append(&state.custody, leaf, NULL);
    }
    struct hash root = merkle_root(&state.custody);
    state.acked.next = 5;
    state.proven.next = 3;
    state.note = slice_text("signed");
    exchange_journal_put(t, &w.journal, &state);
    exchange_checkpoint_put(t, (struct tree_head){ 12, root }, slice_text("a note"));
    exchange_down_put(t, 99);
    memset(&state, 0, sizeof state);
    cr_assert_eq(exchange_journal_get(t, &w.journal, &state), OK);
    cr_assert_eq(state.acked.next, 5);
    cr_assert_eq(state.proven.next, 3);
    cr_assert(journal_id_equal(state.acked.journal, w.journal));
    cr_assert(hash_equal(merkle_root(&state.custody), root));
    cr_assert(slice_equal(state.note, slice_text("signed")));
    cr_assert_eq(exchange_checkpoint_get(t, &head, &note), OK);
    cr_assert(tree_head_equal(head, (struct tree_head){ 12, root }));
    cr_assert_eq(exchange_down_get(t, &next), OK);
    cr_assert_eq(next, 99);
    cr_assert_eq(kv_commit(t), OK);
    kv_close(kv);
    scratch_done(&s);
}

Test(exchange_state, a_receipt_covers_what_came_before_and_refusals_stay_with_what_they_are_about)
{
    struct scratch s = scratch_new();
    struct kv *kv = scratch_store(&s, STORE_NODE);
    struct writer w = writer_new(1, 1);
    struct writer other = writer_new(1, 2);
    struct kv_txn *t = NULL;
    struct slice proof;
    uint64_t found = 0;
    struct position at = { w.journal, 10, 0 };
    cr_assert_eq(kv_begin_write(kv, &t), OK);
    receipt_put(t, &at, slice_text("ten"));
    at.seq = 20;
    receipt_put(t, &at, slice_text("twenty"));
    static const struct {
        uint64_t seq, found;
        enum err e;
    } cases[] = { { 0, 10, OK }, { 10, 10, OK }, { 11, 20, OK }, { 20, 20, OK }, { 21, 0, ERR_NOT_FOUND } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        at.seq = cases[i].seq;
        cr_assert_eq(receipt_get(t, &at, &found, &proof), cases[i].e);
        cr_assert(cases[i].e != OK || found == cases[i].found);
    }
    for (uint8_t i = 0; i < 6; i++) {
        const struct journal_id *j = i % 2 ? &other.journal : &w.journal;
        struct refused r = { { .key = j->key, .incarnation = j->incarnation, .seq = i, .code = 3 }, { { i } } };
        refused_put(t, &r);
        refused_put(t, &r); // the same again is the same
    }
    cr_assert_eq(refused_count(t), 6);
    struct refused_range all = refused_range_new(t, NULL);
    struct refused_range one = refused_range_new(t, &other.journal);
    int n = 0;
    while (refused_range_next(&all)) {
        n++;
    }
    cr_assert_eq(n, 6);
    for (uint8_t i = 1; refused_range_next(&one); i = (uint8_t)(i + 2)) {
        cr_assert_eq(one.refused.refusal.seq, i);
        cr_assert_eq(one.refused.sig.b[0], i);
        cr_assert_eq(one.refused.refusal.code, 3);
    }
    refused_range_done(&all);
    refused_range_done(&one);
    cr_assert_eq(kv_commit(t), OK);
    kv_close(kv);
    scratch_done(&s);
}

Test(journal, an_import_run_twice_is_known_and_damage_is_not_taken_for_new)
{
    struct scratch s = scratch_new();
    struct kv *kv = scratch_store(&s, STORE_NODE);
    struct hash source = hash_of(slice_text("comments.csv row 7"));
    struct hash id = hash_of(slice_text("an entry"));
    struct hash found;
    struct kv_txn *t = NULL;
    cr_assert_eq(kv_begin_write(kv, &t), OK);
    cr_assert(!import_seen(t, source, NULL));
    import_put(t, source, id);
    cr_assert(import_seen(t, source, &found));
    cr_assert(hash_equal(found, id));
    cr_assert_eq(kv_commit(t), OK);
    kv_close(kv);
    cr_assert(scratch_damage(&s, SLICE_ARRAY(id.b)));
    cr_assert_eq(store_open(s.store, KV_NO_SYNC, 0, &kv, NULL, NULL), OK);
    cr_assert_eq(kv_begin_write(kv, &t), OK);
    cr_assert(!import_seen(t, source, NULL));
    cr_assert_eq(kv_commit(t), ERR_CORRUPT);
    kv_close(kv);
    scratch_done(&s);
}
