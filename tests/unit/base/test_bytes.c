// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Slices, the bounded buffer, big-endian integers.
#include "common/base/bytes.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

Test(bytes, slices_have_the_order_of_their_bytes)
{
    static const char *const ascending[] = { "", "a", "aa", "ab", "b", "\x7f", "\x80", "\xff" };
    for (size_t i = 0; i < 8; i++) {
        for (size_t k = 0; k < 8; k++) {
            struct slice a = slice_text(ascending[i]);
            struct slice b = slice_text(ascending[k]);
            int order = slice_order(a, b);
            cr_assert_eq((order > 0) - (order < 0), (i > k) - (i < k));
            cr_assert_eq(slice_equal(a, b), i == k);
        }
    }
    cr_assert(slice_equal(slice_of(NULL, 0), slice_of(NULL, 0)));
}

Test(bytes, a_buffer_grows_to_its_maximum_and_never_beyond)
{
    for (size_t max = 0; max < 300; max += 7) {
        struct buf b = buf_new(max);
        for (size_t i = 0; i < max; i++) {
            buf_put_u8(&b, (uint8_t)i);
        }
        cr_assert(buf_ok(&b));
        cr_assert_eq(b.n, max);
        cr_assert_leq(b.cap, max < 64 ? 64 : max);
        buf_put_u8(&b, 0);
        cr_assert_not(buf_ok(&b));
        cr_assert_eq(b.n, max);
        buf_put(&b, slice_of(NULL, 0));
        cr_assert_not(buf_ok(&b)); // stays over until it is reset
        for (size_t i = 0; i < max; i++) {
            cr_assert_eq(b.p[i], (uint8_t)i);
        }
        buf_reset(&b);
        cr_assert(buf_ok(&b));
        cr_assert(buf_room(&b, max + 1) == NULL);
        buf_done(&b);
    }
}

Test(bytes, after_going_over_nothing_smaller_slips_in)
{
    struct buf b = buf_new(10);
    buf_put_text(&b, "12345678");
    buf_put_text(&b, "too long");
    buf_put_text(&b, "x");
    cr_assert_not(buf_ok(&b));
    cr_assert(slice_equal(buf_slice(&b), slice_text("12345678")));
    buf_done(&b);
}

Test(bytes, formatted_text_of_any_length_fits_or_shows)
{
    for (size_t n = 500; n < 530; n++) {
        char *long_text = calloc(n + 1, 1);
        struct buf fits = buf_new(n + 1);
        struct buf over = buf_new(n - 1);
        memset(long_text, 'x', n);
        buf_printf(&fits, "%s", long_text);
        cr_assert(buf_ok(&fits));
        cr_assert(slice_equal(buf_slice(&fits), slice_text(long_text)));
        buf_printf(&over, "%s", long_text);
        cr_assert_not(buf_ok(&over));
        buf_done(&fits);
        buf_done(&over);
        free(long_text);
    }
}

Test(bytes, integers_are_big_endian)
{
    struct buf b = buf_new(64);
    uint8_t two[2];
    buf_put_u8(&b, 0xfe);
    buf_put_u32be(&b, 0x01020304);
    buf_put_u64be(&b, 0xf1f2f3f4f5f6f7f8);
    cr_assert_eq(memcmp(b.p, "\xfe\x01\x02\x03\x04\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8", 13), 0);
    cr_assert_eq(be32_get(b.p + 1), 0x01020304);
    cr_assert_eq(be64_get(b.p + 5), 0xf1f2f3f4f5f6f7f8);
    be16_put(two, 0xabcd);
    cr_assert_eq(two[0], 0xab);
    cr_assert_eq(be16_get(two), 0xabcd);
    buf_done(&b);
}

Test(bytes, wiping_leaves_no_byte_of_a_secret)
{
    struct buf b = buf_new(64);
    buf_put_text(&b, "passphrase");
    buf_wipe(&b);
    for (size_t i = 0; i < b.cap; i++) {
        cr_assert(i >= 10 || b.p[i] == 0);
    }
    cr_assert_eq(b.n, 0);
    buf_done(&b);
}
