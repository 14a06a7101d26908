// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Each day of the calendar has one number, and what is no day has none.
#include "common/base/date.h"

#include <criterion/criterion.h>

Test(date, every_day_from_1970_to_2400_comes_back_as_it_was_written)
{
    uint8_t room[32];
    for (uint64_t day = 0; day < 157100; day++) {
        struct buf text = buf_over(room, sizeof room);
        uint64_t back = 0;
        date_put(&text, day);
        cr_assert(date_parse(buf_slice(&text), &back));
        cr_assert_eq(back, day);
    }
}

Test(date, known_days_and_what_is_none)
{
    static const struct {
        const char *text;
        bool ok;
        uint64_t day;
    } rows[] = {
        { "1970-01-01", true, 0 },      { "2000-02-29", true, 11016 },  { "2026-03-04", true, 20516 },
        { "9999-12-31", true, 2932896 }, { "2026-02-29", false, 0 },     { "2100-02-29", false, 0 },
        { "2026-04-31", false, 0 },     { "2026-13-01", false, 0 },     { "2026-00-10", false, 0 },
        { "2026-3-4", false, 0 },       { "1969-12-31", false, 0 },     { "2026/03/04", false, 0 },
        { "2026-03-04 ", false, 0 },    { "", false, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t day = 0;
        cr_expect_eq(date_parse(slice_text(rows[i].text), &day), rows[i].ok, "%s", rows[i].text);
        cr_expect_eq(day, rows[i].day, "%s: %llu", rows[i].text, (unsigned long long)day);
    }
}
