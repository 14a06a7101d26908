// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Boxes, encryption under a key, and parts sealed to people.
#include "common/format/sealed.h"

#include "tests/unit/format/chain.h"

#define ROOM 4096

Test(seal, a_box_opens_for_its_recipient_only_and_unchanged_only)
{
    struct boxkey pub[2];
    struct boxsec sec[2];
    struct buf box = buf_new(ROOM);
    struct buf out = buf_new(ROOM);
    cr_assert_eq(ident_init(), OK);
    box_keypair(&pub[0], &sec[0]);
    box_keypair(&pub[1], &sec[1]);
    cr_assert(boxkey_equal(pub[0], box_public(&sec[0])));
    cr_assert(seal_box(pub[0], SLICE_LITERAL("a secret"), &box));
    cr_assert_eq(box.n, 8 + SEAL_BOX_EXTRA);
    cr_assert(!seal_open(pub[1], &sec[1], buf_slice(&box), &out));
    cr_assert(!seal_open(pub[0], &sec[0], slice_of(box.p, SEAL_BOX_EXTRA - 1), &out));
    cr_assert(seal_open(pub[0], &sec[0], buf_slice(&box), &out));
    cr_assert(slice_equal(buf_slice(&out), SLICE_LITERAL("a secret")));
    box.p[box.n - 1] ^= 1;
    cr_assert(!seal_open(pub[0], &sec[0], buf_slice(&box), &out));
    cr_assert_eq(out.n, 8);
    cr_assert(!seal_box((struct boxkey){ { 0 } }, SLICE_LITERAL("to nobody"), &box));
    buf_done(&box);
    buf_done(&out);
}

// draft-irtf-cfrg-xchacha-03, A.3.1
Test(seal, encryption_gives_the_published_answer)
{
    struct symkey key;
    struct nonce nonce;
    struct buf out = buf_new(ROOM);
    struct buf back = buf_new(ROOM);
    struct buf ad = hex_buf("50515253c0c1c2c3c4c5c6c7");
    struct slice plain = SLICE_LITERAL("Ladies and Gentlemen of the class of '99: If I could offer you only one tip "
                                       "for the future, sunscreen would be it.");
    for (uint8_t i = 0; i < 32; i++) {
        key.b[i] = (uint8_t)(0x80 + i);
    }
    for (uint8_t i = 0; i < 24; i++) {
        nonce.b[i] = (uint8_t)(0x40 + i);
    }
    seal_encrypt(&key, &nonce, buf_slice(&ad), plain, &out);
    cr_assert(is_hex(out.p, 16, "bd6d179d3e83d43b9576579493c0e939"));
    cr_assert(is_hex(out.p + out.n - 16, 16, "c0875924c1c7987947deafd8780acf49"));
    cr_assert(seal_decrypt(&key, &nonce, buf_slice(&ad), buf_slice(&out), &back));
    cr_assert(slice_equal(buf_slice(&back), plain));
    cr_assert(!seal_decrypt(&key, &nonce, slice_of(NULL, 0), buf_slice(&out), &back));
    nonce.b[0] ^= 1;
    cr_assert(!seal_decrypt(&key, &nonce, buf_slice(&ad), buf_slice(&out), &back));
    cr_assert(!seal_decrypt(&key, &nonce, buf_slice(&ad), slice_of(out.p, 15), &back));
    cr_assert_eq(back.n, plain.n);
    buf_done(&out);
    buf_done(&back);
    buf_done(&ad);
}

Test(sealed, a_part_opens_for_each_recipient_where_it_stands_and_nowhere_else)
{
    struct chain c = chain_start();
    struct boxkey pub[3];
    struct boxsec sec[3];
    struct slice name = SLICE_LITERAL("said");
    struct place elsewhere = c.next;
    struct place others = c.next;
    struct boxkey whom[LIMIT_PROTECT_KEYS];
    struct buf part = buf_new(ROOM);
    struct buf out = buf_new(ROOM);
    for (size_t i = 0; i < 3; i++) {
        box_keypair(&pub[i], &sec[i]);
    }
    elsewhere.seq++;
    others.author.b[0] ^= 1;
    cr_assert(sealed_make(&c.next, name, CHAIN_SAID, pub, 2, &part));
    cr_assert(sealed_ok(buf_slice(&part)));
    for (size_t i = 0; i < 2; i++) {
        buf_reset(&out);
        cr_assert_eq(sealed_open(buf_slice(&part), &c.next, false, name, pub[i], &sec[i], &out), SEALED_OPENED);
        cr_assert(slice_equal(buf_slice(&out), CHAIN_SAID));
    }
    cr_assert_eq(sealed_recipients(buf_slice(&part), whom), 2);
    cr_assert(boxkey_equal(whom[0], pub[0]) && boxkey_equal(whom[1], pub[1]));
    const struct {
        const struct place *place;
        struct slice name;
        bool anew;
        size_t key;
        enum sealed_opening wanted;
    } wrong[] = {
        { &c.next, name, false, 2, SEALED_OTHER_KEY },
        { &elsewhere, name, false, 0, SEALED_ELSEWHERE },
        { &c.next, SLICE_LITERAL("speaker"), false, 0, SEALED_ELSEWHERE },
        { &others, name, true, 0, SEALED_ELSEWHERE },  // anew, but somebody else's
        { &c.next, SLICE_LITERAL("speaker"), true, 0, SEALED_ELSEWHERE },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        buf_reset(&out);
        cr_assert_eq(sealed_open(buf_slice(&part), wrong[i].place, wrong[i].anew, wrong[i].name, pub[wrong[i].key],
                                 &sec[wrong[i].key], &out), wrong[i].wanted, "case %zu", i);
        cr_assert_eq(out.n, 0);
    }
    cr_assert_eq(sealed_open(buf_slice(&part), &elsewhere, true, name, pub[0], &sec[0], &out), SEALED_OPENED,
                 "an entry signed anew keeps its sealed parts");
    buf_reset(&out);
    part.p[part.n - 1] ^= 1;
    cr_assert_eq(sealed_open(buf_slice(&part), &c.next, false, name, pub[0], &sec[0], &out), SEALED_CHANGED);
    part.n--;
    cr_assert_eq(sealed_open(buf_slice(&part), &c.next, false, name, pub[0], &sec[0], &out), SEALED_NOT);
    cr_assert_eq(sealed_recipients(buf_slice(&part), whom), 0);
    cr_assert(!sealed_ok(buf_slice(&part)));
    buf_done(&part);
    buf_done(&out);
}

Test(sealed, its_length_tells_little_of_what_is_inside)
{
    struct chain c = chain_start();
    struct boxkey pub[2];
    struct boxsec sec[2];
    uint8_t zeros[200] = { 0 };
    size_t lengths[2];
    box_keypair(&pub[0], &sec[0]);
    box_keypair(&pub[1], &sec[1]);
    for (size_t i = 0; i < 2; i++) {
        struct buf part = buf_new(ROOM);
        struct buf out = buf_new(ROOM);
        struct slice content = slice_of(zeros, i == 0 ? 0 : 100);
        cr_assert(sealed_make(&c.next, SLICE_LITERAL("identity"), content, pub, 2, &part));
        cr_assert_eq(sealed_open(buf_slice(&part), &c.next, false, SLICE_LITERAL("identity"), pub[0], &sec[0], &out),
                     SEALED_OPENED);
        cr_assert(slice_equal(buf_slice(&out), content));
        lengths[i] = part.n;
        buf_done(&part);
        buf_done(&out);
    }
    cr_assert_eq(lengths[0], lengths[1]);
}
