// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The line that introduces a person: it comes back from what people do to lines, and not from a mistyped one.
#include "tools/baraza/introduce.h"

#include <criterion/criterion.h>
#include <string.h>

Test(introduce, a_line_comes_back_through_breaks_and_capitals_and_no_changed_digit_is_taken)
{
    struct pubkey key = { { 1, 2, 3 } };
    struct boxkey transport = { { 0xab, 0xcd } };
    struct pubkey k;
    struct boxkey t;
    struct buf line = buf_new(256);
    struct buf sent = buf_new(512);
    cr_assert_eq(ident_init(), OK);
    introduce_put(key, transport, &line);
    cr_assert(buf_ok(&line));
    for (size_t i = 0; i < line.n; i++) {
        const uint8_t c = line.p[i];
        buf_put_u8(&sent, c >= 'a' && c <= 'f' ? (uint8_t)(c - 32) : c);
        if (i % 40 == 39) {
            buf_put_text(&sent, " \r\n\t");
        }
    }
    cr_assert(introduce_parse(buf_slice(&sent), &k, &t));
    cr_expect(pubkey_equal(k, key) && boxkey_equal(t, transport));
    for (size_t i = 0; i < line.n; i++) {
        const uint8_t was = line.p[i];
        line.p[i] = was == '7' ? '8' : '7';
        cr_expect_not(introduce_parse(buf_slice(&line), &k, &t), "changed at %zu", i);
        line.p[i] = was;
        cr_expect_not(introduce_parse(slice_of(line.p, i), &k, &t), "cut at %zu", i);
    }
    buf_put_u8(&line, '0');
    cr_expect_not(introduce_parse(buf_slice(&line), &k, &t));
    buf_done(&line);
    buf_done(&sent);
}
