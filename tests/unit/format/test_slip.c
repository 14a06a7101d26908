// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Codes of slips: what a tired hand does to one is noticed.
#include "common/format/slip.h"

#include <criterion/criterion.h>
#include <string.h>

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static struct slip sample(unsigned i)
{
    const uint8_t random[SLIP_RANDOM] = { (uint8_t)(i * 37u), (uint8_t)(i * 101u), (uint8_t)(i ^ 0x5au),
                                          (uint8_t)(i * i), (uint8_t)(255u - i) };
    return slip_make(random);
}

Test(slip, one_wrong_symbol_is_always_noticed)
{
    for (unsigned i = 0; i < 64; i++) {
        const struct slip good = sample(i);
        struct slip out;
        cr_assert(slip_parse(slice_text(good.text), &out, NULL) && slip_equal(&good, &out), "%s", good.text);
        for (size_t at = 0; at < SLIP_TEXT; at++) {
            for (const char *c = alphabet; good.text[at] != '-' && *c != '\0'; c++) {
                struct slip bad = good;
                bad.text[at] = *c;
                cr_assert(*c == good.text[at] || !slip_parse(slice_text(bad.text), &out, NULL), "%s for %s", bad.text,
                          good.text);
            }
        }
    }
}

Test(slip, two_symbols_that_changed_places_are_always_noticed)
{
    for (unsigned i = 0; i < 256; i++) {
        const struct slip good = sample(i);
        struct slip out;
        for (size_t a = 0; a < SLIP_TEXT; a++) {
            for (size_t b = a + 1; b < SLIP_TEXT; b++) {
                struct slip bad = good;
                bad.text[a] = good.text[b];
                bad.text[b] = good.text[a];
                const bool other = good.text[a] != good.text[b] && good.text[a] != '-' && good.text[b] != '-';
                cr_assert(!other || !slip_parse(slice_text(bad.text), &out, NULL), "%s for %s", bad.text, good.text);
            }
        }
    }
}

Test(slip, it_is_read_as_people_write_it)
{
    const uint8_t random[SLIP_RANDOM] = { 0x00, 0x44, 0x1b, 0xff, 0x01 };
    const struct slip good = slip_make(random);
    struct slip out;
    char small[32];
    size_t n = 0;
    cr_assert_eq(good.text[0], '0');
    for (const char *c = good.text; *c != '\0'; c++) {
        if (*c != '-') {
            small[n++] = (char)(*c == '0' ? 'o' : *c == '1' ? 'l' : *c == 'V' ? 'u' : *c >= 'A' ? *c + 32 : *c);
            small[n++] = ' ';
        }
    }
    small[n] = '\0';
    cr_assert(slip_parse(slice_text(small), &out, NULL) && slip_equal(&good, &out), "\"%s\" is %s", small, good.text);
}

Test(slip, what_is_no_code_is_refused_with_a_reason)
{
    static const char *const bad[] = { "", "-", "000-000-000", "K7Q-42M", "K7Q-42M-9XDA", "K7Q*42M-9XD", "\xff" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct slip out = { "untouched" };
        struct why why = { "" };
        cr_assert(!slip_parse(slice_text(bad[i]), &out, &why), "%s", bad[i]);
        cr_assert_str_eq(out.text, "untouched");
        cr_assert(strstr(why.text, "no code of a slip") != NULL);
    }
    struct slip out;
    cr_assert(!slip_parse(slice_of("K7Q\00042M9XD", 10), &out, NULL));
}
