// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The table finds what was put and nothing else, also when keys share their beginning and their end.
#include "common/base/table.h"

#include <criterion/criterion.h>
#include <string.h>

struct name {
    uint8_t b[24];
};

static struct name name_of(uint32_t i, bool middle)
{
    struct name n = { { 0 } };
    memcpy(n.b + (middle ? 10 : 0), &i, sizeof i);
    return n;
}

Test(table, finds_each_of_many_keys_with_its_number_and_no_other)
{
    for (int middle = 0; middle <= 1; middle++) { // keys that differ in their middle only all start at one slot
        const uint32_t many = middle == 0 ? 20000 : 500;
        struct table t = table_new(sizeof(struct name));
        for (uint32_t i = 0; i < many; i++) {
            const struct name n = name_of(i, middle != 0);
            cr_assert(!table_find(&t, &n, NULL));
            table_put(&t, &n, i * 3);
        }
        for (uint32_t i = 0; i < many; i++) {
            const struct name n = name_of(i, middle != 0);
            uint32_t number = 0;
            cr_assert(table_find(&t, &n, &number));
            cr_assert_eq(number, i * 3);
        }
        const struct name absent = name_of(many, middle != 0);
        cr_expect(!table_find(&t, &absent, NULL));
        cr_expect_eq(t.n, many);
        table_done(&t);
        cr_expect(!table_find(&t, &absent, NULL));
    }
}
