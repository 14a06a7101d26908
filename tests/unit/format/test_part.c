// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Parts: commitments, salts, disclosures.
#include "tests/unit/format/chain.h"

Test(part, a_commitment_is_the_one_that_the_protocol_defines)
{
    struct chain c = chain_start();
    struct seed seed;
    fill(seed.b, 0x11, sizeof seed.b);
    struct slice name = SLICE_LITERAL("said");
    struct hash h = part_commit(&c.next, name, part_salt(seed, name), CHAIN_SAID);
    cr_assert(is_hex(h.b, sizeof h.b, "2c6a61e87812a1fd8f94b7f8511853996c3703e8f31cb3540909fc5918948aa9"));
}

Test(part, a_commitment_is_bound_to_everything_that_it_names)
{
    struct chain c = chain_start();
    struct salt salt = { { 1 } };
    struct slice name = SLICE_LITERAL("said");
    struct slice bytes = SLICE_LITERAL("bytes");
    struct hash plain = part_commit(&c.next, name, salt, bytes);
    struct place other[4] = { c.next, c.next, c.next, c.next };
    other[0].consultation.b[0] ^= 1;
    other[1].author.b[31] ^= 1;
    other[2].incarnation.b[15] ^= 1;
    other[3].seq ^= 1;
    for (size_t i = 0; i < 4; i++) {
        cr_assert(!hash_equal(plain, part_commit(&other[i], name, salt, bytes)), "field %zu", i);
    }
    struct salt other_salt = { { 2 } };
    cr_assert(!hash_equal(plain, part_commit(&c.next, name, other_salt, bytes)));
    cr_assert(!hash_equal(plain, part_commit(&c.next, SLICE_LITERAL("sai"), salt, bytes)));
    cr_assert(!hash_equal(plain, part_commit(&c.next, name, salt, SLICE_LITERAL("bytes "))));
}

Test(part, a_disclosure_comes_back_and_fits_its_place_and_no_other)
{
    struct chain c = chain_start();
    struct link first;
    struct link second;
    struct disclosure back;
    struct buf b = buf_new(LIMIT_FRAME_BYTES);
    chain_contribute(&c, SLICE_ARRAY(chain_context), CHAIN_SAID, &first);
    chain_contribute(&c, SLICE_ARRAY(chain_context), CHAIN_SAID, &second);
    disclosure_make(&first.d, &b);
    cr_assert_eq(disclosure_parse(buf_slice(&b), &back), VERDICT_GOOD);
    disclosure_derive(&back, first.e.parts);
    cr_assert_eq(disclosure_check(&back, &first.e.place, first.e.parts, 6), VERDICT_GOOD);
    cr_assert_eq(disclosure_check(&back, &second.e.place, first.e.parts, 6), VERDICT_BAD_PART);
    cr_assert_eq(disclosure_check(&back, &first.e.place, first.e.parts, 5), VERDICT_NOT_CANONICAL);
    cr_assert_eq(disclosure_bitmap(&back), 63);
    buf_done(&b);
    buf_done(&first.bytes);
    buf_done(&second.bytes);
}

Test(part, withholding_one_part_keeps_the_salts_of_the_others)
{
    struct chain c = chain_start();
    struct link l;
    struct disclosure back;
    struct buf b = buf_new(LIMIT_FRAME_BYTES);
    chain_contribute(&c, SLICE_ARRAY(chain_context), CHAIN_SAID, &l);
    l.d.has_seed = false;
    l.d.parts[1] = (struct part){ .state = PART_ERASED };
    l.d.parts[4] = (struct part){ .state = PART_WITHHELD };
    l.d.parts[5] = (struct part){ .state = PART_TO_COME };
    disclosure_make(&l.d, &b);
    cr_assert_eq(disclosure_parse(buf_slice(&b), &back), VERDICT_GOOD);
    cr_assert(!back.has_seed);
    cr_assert_eq(back.parts[1].state, PART_ERASED);
    cr_assert_eq(disclosure_check(&back, &l.e.place, l.e.parts, 6), VERDICT_GOOD);
    cr_assert_eq(disclosure_bitmap(&back), 0x0d);
    buf_done(&b);
    buf_done(&l.bytes);
}

Test(part, disclosures_in_another_form_are_refused)
{
    static const char *const rows[] = {
        "",                 // nothing
        "91c400",           // one value
        "92c4010090",       // a seed of one byte
        "92c4009104",       // a state that is not known
        "92c400919200c400", // a salt that is a number
        "92c40091 92c400c400",                   // no salt and no seed
        "92c400 9d 00000000000000000000000000",  // thirteen parts
        "92c400 90 00",                          // something behind it
        // a seed beside a withheld part, beside an erased part, and beside a salt
        "92c420 1111111111111111111111111111111111111111111111111111111111111111 9100",
        "92c420 1111111111111111111111111111111111111111111111111111111111111111 9102",
        "92c420 1111111111111111111111111111111111111111111111111111111111111111 91 92"
        "c420 1111111111111111111111111111111111111111111111111111111111111111 c400",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct disclosure d;
        struct buf b = hex_buf(rows[i]);
        cr_assert_eq(disclosure_parse(buf_slice(&b), &d), VERDICT_NOT_CANONICAL, "row %zu", i);
        buf_done(&b);
    }
}

Test(part, more_than_the_limit_disclosed_together_is_too_large)
{
    struct disclosure d = { .count = 2 };
    struct disclosure back;
    uint8_t *half = mem_new(LIMIT_DISCLOSURE_BYTES / 2 + 1);
    struct buf b = buf_new(LIMIT_FRAME_BYTES);
    for (size_t i = 0; i < 2; i++) {
        d.parts[i] = (struct part){ .state = PART_DISCLOSED, .bytes = slice_of(half, LIMIT_DISCLOSURE_BYTES / 2) };
    }
    disclosure_make(&d, &b);
    cr_assert_eq(disclosure_parse(buf_slice(&b), &back), VERDICT_GOOD);
    d.parts[1].bytes.n++;
    buf_reset(&b);
    disclosure_make(&d, &b);
    cr_assert_eq(disclosure_parse(buf_slice(&b), &back), VERDICT_TOO_LARGE);
    free(half);
    buf_done(&b);
}
