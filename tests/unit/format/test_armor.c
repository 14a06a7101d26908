// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Hex and base64: one text for each value, nothing else accepted.
#include "common/format/armor.h"

#include "tests/unit/shared.h"

#include <ctype.h>

Test(armor, bytes_survive_both_texts)
{
    uint8_t bytes[128];
    uint8_t back[128];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 37 + 11);
    }
    for (size_t n = 0; n <= sizeof bytes; n++) {
        struct buf hex = buf_new(2 * n);
        struct buf base64 = buf_new((n + 2) / 3 * 4);
        struct buf out = buf_new(n);
        armor_put_hex(&hex, slice_of(bytes, n));
        armor_put_base64(&base64, slice_of(bytes, n));
        cr_assert_eq(hex.n, 2 * n);
        cr_assert_eq(base64.n, (n + 2) / 3 * 4);
        cr_assert(armor_hex_fixed(buf_slice(&hex), back, n));
        cr_assert_eq(memcmp(bytes, back, n), 0);
        memset(back, 0, sizeof back);
        cr_assert(armor_base64_fixed(buf_slice(&base64), back, n));
        cr_assert_eq(memcmp(bytes, back, n), 0);
        cr_assert(armor_base64(buf_slice(&base64), &out));
        cr_assert(slice_equal(buf_slice(&out), slice_of(bytes, n)));
        cr_assert_not(armor_hex_fixed(buf_slice(&hex), back, n + 1));
        buf_done(&hex);
        buf_done(&base64);
        buf_done(&out);
    }
}

Test(armor, published_base64_comes_out)
{
    // RFC 4648, 10
    static const char *const rows[][2] = {
        { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foobar", "Zm9vYmFy" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf out = buf_new(64);
        armor_put_base64(&out, slice_text(rows[i][0]));
        cr_assert(slice_equal(buf_slice(&out), slice_text(rows[i][1])));
        buf_done(&out);
    }
}

Test(armor, other_texts_are_refused_and_leave_everything_as_it_was)
{
    static const char *const base64[] = { "Zg",       "Zg=",  "Zg===", "Zh==", "Zm9=",     "Z",         "Zm9v\n",
                                          " Zm9v",    "Zm 9",
                                          "Zm9v====", "Z===", "====",  "Zm-_", "Zg==Zg==", "Zm9vZg==\n" };
    static const char *const hex[] = { "0", "0g", "zz", "00 0", "0x", " 0", "000", "0001" };
    uint8_t out[4] = { 9, 9, 9, 9 };
    for (size_t i = 0; i < sizeof base64 / sizeof base64[0]; i++) {
        struct buf b = buf_new(64);
        buf_put_text(&b, "before");
        cr_assert_not(armor_base64(slice_text(base64[i]), &b), "%s", base64[i]);
        cr_assert(slice_equal(buf_slice(&b), slice_text("before")));
        cr_assert(buf_ok(&b));
        for (size_t n = 0; n <= sizeof out; n++) {
            cr_assert_not(armor_base64_fixed(slice_text(base64[i]), out, n), "%s", base64[i]);
        }
        buf_done(&b);
    }
    for (size_t i = 0; i < sizeof hex / sizeof hex[0]; i++) {
        cr_assert_not(armor_hex_fixed(slice_text(hex[i]), out, 1), "%s", hex[i]);
    }
    for (unsigned c = 0; c < 256; c++) { // one digit of each kind of text replaced by every byte there is
        uint8_t text[4] = { 'Z', 'm', (uint8_t)c, 'v' };
        uint8_t three[3];
        bool digit = c < 0x80 && (isalnum((int)c) || c == '+' || c == '/');
        cr_assert_eq(armor_base64_fixed(SLICE_ARRAY(text), three, 3), digit, "byte %u", c);
        uint8_t pair[2] = { '0', (uint8_t)c };
        cr_assert_eq(armor_hex_fixed(SLICE_ARRAY(pair), three, 1), c < 0x80 && isxdigit((int)c), "byte %u", c);
    }
    cr_assert_eq(be32_get(out), 0x09090909);
    cr_assert(armor_hex_fixed(slice_text("fF"), out, 1)); // both cases are read
    cr_assert_eq(out[0], 0xff);
    struct buf small = buf_new(2);
    cr_assert_not(armor_base64(slice_text("Zm9v"), &small));
    cr_assert_eq(small.n, 0);
    buf_done(&small);
}
