// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Checkpoints from strangers: what parses has one text; what verifies is the one head that our key signed.
#include "tests/fuzz/fuzz.h"

#include "common/format/checkpoint.h"

static struct vkey log_key;
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
    signed_head = (struct tree_head){ 5, merkle_leaf(slice_text("the root of this test")) };
    return 0;
}

static void check_text(struct slice text)
{
    struct checkpoint ours;
    struct checkpoint foreign;
    struct why why;
    bool is_ours = checkpoint_parse(text, CHECKPOINT_OURS, &ours, &why);
    bool is_foreign = checkpoint_parse(text, CHECKPOINT_FOREIGN, &foreign, &why);
    CHECK(is_foreign || !is_ours);
    if (is_foreign) {
        struct buf again = buf_new(text.n);
        checkpoint_put_text(foreign.origin, foreign.head, &again);
        buf_put(&again, foreign.extensions);
        CHECK(slice_equal(buf_slice(&again), text));
        buf_done(&again);
    }
    if (is_ours) {
        CHECK(ours.extensions.n == 0);
        CHECK(tree_head_equal(ours.head, foreign.head));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct slice whole = slice_of(data, n);
    struct tree_head head;
    struct why why;
    struct note note;
    check_text(whole);
    if (note_parse(whole, &note, NULL)) {
        check_text(note.text);
    }
    if (checkpoint_verify(whole, &log_key, &head, &why) == VERDICT_GOOD) {
        CHECK(tree_head_equal(head, signed_head));
    }
    return 0;
}
