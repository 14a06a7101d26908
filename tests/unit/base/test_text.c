// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Text as bytes: UTF-8, codes, lines, what is safe to show.
#include "common/base/text.h"
#include "common/base/why.h"

#include <criterion/criterion.h>
#include <string.h>

// Appends code point v as the bytes UTF-8 would have for it, surrogates and all.
static size_t encode(uint32_t v, uint8_t out[4])
{
    if (v < 0x80) {
        out[0] = (uint8_t)v;
        return 1;
    }
    size_t n = v < 0x800 ? 2 : v < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--) {
        out[i] = (uint8_t)(0x80 | (v & 0x3f));
        v >>= 6;
    }
    out[0] = (uint8_t)((0xf00u >> n & 0xf0u) | v);
    return n;
}

Test(text, every_code_point_but_surrogates_is_utf_8_at_any_place)
{
    for (uint32_t v = 0; v < 0x120000; v++) {
        uint8_t b[24];
        size_t lead = v % 13; // so that the fast way over ASCII starts and ends everywhere
        memset(b, 'a', sizeof b);
        size_t n = encode(v, b + lead);
        bool ok = v < 0xd800 || (v > 0xdfff && v < 0x110000);
        cr_assert_eq(text_utf8_ok(slice_of(b, sizeof b)), ok, "U+%X", v);
        cr_assert_eq(text_utf8_ok(slice_of(b, lead + n)), ok, "U+%X", v);
        cr_assert_not(n > 1 && text_utf8_ok(slice_of(b, lead + n - 1)));
        cr_assert_not(n > 1 && text_utf8_ok(slice_of(b + lead + 1, sizeof b - lead - 1)));
    }
}

Test(text, overlong_and_broken_forms_are_not_utf_8)
{
    static const char *const bad[] = { "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xf0\x80\x80\x80",
                                       "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xfe", "\xff",
                                       "\x80", "\xc3", "\xc3(", "\xe2\x28\xa1", "\xed\xa0\x80\xed\xb0\x80" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_assert_not(text_utf8_ok(slice_text(bad[i])), "row %zu", i);
    }
    cr_assert(text_utf8_ok(slice_of(NULL, 0)));
}

Test(text, codes_are_short_and_plain)
{
    static const char *const good[] = { "a", "A-z_0.9", "12345678901234567890123456789012" };
    static const char *const bad[] = { "", "a b", "a/b", "caf\xc3\xa9", "123456789012345678901234567890123", "a\n" };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        cr_assert(text_code_ok(slice_text(good[i])));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_assert_not(text_code_ok(slice_text(bad[i])));
    }
}

Test(text, lines_come_off_one_by_one_and_a_last_one_without_its_newline_stays)
{
    struct slice rest = slice_text("one\n\ntwo");
    struct slice line = { NULL, 0 };
    cr_assert(text_take_line(&rest, &line));
    cr_assert(slice_equal(line, slice_text("one")));
    cr_assert(text_take_line(&rest, &line));
    cr_assert_eq(line.n, 0);
    cr_assert_not(text_take_line(&rest, &line));
    cr_assert(slice_equal(rest, slice_text("two")));
    struct slice after = { NULL, 0 };
    cr_assert(text_starts(slice_text("index 7"), "index ", &after));
    cr_assert(slice_equal(after, slice_text("7")));
    cr_assert_not(text_starts(slice_text("inde"), "index ", &after));
}

Test(text, what_is_shown_cannot_command_a_terminal)
{
    static const struct {
        const char *in;
        const char *shown;
        const char *on_one_line;
    } rows[] = {
        { "plain \xd8\xb3\xd9\x84\xd8\xa7\xd9\x85", "plain \xd8\xb3\xd9\x84\xd8\xa7\xd9\x85",
          "plain \xd8\xb3\xd9\x84\xd8\xa7\xd9\x85" },
        { "a\nb\tc", "a\nb\tc", "a b c" },
        { "a\r\nb", "a \nb", "a  b" },
        { "\x1b[2Jx", "\xef\xbf\xbd[2Jx", "\xef\xbf\xbd[2Jx" },
        { "\x7f\xc2\x9b", "\xef\xbf\xbd\xef\xbf\xbd", "\xef\xbf\xbd\xef\xbf\xbd" },
        { "a\xe2\x80\xae" "b\xe2\x81\xa6", "a\xef\xbf\xbd" "b\xef\xbf\xbd", "a\xef\xbf\xbd" "b\xef\xbf\xbd" },
        { "\xff\xc3", "\xef\xbf\xbd\xef\xbf\xbd", "\xef\xbf\xbd\xef\xbf\xbd" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf b = buf_new(256);
        text_put_safe(&b, slice_text(rows[i].in), false);
        cr_assert(slice_equal(buf_slice(&b), slice_text(rows[i].shown)), "row %zu", i);
        buf_reset(&b);
        text_put_safe(&b, slice_text(rows[i].in), true);
        cr_assert(slice_equal(buf_slice(&b), slice_text(rows[i].on_one_line)), "row %zu", i);
        buf_done(&b);
    }
}

Test(text, prefixes_are_counted_in_characters)
{
    struct slice s = slice_text("a\xc3\xa9\xe2\x80\x94\xf0\x9f\x8d\xba");
    static const size_t bytes[] = { 0, 1, 3, 6, 10, 10 };
    for (size_t i = 0; i < 6; i++) {
        cr_assert_eq(text_prefix_bytes(s, i), bytes[i]);
    }
}

Test(text, a_sentence_of_why_is_utf_8_wherever_it_was_cut_and_whatever_was_put_in)
{
    struct why why;
    char long_one[3 * sizeof why.text];
    for (size_t shift = 0; shift < 4; shift++) {
        size_t n = shift;
        memset(long_one, 'x', shift);
        for (; n + 4 < sizeof long_one; n += 4) {
            memcpy(long_one + n, "\xf0\x9f\x98\x80", 4);
        }
        long_one[n] = '\0';
        why_set(&why, "%s", long_one);
        cr_assert(text_utf8_ok(slice_text(why.text)), "shifted by %zu", shift);
        cr_assert_geq(strlen(why.text), sizeof why.text - 4);
        cr_assert_eq(memcmp(why.text, long_one, strlen(why.text)), 0);
    }
    why_set(&why, "opening %s: %s", "a\xff\xc3|\xe2\x82", "no \xc3\xa9");
    cr_assert_str_eq(why.text, "opening a??|??: no \xc3\xa9");
}
