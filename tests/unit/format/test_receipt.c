// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Receipts as one file: what a good one shows, and that nothing else passes for one.
#include "common/format/receipt.h"
#include "common/format/service_keys.h"

#include "common/format/armor.h"
#include "common/format/pack.h"
#include "tests/lib/world.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define BIT(role) (1u << ROLE_##role)

// A record in which one person says six things one after the other; all but the last two are in the checkpoint.
struct scene {
    struct world w;
    struct person secretary, p;
    const struct said *said[6];
    struct hash ids[64];
    size_t size;
    struct buf checkpoint, proof, text, room;
    struct receipt r;
    struct receipt_facts facts;
    struct why why;
};

static void sign(struct scene *s, const struct person *by)
{
    struct vkey key;
    struct merkle_frontier f = { .size = 0 };
    for (size_t i = 0; i < s->size; i++) {
        (void)merkle_append(&f, s->ids[i], NULL);
    }
    buf_reset(&s->checkpoint);
    cr_assert(vkey_make(charter_origin(&s->w.charter), VKEY_ED25519, by->pub, &key));
    checkpoint_make(merkle_head(&f), &key, &by->sec, &s->checkpoint);
}

// The receipt of entry `about`, by a proof of entry `proved` of the same journal.
static void make(struct scene *s, size_t about, size_t proved)
{
    struct hash hashes[MERKLE_PLAN_MAX];
    struct merkle_plan plan;
    struct proof p = { .index = s->said[proved]->index, .checkpoint = buf_slice(&s->checkpoint) };
    cr_assert(merkle_plan_inclusion(p.index, s->size, &plan));
    merkle_plan_hashes(&plan, s->ids, s->size, hashes);
    p.n = plan.n;
    memcpy(p.hashes, hashes, plan.n * sizeof *hashes);
    buf_reset(&s->proof);
    proof_make(&p, &s->proof);
    s->r = (struct receipt){ .charter = buf_slice(&s->w.charter_note), .proof = buf_slice(&s->proof) };
    for (size_t i = about; i <= proved; i++) {
        s->r.entries[s->r.n++] = s->said[i]->entry.bytes;
    }
}

static void init(struct scene *s)
{
    *s = (struct scene){ .checkpoint = buf_new(4096), .proof = buf_new(LIMIT_NOTE_BYTES),
                         .text = buf_new(LIMIT_NOTE_BYTES), .room = buf_new(LIMIT_NOTE_BYTES) };
    world_init(&s->w, 1);
    s->secretary = person_of("secretary");
    s->p = person_of("heron");
    (void)world_grant(&s->w, &s->w.root[0], &s->secretary, BIT(SECRETARIAT), NULL);
    (void)world_grant(&s->w, &s->secretary, &s->p, BIT(FACILITATOR), NULL);
    const struct said *session = world_session(&s->w, &s->p, "XM-KIV", "XM-KIV-2026-003");
    for (size_t i = 0; i < 6; i++) {
        s->said[i] = world_contribute(&s->w, &s->p, session, "The well is dry.");
    }
    for (size_t i = 0; i < s->w.n; i++) {
        s->ids[i] = s->w.record[i]->entry.id;
    }
    s->size = s->w.n - 2;
    sign(s, &s->w.hub);
    make(s, 1, 1);
}

static void done(struct scene *s)
{
    buf_done(&s->checkpoint);
    buf_done(&s->proof);
    buf_done(&s->text);
    buf_done(&s->room);
    world_done(&s->w);
}

// Writes what s->r says, reads it again, and judges it by the consultation's own id.
static enum verdict judge(struct scene *s)
{
    struct receipt *again = mem_new(sizeof *again);
    buf_reset(&s->text);
    buf_reset(&s->room);
    s->why.text[0] = '\0';
    cr_assert(receipt_make(&s->r, &s->text));
    cr_assert(receipt_parse(buf_slice(&s->text), &s->room, again, &s->why), "%s", s->why.text);
    enum verdict v = receipt_verify(again, s->w.charter.id, &s->facts, &s->why);
    free(again);
    cr_assert(v == VERDICT_GOOD || s->why.text[0] != '\0', "no reason");
    return v;
}

Test(receipt, it_shows_the_entry_and_its_place_with_nothing_but_the_charters_id)
{
    struct scene s;
    init(&s);
    cr_assert_eq(judge(&s), VERDICT_GOOD, "%s", s.why.text);
    cr_assert(hash_equal(s.facts.entry.id, s.said[1]->entry.id));
    cr_assert_eq(s.facts.index, s.said[1]->index);
    cr_assert_eq(s.facts.head.size, s.size);
    make(&s, 0, 3); // by a later entry of the notebook
    cr_assert_eq(judge(&s), VERDICT_GOOD, "%s", s.why.text);
    cr_assert(hash_equal(s.facts.entry.id, s.said[0]->entry.id));
    cr_assert_eq(s.facts.index, s.said[3]->index);
    done(&s);
}

Test(receipt, after_a_change_of_the_logs_key_it_proves_that_too_and_is_not_good_without_or_with_less)
{
    struct scene s;
    uint64_t at[LIMIT_SUCCESSION_ENTRIES];
    init(&s);
    const struct person next = person_of("log 2");
    struct buf succession = buf_new(LIMIT_SUCCESSION_BYTES);
    struct body b = { .kind = KIND_REKEY };
    b.as.rekey.what = SLICE_LITERAL("log");
    b.as.rekey.old_key = SLICE_ARRAY(s.w.hub.pub.b);
    b.as.rekey.new_key = SLICE_ARRAY(next.pub.b);
    (void)world_say(&s.w, &s.w.root[1], &b, NULL, 0, NULL);
    s.ids[s.w.n - 1] = s.w.record[s.w.n - 1]->entry.id;
    cr_assert_eq(judge(&s), VERDICT_GOOD, "of before: %s", s.why.text);
    s.size = s.w.n;
    const size_t n = succession_indexes(s.w.roster, at);
    succession_begin(n, &succession);
    for (size_t i = 0; i < n; i++) {
        succession_put(at[i], buf_slice(&s.w.record[at[i]]->bytes), &succession);
    }
    sign(&s, &s.w.hub);
    make(&s, 1, 1);
    s.r.succession = buf_slice(&succession);
    cr_assert_eq(judge(&s), VERDICT_BAD_SIGNATURE, "the old key signs what is larger than the change");
    sign(&s, &next);
    make(&s, 1, 1);
    cr_assert_eq(judge(&s), VERDICT_BAD_SIGNATURE, "a key that nothing proves");
    s.r.succession = buf_slice(&succession);
    cr_assert_eq(judge(&s), VERDICT_GOOD, "%s", s.why.text);
    succession.p[succession.n - 3] ^= 1;
    cr_assert_neq(judge(&s), VERDICT_GOOD);
    buf_done(&succession);
    done(&s);
}

Test(receipt, nothing_else_passes_for_one)
{
    struct scene s;
    struct world other;
    struct person stranger;
    init(&s);
    world_init(&other, 2);
    struct slice other_charter = buf_slice(&other.charter_note);

    cr_assert_eq(receipt_verify(&s.r, other.charter.id, &s.facts, &s.why), VERDICT_WRONG_CONSULTATION);
    s.r.charter = other_charter; // the file may bring any charter: it is judged by the id
    cr_assert_eq(judge(&s), VERDICT_WRONG_CONSULTATION);
    make(&s, 1, 1);
    s.r.charter.n -= 1;
    cr_assert_neq(judge(&s), VERDICT_GOOD);

    make(&s, 1, 1);
    s.r.entries[0] = s.said[2]->entry.bytes; // another entry than the proof is of
    cr_assert_eq(judge(&s), VERDICT_BAD_PROOF);
    make(&s, 0, 3);
    s.r.entries[1] = s.r.entries[2]; // a link that does not follow
    cr_assert_eq(judge(&s), VERDICT_BAD_PROOF);
    make(&s, 0, 3);
    s.r.n = 3; // the chain ends before what is proved
    cr_assert_eq(judge(&s), VERDICT_BAD_PROOF);
    make(&s, 1, 1);
    s.r.entries[s.r.n++] = s.w.record[0]->entry.bytes; // another's journal behind it
    cr_assert_eq(judge(&s), VERDICT_BAD_PROOF);

    stranger = person_of("stranger");
    sign(&s, &stranger); // a checkpoint that somebody else signed in the log's name
    make(&s, 1, 1);
    cr_assert_eq(judge(&s), VERDICT_BAD_SIGNATURE);
    world_done(&other);
    done(&s);
}

Test(receipt, no_byte_of_it_can_be_changed_unnoticed)
{
    struct scene s;
    struct receipt *r = mem_new(sizeof *r);
    init(&s);
    make(&s, 2, 3);
    cr_assert_eq(judge(&s), VERDICT_GOOD);
    uint8_t *copy = mem_new(s.text.n);
    for (size_t i = 0; i < s.text.n; i++) {
        memcpy(copy, s.text.p, s.text.n);
        copy[i] ^= 1;
        buf_reset(&s.room);
        struct receipt_facts facts;
        const bool good = receipt_parse(slice_of(copy, s.text.n), &s.room, r, NULL) &&
                          receipt_verify(r, s.w.charter.id, &facts, NULL) == VERDICT_GOOD;
        cr_assert(!good || hash_equal(facts.entry.id, s.facts.entry.id), "byte %zu", i);
        cr_assert(!good || memchr(s.text.p + i, '\n', s.text.n - i) != NULL); // only lines of signers nobody knows
    }
    for (size_t n = 0; n < s.text.n; n++) {
        buf_reset(&s.room);
        cr_assert(!receipt_parse(slice_of(s.text.p, n), &s.room, r, NULL) ||
                  receipt_verify(r, s.w.charter.id, &s.facts, NULL) != VERDICT_GOOD, "cut at %zu", n);
    }
    free(copy);
    free(r);
    done(&s);
}

Test(receipt, claims_are_bounded_before_anything_is_believed)
{
    struct scene s;
    struct receipt *r = mem_new(sizeof *r);
    static const struct { const char *extra, *why; } bad[] = {
        { "", "without the entry" },               // no extra line
        { "extra AA==\n", "one allowed form" },    // an int
        { "extra kA==\n", "one allowed form" },    // an empty array
        { "extra k8QAxACQ\n", "one allowed form" }, // no entry
        { "extra k8QAxADd//8A\n", "one allowed form" }, // four thousand million entries
        { "extra k8QAxADcBAE=\n", "one allowed form" }, // one more than the limit
        { "extra k8QAxgD///8=\n", "one allowed form" }, // a succession of 16 MB
    };
    init(&s);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct buf text = buf_new(8192);
        buf_printf(&text, "c2sp.org/tlog-proof@v1\n%sindex 0\n\nsome note\n", bad[i].extra);
        buf_reset(&s.room);
        cr_assert(!receipt_parse(buf_slice(&text), &s.room, r, &s.why), "%zu", i);
        cr_assert(strstr(s.why.text, bad[i].why) != NULL, "%zu: %s", i, s.why.text);
        buf_done(&text);
    }
    free(r);
    done(&s);
}
