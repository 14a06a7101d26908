// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Checkpoints of ours and of others.
#include "common/format/checkpoint.h"

#include "tests/unit/shared.h"

#define ROOT "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
#define OTHER_ROOT "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0="

Test(checkpoint, one_head_has_one_text_and_comes_back)
{
    static const uint64_t sizes[] = { 0, 1, 9, 10, 20852163, UINT64_MAX };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct tree_head head = { sizes[i], merkle_empty() };
        struct buf b = buf_new(512);
        struct checkpoint c;
        checkpoint_put_text(slice_text("example.com/log"), head, &b);
        cr_assert(checkpoint_parse(buf_slice(&b), CHECKPOINT_OURS, &c, NULL));
        cr_assert(slice_equal(c.origin, slice_text("example.com/log")));
        cr_assert(tree_head_equal(c.head, head));
        cr_assert_eq(c.extensions.n, 0);
        cr_assert(checkpoint_parse(buf_slice(&b), CHECKPOINT_FOREIGN, &c, NULL));
        buf_done(&b);
    }
}

Test(checkpoint, each_form_takes_what_it_allows_and_nothing_else)
{
    static const struct {
        const char *text;
        bool ours;
        bool foreign;
    } rows[] = {
        { "o\n7\n" ROOT "\n", true, true },
        { "o+o o\n7\n" ROOT "\n", true, true }, // C2SP: clients must not assume a form of the origin
        { "o\n7\n" ROOT "\nextension\n", false, true },
        { "o\n7\n" ROOT "\none\ntwo\n", false, true },
        { "o\n7\n" ROOT "\n\n", false, false },
        { "o\n7\n" ROOT "\none\n\n", false, false },
        { "o\n7\n" ROOT "\none", false, false },
        { "o\n0\n" ROOT "\n", true, true },
        { "o\n0\n" OTHER_ROOT "\n", false, true }, // an empty tree with another root
        { "o\n7\n" ROOT, false, false },
        { "o\n7\n", false, false },
        { "o\n", false, false },
        { "", false, false },
        { "\n7\n" ROOT "\n", false, false },
        { "o\n07\n" ROOT "\n", false, false },
        { "o\n-7\n" ROOT "\n", false, false },
        { "o\n+7\n" ROOT "\n", false, false },
        { "o\n\n" ROOT "\n", false, false },
        { "o\n7 \n" ROOT "\n", false, false },
        { "o\n18446744073709551616\n" ROOT "\n", false, false },
        { "o\n7\n" ROOT " \n", false, false },
        { "o\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFX=\n", false, false }, // spare bits
        { "o\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuA==\n", false, false }, // 31 bytes
        { "o\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFUA\n", false, false }, // 33 bytes
        { "o\n7\n47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=\n", false, false }, // another alphabet
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct checkpoint c;
        struct why why = { "" };
        struct slice text = slice_text(rows[i].text);
        cr_assert_eq(checkpoint_parse(text, CHECKPOINT_OURS, &c, &why), rows[i].ours, "row %zu: %s", i, why.text);
        cr_assert_eq(checkpoint_parse(text, CHECKPOINT_FOREIGN, &c, &why), rows[i].foreign, "row %zu", i);
    }
}

Test(checkpoint, only_the_log_itself_speaks_for_its_head)
{
    struct pubkey pub[2];
    struct seckey sec[2];
    struct vkey log;
    struct vkey other;
    struct tree_head head = { 12, merkle_leaf(slice_text("x")) };
    struct tree_head out = { 0, merkle_empty() };
    struct buf b = buf_new(1024);
    struct buf again = buf_new(1024);
    cr_assert_eq(ident_init(), OK);
    sign_keypair(&pub[0], &sec[0]);
    sign_keypair(&pub[1], &sec[1]);
    cr_assert(vkey_make(slice_text("forum.example/log"), VKEY_ED25519, pub[0], &log));
    cr_assert(vkey_make(slice_text("forum.example/log"), VKEY_ED25519, pub[1], &other));
    checkpoint_make(head, &log, &sec[0], &b);
    checkpoint_make(head, &log, &sec[0], &again);
    cr_assert(slice_equal(buf_slice(&b), buf_slice(&again))); // the same head gives the same bytes
    cr_assert_eq(checkpoint_verify(buf_slice(&b), &other, &out, NULL), VERDICT_BAD_SIGNATURE);
    cr_assert_eq(out.size, 0);
    cr_assert_eq(checkpoint_verify(buf_slice(&b), &log, &out, NULL), VERDICT_GOOD);
    cr_assert(tree_head_equal(out, head));
    for (size_t i = 0; i < b.n; i++) {
        b.p[i] ^= 0x04;
        cr_assert_neq(checkpoint_verify(buf_slice(&b), &log, &out, NULL), VERDICT_GOOD, "byte %zu", i);
        b.p[i] ^= 0x04;
    }
    // The log's signature under a text that is no checkpoint of this log.
    buf_reset(&b);
    note_sign(slice_text("elsewhere.example/log\n12\n" ROOT "\n"), &log, &sec[0], &b);
    cr_assert_eq(checkpoint_verify(buf_slice(&b), &log, &out, NULL), VERDICT_WRONG_CONSULTATION);
    buf_reset(&b);
    note_sign(slice_text("forum.example/log\nnot a size\n"), &log, &sec[0], &b);
    cr_assert_eq(checkpoint_verify(buf_slice(&b), &log, &out, NULL), VERDICT_NOT_CANONICAL);
    cr_assert_eq(checkpoint_verify(slice_text("nothing"), &log, &out, NULL), VERDICT_NOT_CANONICAL);
    buf_done(&b);
    buf_done(&again);
}
