// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the hub's signed words prove, alone and beside a record; and that nobody else's words prove anything.
#include "common/format/evidence.h"

#include "common/format/checkpoint.h"
#include "common/format/proof.h"
#include "tests/lib/world.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define BIT(role) (1u << ROLE_##role)
#define SAID 12

// A record of two people, and what the hub signed of it for one of them.
struct scene {
    struct world w;
    struct person secretary, p;
    const struct said *session;
    struct evidence_entry entries[64];
    struct evidence_record record;
    struct evidence e;
    struct buf notes[8];
    size_t note_n;
    struct buf proof;
    struct evidence_finding found[LIMIT_EVIDENCE_FINDINGS];
};

static struct evidence_entry entry_of(const struct said *s)
{
    return (struct evidence_entry){ .id = s->entry.id, .prev = s->entry.prev, .seq = s->entry.place.seq,
                                    .parts = s->entry.part_count };
}

// The checkpoint of the first n entries of the scene's record, signed by that person under the log's name.
static struct slice sign_head(struct scene *s, size_t n, const struct person *by)
{
    struct vkey key;
    struct merkle_frontier f = { .size = 0 };
    struct buf *note = &s->notes[s->note_n++];
    for (size_t i = 0; i < n; i++) {
        (void)merkle_append(&f, s->entries[i].id, NULL);
    }
    *note = buf_new(LIMIT_NOTE_BYTES);
    cr_assert(vkey_make(charter_origin(&s->w.charter), VKEY_ED25519, by->pub, &key));
    checkpoint_make(merkle_head(&f), &key, &by->sec, note);
    return buf_slice(note);
}

static void add_receipt(struct scene *s, size_t index)
{
    struct hash leaves[64];
    struct hash hashes[MERKLE_PLAN_MAX];
    struct merkle_plan plan;
    struct proof p = { .index = index, .checkpoint = sign_head(s, s->record.size, &s->w.hub) };
    for (size_t i = 0; i < s->record.size; i++) {
        leaves[i] = s->entries[i].id;
    }
    cr_assert(merkle_plan_inclusion(index, s->record.size, &plan));
    p.n = plan.n;
    merkle_plan_hashes(&plan, leaves, s->record.size, hashes);
    memcpy(p.hashes, hashes, plan.n * sizeof *hashes);
    s->proof = buf_new(LIMIT_NOTE_BYTES);
    proof_make(&p, &s->proof);
    s->e.receipts[s->e.receipt_count++] =
        (struct evidence_receipt){ .entry = s->w.record[index]->entry.bytes, .proof = buf_slice(&s->proof) };
}

// Custody of p's whole journal.
static void add_custody(struct scene *s)
{
    struct merkle_frontier f = { .size = 0 };
    const struct said *last = NULL;
    for (size_t i = 0; i < s->w.n; i++) {
        const struct said *said = s->w.record[i];
        if (pubkey_equal(said->entry.place.author, s->p.pub)) {
            (void)merkle_append(&f, custody_leaf(said->entry.id, (1u << said->entry.part_count) - 1u), NULL);
            last = said;
        }
    }
    struct evidence_custody *c = &s->e.custodies[s->e.custody_count++];
    c->note = (struct custody){ .consultation = s->w.charter.id, .key = s->p.pub, .incarnation = s->p.incarnation,
                                .seq = last->entry.place.seq, .head = last->entry.id, .root = merkle_root(&f) };
    c->signature = custody_sign(&c->note, &s->w.hub.sec);
}

static struct scene *scene_new(void)
{
    struct scene *s = mem_new(sizeof *s);
    cr_assert_eq(ident_init(), OK);
    world_init(&s->w, 1);
    s->secretary = person_of("secretary");
    s->p = person_of("facilitator");
    (void)world_grant(&s->w, &s->w.root[0], &s->secretary, BIT(SECRETARIAT), NULL);
    (void)world_grant(&s->w, &s->secretary, &s->p, BIT(FACILITATOR), NULL);
    s->session = world_session(&s->w, &s->p, "LR-NIM", "LR-NIM-2026-001");
    for (int i = 0; i < SAID; i++) {
        (void)world_contribute(&s->w, &s->p, s->session, "The road is unsafe after dark.");
    }
    for (size_t i = 0; i < s->w.n; i++) {
        s->entries[i] = entry_of(s->w.record[i]);
    }
    s->record = (struct evidence_record){ .entries = s->entries, .size = s->w.n };
    s->e.consultation = s->w.charter.id;
    s->e.notes[s->e.note_count++] = sign_head(s, 5, &s->w.hub);
    add_receipt(s, 7);
    add_custody(s);
    return s;
}

static void scene_free(struct scene *s)
{
    for (size_t i = 0; i < s->note_n; i++) {
        buf_done(&s->notes[i]);
    }
    buf_done(&s->proof);
    world_done(&s->w);
    free(s);
}

static size_t judge(struct scene *s, bool beside)
{
    return evidence_judge(&s->e, &s->w.charter.log, 1, beside ? &s->record : NULL, s->found);
}

static void expect_one(struct scene *s, bool beside, enum evidence_fault fault)
{
    const size_t n = judge(s, beside);
    cr_expect_eq(n, 1, "%zu findings", n);
    cr_expect(n == 0 || s->found[0].fault == fault, "%s", n == 0 ? "" : evidence_fault_text(s->found[0].fault));
}

Test(evidence, an_honest_hub_s_words_fit_its_record_and_come_back_from_a_file)
{
    struct scene *s = scene_new();
    struct evidence *back = mem_new(sizeof *back);
    struct buf bytes = buf_new(LIMIT_EVIDENCE_BYTES);
    cr_expect_eq(judge(s, false), 0);
    cr_expect_eq(judge(s, true), 0);
    evidence_make(&s->e, &bytes);
    cr_assert(evidence_parse(buf_slice(&bytes), back, NULL));
    s->e = *back;
    cr_expect_eq(judge(s, true), 0);
    for (size_t n = 0; n < bytes.n; n++) {
        cr_assert_not(evidence_parse(slice_of(bytes.p, n), back, NULL), "cut at %zu", n);
    }
    buf_done(&bytes);
    free(back);
    scene_free(s);
}

Test(evidence, two_signed_records_of_one_size_prove_a_fork_without_any_record)
{
    struct scene *s = scene_new();
    s->entries[2].id.b[0] ^= 1;
    s->e.notes[s->e.note_count++] = sign_head(s, 5, &s->w.hub);
    s->entries[2].id.b[0] ^= 1;
    expect_one(s, false, EVIDENCE_FORKED);
    scene_free(s);
}

Test(evidence, a_record_that_was_changed_or_cut_does_not_fit_what_was_signed_before)
{
    struct scene *s = scene_new();
    s->e.custody_count = s->e.receipt_count = 0;
    const struct evidence_entry first = s->entries[1];
    s->entries[1] = s->entries[2]; // reordered
    s->entries[2] = first;
    expect_one(s, true, EVIDENCE_REWRITTEN);
    s->entries[2] = s->entries[1];
    s->entries[1] = first;
    s->record.size = 4; // an older one
    expect_one(s, true, EVIDENCE_SHORTER);
    scene_free(s);
}

Test(evidence, an_entry_that_the_hub_held_and_the_record_lacks_is_named)
{
    struct scene *s = scene_new();
    s->e.note_count = s->e.receipt_count = 0;
    const struct hash lost = s->entries[s->record.size - 1].id;
    s->record.size--; // the last contribution was dropped, and the hub published without it
    expect_one(s, true, EVIDENCE_DROPPED);
    cr_expect(hash_equal(s->found[0].id, lost));
    scene_free(s);
}

Test(evidence, a_receipt_for_another_place_is_named_with_the_entry)
{
    struct scene *s = scene_new();
    s->e.note_count = s->e.custody_count = 0;
    s->entries[7].id.b[0] ^= 1;
    const size_t n = judge(s, true);
    bool moved = false;
    for (size_t i = 0; i < n; i++) {
        moved = moved || (s->found[i].fault == EVIDENCE_MOVED && s->found[i].a == 7);
    }
    cr_expect(moved);
    scene_free(s);
}

Test(evidence, custody_of_other_contents_than_the_record_has_is_false)
{
    struct scene *s = scene_new();
    s->e.note_count = s->e.receipt_count = 0;
    s->e.custodies[0].note.root.b[0] ^= 1;
    s->e.custodies[0].signature = custody_sign(&s->e.custodies[0].note, &s->w.hub.sec);
    expect_one(s, true, EVIDENCE_FALSE);
    scene_free(s);
}

Test(evidence, what_another_key_signed_says_nothing_about_the_hub)
{
    struct scene *s = scene_new();
    s->e.note_count = s->e.receipt_count = 0;
    s->e.custodies[0].signature = custody_sign(&s->e.custodies[0].note, &s->p.sec);
    expect_one(s, true, EVIDENCE_UNSIGNED);
    s->e.custody_count = 0;
    s->e.notes[s->e.note_count++] = sign_head(s, 5, &s->p);
    expect_one(s, true, EVIDENCE_UNSIGNED);
    scene_free(s);
}
