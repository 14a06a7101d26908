// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Receipts: each leaf's verifies, and nothing that differs from it does.
#include "common/format/proof.h"

#include "tests/unit/shared.h"

#define LEAVES 11
#define HASH "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

// A log of LEAVES leaves, a witness, and the newest checkpoint, cosigned.
struct world {
    struct vkey log;
    struct vkey witness;
    struct seckey log_sec;
    struct seckey witness_sec;
    struct hash leaves[LEAVES];
    struct tree_head head;
    struct buf checkpoint;
};

static void world_init(struct world *w)
{
    struct pubkey pub;
    cr_assert_eq(ident_init(), OK);
    sign_keypair(&pub, &w->log_sec);
    cr_assert(vkey_make(slice_text("forum.example/log"), VKEY_ED25519, pub, &w->log));
    sign_keypair(&pub, &w->witness_sec);
    cr_assert(vkey_make(slice_text("witness.example"), VKEY_COSIGNATURE, pub, &w->witness));
    for (size_t i = 0; i < LEAVES; i++) {
        uint8_t b = (uint8_t)i;
        w->leaves[i] = merkle_leaf(slice_of(&b, 1));
    }
    w->head = (struct tree_head){ LEAVES, merkle_root_of(w->leaves, LEAVES) };
    w->checkpoint = buf_new(4096);
    checkpoint_make(w->head, &w->log, &w->log_sec, &w->checkpoint);
    struct buf text = buf_new(512);
    checkpoint_put_text(slice_text(w->log.name), w->head, &text);
    note_add_cosignature(buf_slice(&text), &w->witness, &w->witness_sec, 1700000000, &w->checkpoint);
    buf_done(&text);
}

static struct proof proof_of(const struct world *w, uint64_t index)
{
    struct merkle_plan plan;
    struct hash hashes[MERKLE_PLAN_MAX];
    struct proof p = { .index = index, .checkpoint = buf_slice(&w->checkpoint) };
    cr_assert(merkle_plan_inclusion(index, LEAVES, &plan));
    merkle_plan_hashes(&plan, w->leaves, LEAVES, hashes);
    p.n = plan.n;
    memcpy(p.hashes, hashes, plan.n * sizeof hashes[0]);
    return p;
}

static struct proof_trust trust_of(const struct world *w)
{
    return (struct proof_trust){ &w->log, &w->witness, 1, 1, CHECKPOINT_OURS };
}

Test(proof, every_leaf_has_a_receipt_that_verifies_and_no_byte_of_it_may_change)
{
    struct world w;
    world_init(&w);
    struct proof_trust trust = trust_of(&w);
    for (uint64_t i = 0; i < LEAVES; i++) {
        struct proof p = proof_of(&w, i);
        struct buf b = buf_new(8192);
        struct buf again = buf_new(8192);
        struct proof parsed;
        struct tree_head head;
        uint64_t index = 0;
        p.extra = i % 5 != 1 ? slice_text("") : slice_text("b3V0IG9mIGJhbmQ="); // nobody signs it
        proof_make(&p, &b);
        cr_assert(proof_parse(buf_slice(&b), &parsed, NULL));
        proof_make(&parsed, &again);
        cr_assert(slice_equal(buf_slice(&b), buf_slice(&again)));
        cr_assert_eq(proof_verify(buf_slice(&b), w.leaves[i], &trust, &index, &head, NULL), VERDICT_GOOD);
        cr_assert_eq(index, i);
        cr_assert(tree_head_equal(head, w.head));
        cr_assert_eq(proof_verify(buf_slice(&b), w.leaves[(i + 1) % LEAVES], &trust, NULL, NULL, NULL),
                     VERDICT_BAD_PROOF);
        for (size_t k = 0; i % 5 == 0 && k < b.n; k++) {
            b.p[k] ^= 0x10;
            cr_assert_neq(proof_verify(buf_slice(&b), w.leaves[i], &trust, NULL, NULL, NULL), VERDICT_GOOD);
            cr_assert_neq(proof_verify(slice_of(b.p, k), w.leaves[i], &trust, NULL, NULL, NULL), VERDICT_GOOD);
            b.p[k] ^= 0x10;
        }
        buf_done(&b);
        buf_done(&again);
    }
    buf_done(&w.checkpoint);
}

Test(proof, a_receipt_is_judged_by_the_keys_that_are_trusted)
{
    struct world w;
    world_init(&w);
    struct proof p = proof_of(&w, 4);
    struct buf b = buf_new(8192);
    proof_make(&p, &b);
    struct vkey stranger = w.log;
    struct proof_trust trust = trust_of(&w);
    struct slice text = buf_slice(&b);
    stranger.id ^= 1;
    trust.log = &stranger;
    cr_assert_eq(proof_verify(text, w.leaves[4], &trust, NULL, NULL, NULL), VERDICT_BAD_SIGNATURE);
    trust.log = &w.log;
    trust.quorum = 2;
    cr_assert_eq(proof_verify(text, w.leaves[4], &trust, NULL, NULL, NULL), VERDICT_BAD_SIGNATURE);
    trust.quorum = 0;
    trust.n = 0;
    cr_assert_eq(proof_verify(text, w.leaves[4], &trust, NULL, NULL, NULL), VERDICT_GOOD);
    // A trusted witness whose line is wrong refuses the receipt, even where none is required.
    struct vkey forged = w.witness;
    forged.key.b[0] ^= 1;
    trust.witnesses = &forged;
    trust.n = 1;
    cr_assert_eq(proof_verify(text, w.leaves[4], &trust, NULL, NULL, NULL), VERDICT_BAD_SIGNATURE);
    buf_done(&b);
    buf_done(&w.checkpoint);
}

Test(proof, logs_of_others_may_have_extension_lines_and_another_origin)
{
    struct world w;
    world_init(&w);
    struct buf text = buf_new(512);
    struct buf b = buf_new(8192);
    struct proof p = proof_of(&w, 0);
    struct proof_trust trust = { &w.log, NULL, 0, 0, CHECKPOINT_FOREIGN };
    checkpoint_put_text(slice_text("another origin"), w.head, &text);
    buf_put_text(&text, "extension\n");
    buf_reset(&w.checkpoint);
    note_sign(buf_slice(&text), &w.log, &w.log_sec, &w.checkpoint);
    p.checkpoint = buf_slice(&w.checkpoint);
    proof_make(&p, &b);
    cr_assert_eq(proof_verify(buf_slice(&b), w.leaves[0], &trust, NULL, NULL, NULL), VERDICT_GOOD);
    trust.form = CHECKPOINT_OURS;
    cr_assert_eq(proof_verify(buf_slice(&b), w.leaves[0], &trust, NULL, NULL, NULL), VERDICT_NOT_CANONICAL);
    buf_done(&text);
    buf_done(&b);
    buf_done(&w.checkpoint);
}

Test(proof, what_is_not_of_the_form_is_no_proof)
{
#define FIRST "c2sp.org/tlog-proof@v1\n"
    static const char *const bad[] = {
        "", FIRST, "c2sp.org/tlog-proof@v2\nindex 0\n\nx\n", " " FIRST "index 0\n\nx\n",
        "c2sp.org/tlog-proof@v1\r\nindex 0\r\n\r\nx\r\n", FIRST "\n\nx\n", FIRST "index notanumber\n\nx\n",
        FIRST "index -5\n\nx\n", FIRST "index 05\n\nx\n", FIRST "index 18446744073709551616\n\nx\n",
        FIRST "index \n\nx\n", FIRST "index 0", FIRST "index 0\n", FIRST "index 0\n\n", FIRST "index 0\n!!\n\nx\n",
        FIRST "index 0\n" HASH "\n",
        FIRST "index 0\nAAAA\n\nx\n", FIRST "extra !!\nindex 0\n\nx\n", FIRST "extra \nindex 0\n\nx\n",
        FIRST "extra AAAA\nextra AAAA\nindex 0\n\nx\n", FIRST "extra AAAA\n\nx\n", FIRST "index 0\nextra AAAA\n\nx\n",
        FIRST "Index 0\n\nx\n", FIRST "index 0 \n\nx\n",
    };
    struct proof p;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct why why = { "" };
        cr_assert_not(proof_parse(slice_text(bad[i]), &p, &why), "row %zu", i);
        cr_assert_neq(why.text[0], '\0');
    }
    cr_assert(proof_parse(slice_text(FIRST "extra AAAA\nindex 18446744073709551615\n" HASH "\n\nx\n"), &p, NULL));
    cr_assert_eq(p.index, UINT64_MAX);
    cr_assert_eq(p.n, 1);
    cr_assert(slice_equal(p.extra, slice_text("AAAA")));
    struct buf b = buf_new(1 << 16);
    buf_put_text(&b, FIRST "index 0\n");
    for (size_t i = 0; i <= LIMIT_PROOF_HASHES; i++) {
        buf_put_text(&b, HASH "\n");
    }
    buf_put_text(&b, "\nx\n");
    cr_assert_not(proof_parse(buf_slice(&b), &p, NULL));
    buf_done(&b);
}
