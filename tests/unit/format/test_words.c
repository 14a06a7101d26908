// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The words of an invitation: read out, heard, typed.
#include "common/format/words.h"

#include "tests/unit/format/chain.h"

#include <ctype.h>
#include <string.h>

static struct invitation sample(unsigned n)
{
    struct invitation inv = { .charter = hash_of(SLICE_LITERAL("sample consultation")), .address_count = 1,
                              .addresses = { SLICE_LITERAL("hub.example.org:4740") } };
    cr_assert_eq(ident_init(), OK);
    fill(inv.hub.b, 0x55, sizeof inv.hub.b);
    fill(inv.invite.b, 0x33, sizeof inv.invite.b);
    for (size_t i = 0; i < sizeof inv.seed; i++) {
        inv.seed[i] = (uint8_t)(n + 16 * i);
    }
    return inv;
}

Test(words, the_first_four_letters_of_each_are_its_own)
{
    for (size_t i = 0; i < 256; i++) {
        cr_assert(strlen(words_list[i]) >= 4, "%s", words_list[i]);
        for (size_t k = 0; k < i; k++) {
            cr_assert(strncmp(words_list[i], words_list[k], 4) > 0, "%s %s", words_list[k], words_list[i]);
        }
    }
}

Test(words, every_byte_goes_there_and_back_in_any_case_cut_to_four_letters)
{
    for (unsigned n = 0; n < 256; n++) {
        const struct invitation inv = sample(n);
        struct invitation back = inv;
        struct why why = { "" };
        struct buf text = buf_new(1024);
        struct buf cut = buf_new(1024);
        size_t run = 0;
        words_put(&inv, &text);
        for (size_t i = 0; i < text.n; i++) {
            run = isalpha(text.p[i]) ? run + 1 : 0;
            if (run > 0 && run <= 4) {
                buf_put_u8(&cut, (uint8_t)(n % 2 == 0 ? toupper(text.p[i]) : text.p[i]));
            } else if (run == 0) {
                buf_put_text(&cut, ",\t");
            }
        }
        memset(back.seed, 0, sizeof back.seed);
        cr_assert(words_take(buf_slice(&cut), &back, &why), "%s", why.text);
        cr_assert_eq(memcmp(back.seed, inv.seed, sizeof inv.seed), 0);
        buf_done(&cut);
        buf_done(&text);
    }
}

Test(words, what_was_misheard_left_out_or_is_of_another_letter_is_noticed)
{
    const struct invitation inv = sample(7);
    struct invitation other = inv;
    struct why why = { "" };
    struct buf text = buf_new(1024);
    words_put(&inv, &text);
    other.invite.b[0] ^= 1;
    cr_assert(!words_take(buf_slice(&text), &other, &why));
    other = inv;
    cr_assert(!words_take(slice_of(text.p, text.n / 2), &other, &why));
    cr_assert(!words_take(SLICE_LITERAL("xylophone"), &other, &why));
    cr_assert_not_null(strstr(why.text, "word 1, \"xylophone\""));
    buf_put_text(&text, "river");
    cr_assert(!words_take(buf_slice(&text), &other, &why));
    cr_assert(!words_take((struct slice){ NULL, 0 }, &other, &why));
    unsigned passed = 0; // one word after the other, replaced by each other word: 2 bytes of check in 65536 pass
    for (size_t at = 0; at < 16; at++) {
        struct invitation wrong = inv;
        wrong.seed[at] ^= 0x40;
        struct buf changed = buf_new(1024);
        struct buf good = buf_new(1024);
        words_put(&wrong, &changed);
        words_put(&inv, &good);
        // the words of the changed seed, with the check of the true one
        const size_t last = (size_t)((const uint8_t *)memrchr(good.p, '\n', good.n - 1) - good.p);
        changed.n = (size_t)((const uint8_t *)memrchr(changed.p, '\n', changed.n - 1) - changed.p);
        struct slice tail = slice_of(good.p + last, good.n - last);
        if (at < 12) {
            buf_put(&changed, tail);
            passed += words_take(buf_slice(&changed), &other, &why) ? 1 : 0;
        }
        buf_done(&changed);
        buf_done(&good);
    }
    cr_assert_eq(passed, 0);
    cr_assert_eq(memcmp(other.seed, inv.seed, sizeof inv.seed), 0, "what is refused changes nothing");
    buf_done(&text);
}

Test(words, a_letter_is_an_invitation_without_its_secret)
{
    const struct invitation inv = sample(9);
    struct invitation back;
    struct why why = { "" };
    struct buf text = buf_new(4096);
    struct buf store = buf_new(4096);
    cr_assert(invitation_letter_make(&inv, &text));
    cr_assert(!invitation_parse(buf_slice(&text), &store, &back, &why));
    buf_reset(&store);
    cr_assert(invitation_letter_parse(buf_slice(&text), &store, &back, &why), "%s", why.text);
    cr_assert(hash_equal(back.invite, inv.invite));
    cr_assert(slice_equal(back.addresses[0], inv.addresses[0]));
    cr_assert_eq(back.seed[0] | back.seed[15], 0);
    cr_assert_null(memmem(store.p, store.n, inv.seed, sizeof inv.seed));
    buf_done(&store);
    buf_done(&text);
}
