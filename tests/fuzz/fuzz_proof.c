// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Receipts from strangers: what parses has one text; what verifies is leaf 3 of the one tree whose head was signed.
#include "tests/fuzz/fuzz.h"

#include "common/format/proof.h"

#define LEAVES 5
#define PROVED 3

static struct vkey log_key;
static struct hash leaves[LEAVES];
static struct tree_head signed_head;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    uint8_t seed[32];
    struct pubkey pub;
    struct seckey sec;
    (void)argc;
    (void)argv;
    CHECK(ident_init() == OK);
    for (size_t i = 0; i < sizeof seed; i++) {
        seed[i] = 0x42;
    }
    sign_keypair_from_seed(seed, &pub, &sec);
    CHECK(vkey_make(slice_text("forum.example/log"), VKEY_ED25519, pub, &log_key));
    for (uint8_t i = 0; i < LEAVES; i++) {
        leaves[i] = merkle_leaf(slice_of(&i, 1));
    }
    signed_head = (struct tree_head){ LEAVES, merkle_root_of(leaves, LEAVES) };
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct slice text = slice_of(data, n);
    struct proof p;
    struct why why;
    struct tree_head head;
    uint64_t index = 0;
    if (proof_parse(text, &p, &why)) {
        struct buf again = buf_new(n);
        CHECK(p.n <= LIMIT_PROOF_HASHES);
        proof_make(&p, &again);
        CHECK(slice_equal(buf_slice(&again), text));
        buf_done(&again);
    }
    for (int form = CHECKPOINT_OURS; form <= CHECKPOINT_FOREIGN; form++) {
        struct proof_trust trust = { &log_key, NULL, 0, 0, (enum checkpoint_form)form };
        if (proof_verify(text, leaves[PROVED], &trust, &index, &head, &why) == VERDICT_GOOD) {
            CHECK(index == PROVED);
            CHECK(tree_head_equal(head, signed_head));
        }
    }
    return 0;
}
