// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Decimal numbers have one text each; arithmetic that does not fit says so.
#include "common/base/num.h"

#include <criterion/criterion.h>

Test(num, one_text_for_each_number)
{
    static const struct {
        const char *text;
        bool ok;
        uint64_t v;
    } rows[] = {
        { "0", true, 0 },
        { "7", true, 7 },
        { "10", true, 10 },
        { "18446744073709551615", true, UINT64_MAX },
        { "18446744073709551616", false, 0 },
        { "99999999999999999999", false, 0 },
        { "184467440737095516150", false, 0 },
        { "", false, 0 },
        { "00", false, 0 },
        { "07", false, 0 },
        { "-1", false, 0 },
        { "+1", false, 0 },
        { " 1", false, 0 },
        { "1 ", false, 0 },
        { "1\n", false, 0 },
        { "0x1", false, 0 },
        { "1e3", false, 0 },
        { "\xd9\xa1", false, 0 }, // an Arabic-Indic digit
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t v = 4242;
        cr_assert_eq(num_parse_u64(slice_text(rows[i].text), &v), rows[i].ok, "row %zu", i);
        cr_assert_eq(v, rows[i].ok ? rows[i].v : 4242);
    }
}

Test(num, sums_and_products_that_do_not_fit_are_refused)
{
    uint64_t v = 1;
    cr_assert(num_add(UINT64_MAX - 1, 1, &v));
    cr_assert_eq(v, UINT64_MAX);
    cr_assert_not(num_add(UINT64_MAX, 1, &v));
    cr_assert(num_mul(UINT32_MAX, UINT32_MAX, &v));
    cr_assert_eq(v, (uint64_t)UINT32_MAX * UINT32_MAX);
    cr_assert_not(num_mul((uint64_t)1 << 32, (uint64_t)1 << 32, &v));
    cr_assert_eq(v, (uint64_t)UINT32_MAX * UINT32_MAX);
}
