// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Erasing at rest: one entry's parts sealed anew, and a store key renewed in steps, each of which may be the last.
#include "tests/unit/store/scratch.h"

#include "common/format/kinds.h"
#include "common/format/merkle.h"
#include "common/store/blob.h"
#include "common/store/erase.h"

#include <string.h>

#define ENTRIES 40

struct bench {
    struct scratch s;
    struct kv *kv;
    struct store_key key, next; // next: with key as its older one
    struct seckey sec;
    struct journal_id journal;
    struct hash head;
    uint64_t seq;
};

static const char *const words[3] = { "what they asked", "the colonel took the herd", "who said it" };

static struct bench bench_new(void)
{
    struct bench b = { .s = scratch_new() };
    struct symkey raw[2] = { { { 3 } }, { { 4 } } };
    uint8_t seed[32] = { 7 };
    b.kv = scratch_store(&b.s, STORE_NODE);
    b.key = store_key_of(raw[0]);
    b.next = store_key_after(store_key_of(raw[1]), &b.key);
    sign_keypair_from_seed(seed, &b.journal.key, &b.sec);
    return b;
}

static void bench_done(struct bench *b)
{
    kv_close(b->kv);
    scratch_done(&b->s);
}

// Puts the next entry, with three parts, into a journal and into the record; boxed: as a locked store does.
static void put_entry(struct bench *b, struct kv_txn *t, bool boxed)
{
    static const char *const names[3] = { "context", "said", "speaker" };
    struct entry_draft draft = { .kind = SLICE_LITERAL("contribution"), .prev = b->head, .part_count = 3 };
    struct part_ref refs[3];
    struct disclosure d = { .has_seed = true, .seed = { { 9 } }, .count = 3 };
    struct buf entry = buf_new(LIMIT_ENTRY_BYTES), plain = buf_new(4096), sealed = buf_new(4096);
    struct wrapped wrapped;
    draft.place = (struct place){ .author = b->journal.key, .incarnation = b->journal.incarnation, .seq = b->seq };
    draft.seen_root = merkle_empty();
    draft.parts = refs;
    for (size_t i = 0; i < 3; i++) {
        refs[i].name = slice_text(names[i]);
        d.parts[i] = (struct part){ .state = PART_DISCLOSED, .bytes = slice_text(words[i]) };
        refs[i].commitment = part_commit(&draft.place, refs[i].name, part_salt(d.seed, refs[i].name), d.parts[i].bytes);
    }
    cr_assert(entry_make(&draft, &b->sec, &entry));
    const struct hash id = entry_id(buf_slice(&entry));
    disclosure_make(&d, &plain);
    if (boxed) {
        vault_seal_public(store_key_public(&b->key), b->key.id, id, buf_slice(&plain), &sealed, &wrapped);
    } else {
        vault_seal(&b->key, id, buf_slice(&plain), &sealed, &wrapped);
    }
    const struct journal_item item = { .at = { .journal = b->journal, .seq = b->seq }, .id = id,
                                       .entry = buf_slice(&entry), .sealed = buf_slice(&sealed), .wrapped = &wrapped };
    cr_assert_eq(journal_append(t, &item), OK);
    leaf_put(t, b->seq, id, buf_slice(&entry), buf_slice(&sealed), &wrapped);
    b->head = id;
    b->seq++;
    buf_done(&entry);
    buf_done(&plain);
    buf_done(&sealed);
}

static struct kv_txn *begin(struct bench *b)
{
    struct kv_txn *t = NULL;
    cr_assert_eq(kv_begin_write(b->kv, &t), OK);
    return t;
}

// Reads the parts at a place and checks them against the entry; mask: which of them must be erased.
static void expect_parts(struct bench *b, struct kv_txn *t, const struct store_key *key, bool leaf, uint64_t seq,
                         uint64_t mask)
{
    const struct position at = { .journal = b->journal, .seq = seq };
    struct buf plain = buf_new(4096);
    struct stored stored;
    struct entry entry;
    struct disclosure d;
    cr_assert_eq(leaf ? leaf_parts(t, key, seq, &plain, NULL) : journal_parts(t, key, &at, &plain, NULL), OK);
    cr_assert_eq(journal_get(t, &at, &stored, NULL), OK);
    cr_assert_eq(entry_parse(stored.bytes, &entry), VERDICT_GOOD);
    cr_assert_eq(disclosure_parse(buf_slice(&plain), &d), VERDICT_GOOD);
    cr_expect_eq(d.has_seed, mask == 0);
    if (d.has_seed) {
        disclosure_derive(&d, entry.parts);
    }
    cr_expect_eq(disclosure_check(&d, &entry.place, entry.parts, entry.part_count), VERDICT_GOOD);
    for (size_t i = 0; i < 3; i++) {
        cr_expect_eq(d.parts[i].state, (mask >> i & 1) != 0 ? PART_ERASED : PART_DISCLOSED);
    }
    for (size_t i = 0; i < 3; i++) {
        const bool there = memmem(plain.p, plain.n, words[i], strlen(words[i])) != NULL;
        cr_expect_eq(there, (mask >> i & 1) == 0);
    }
    buf_done(&plain);
}

Test(erase, drops_one_part_and_the_seed_and_keeps_what_proves_the_others)
{
    for (int boxed = 0; boxed < 2; boxed++) {
        struct bench b = bench_new();
        struct kv_txn *t = begin(&b);
        const struct position at = { .journal = b.journal, .seq = 1 };
        uint64_t gone = 0;
        for (size_t i = 0; i < 3; i++) {
            put_entry(&b, t, boxed != 0);
        }
        cr_assert_eq(journal_erase(t, NULL, &at, 2, &gone, NULL), ERR_LOCKED);
        cr_assert_eq(journal_erase(t, &b.key, &at, 2, &gone, NULL), OK);
        cr_expect_eq(gone, 2);
        cr_assert_eq(leaf_erase(t, &b.key, 1, 2, &gone, NULL), OK);
        cr_expect_eq(gone, 2);
        for (int leaf = 0; leaf < 2; leaf++) {
            expect_parts(&b, t, &b.key, leaf != 0, 0, 0);
            expect_parts(&b, t, &b.key, leaf != 0, 1, 2);
            expect_parts(&b, t, &b.key, leaf != 0, 2, 0);
        }
        cr_assert_eq(journal_erase(t, &b.key, &at, 2, &gone, NULL), OK);
        cr_expect_eq(gone, 0, "a second time there is nothing to erase");
        cr_assert_eq(journal_erase(t, &b.key, &at, 7, &gone, NULL), OK);
        cr_expect_eq(gone, 5);
        expect_parts(&b, t, &b.key, false, 1, 7);
        cr_assert_eq(leaf_erase(t, &b.key, 9, 2, &gone, NULL), ERR_NOT_FOUND);
        cr_assert_eq(kv_commit(t), OK);
        bench_done(&b);
    }
}

// One transaction of the renewal; false when a whole pass has changed nothing.
static bool renew_step(struct bench *b, struct rewrap *r, size_t most)
{
    struct kv_txn *t = begin(b);
    bool more = true;
    struct why why = { "" };
    cr_assert_eq(rewrap_step(t, &b->next, r, most, &more, &why), OK, "%s", why.text);
    cr_assert_eq(kv_commit(t), OK);
    if (more) {
        return true;
    }
    const bool changed = r->changed > 0;
    *r = (struct rewrap){ .stage = 0 };
    return changed;
}

Test(erase, a_store_key_is_renewed_in_steps_and_whoever_is_cut_off_between_any_two_goes_on)
{
    for (size_t cut = 0; cut < 24; cut++) {
        struct bench b = bench_new();
        struct kv_txn *t = begin(&b);
        struct rewrap r = { .stage = 0 };
        struct buf out = buf_new(LIMIT_CHUNK_BYTES);
        for (size_t i = 0; i < ENTRIES; i++) {
            put_entry(&b, t, i % 3 == 0);
        }
        cr_assert_eq(rewrap_total(t), 2 * ENTRIES);
        cr_assert_eq(kv_commit(t), OK);
        bool more = true;
        for (size_t step = 0; step < cut && more; step++) {
            more = renew_step(&b, &r, 7);
        }
        // The process ends here. Whoever holds both keys reads everything; the next one starts at the beginning.
        t = begin(&b);
        for (uint64_t i = 0; i < ENTRIES; i++) {
            expect_parts(&b, t, &b.next, i % 2 == 0, i, 0);
        }
        put_entry(&b, t, false); // and somebody has still sealed under the older key
        cr_assert_eq(kv_commit(t), OK);
        r = (struct rewrap){ .stage = 0 };
        while (renew_step(&b, &r, 11)) {
        }
        struct symkey raw = { { 4 } };
        const struct store_key alone = store_key_of(raw);
        t = begin(&b);
        for (uint64_t i = 0; i < ENTRIES + 1; i++) {
            expect_parts(&b, t, &alone, i % 2 == 0, i, 0);
            const struct position at = { .journal = b.journal, .seq = i };
            buf_reset(&out);
            cr_expect_eq(journal_parts(t, &b.key, &at, &out, NULL), ERR_CRYPTO, "the old key opens nothing");
        }
        kv_abort(t);
        buf_done(&out);
        bench_done(&b);
    }
}

// Changes one byte of a value, as a disk does; at SIZE_MAX its last.
static void flip(struct kv_txn *t, enum db db, struct slice key, size_t at)
{
    uint8_t room[4096];
    struct slice value;
    cr_assert(kv_get(t, db, key, &value));
    cr_assert_leq(value.n, sizeof room);
    memcpy(room, value.p, value.n);
    room[at == SIZE_MAX ? value.n - 1 : at] ^= 1;
    kv_put(t, db, key, slice_of(room, value.n));
}

Test(erase, what_damage_has_closed_does_not_keep_the_rest_from_being_renewed)
{
    struct bench b = bench_new();
    struct kv_txn *t = begin(&b);
    struct rewrap r = { .stage = 0 };
    struct key at[6];
    struct symkey raw = { { 4 } };
    const struct store_key alone = store_key_of(raw);
    for (uint64_t i = 0; i < 6; i++) {
        put_entry(&b, t, false);
        at[i] = key_position(DB_VAULT, &(struct position){ .journal = b.journal, .seq = i });
    }
    flip(t, DB_VAULT, key_slice(&at[0]), SIZE_MAX); // the wrapped key
    flip(t, DB_VAULT, key_slice(&at[1]), 1);        // which store key it is under
    flip(t, DB_JOURNAL, key_slice(&at[2]), 0);      // the id beside an entry that is whole
    flip(t, DB_JOURNAL, key_slice(&at[3]), SIZE_MAX); // an entry; the id beside it is whole
    kv_put(t, DB_JOURNAL, key_slice(&at[4]), SLICE_LITERAL("x")); // of which only the place is left (salvage)
    cr_assert_eq(kv_commit(t), OK);
    while (renew_step(&b, &r, 2)) {
    }
    t = begin(&b);
    expect_parts(&b, t, &alone, false, 2, 0);
    expect_parts(&b, t, &alone, false, 5, 0);
    // The words of the damaged entry are kept for whoever salvages it.
    struct slice wrapped;
    cr_assert(kv_get(t, DB_VAULT, key_slice(&at[3]), &wrapped));
    cr_expect_eq(memcmp(wrapped.p + 1, alone.id, sizeof alone.id), 0);
    kv_abort(t);
    bench_done(&b);
}
