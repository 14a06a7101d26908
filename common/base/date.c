// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Days to dates and back: years counted from March, in eras of 400. Read first: date.h.
#include "common/base/date.h"

#define ERA_DAYS 146097u  // of 400 years
#define EPOCH_DAYS 719468u // from 0000-03-01 to 1970-01-01
#define LAST_DAY 2932896u  // 9999-12-31

struct date { uint64_t year, month, day; };

static struct date date_of(uint64_t days)
{
    const uint64_t z = days + EPOCH_DAYS;
    const uint64_t in_era = z % ERA_DAYS;
    const uint64_t year_of_era = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    const uint64_t in_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const uint64_t month = (5 * in_year + 2) / 153; // 0: March
    struct date d = { .year = z / ERA_DAYS * 400 + year_of_era, .month = month < 10 ? month + 3 : month - 9 };
    d.day = in_year - (153 * month + 2) / 5 + 1;
    d.year += d.month <= 2;
    return d;
}

static bool digits(const uint8_t *p, size_t n, uint64_t *out)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9') {
            return false;
        }
        v = 10 * v + (uint64_t)(p[i] - '0');
    }
    *out = v;
    return true;
}

bool date_parse(struct slice text, uint64_t *days)
{
    struct date d;
    if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-' || !digits(text.p, 4, &d.year) ||
        !digits(text.p + 5, 2, &d.month) || !digits(text.p + 8, 2, &d.day) || d.year < 1970 || d.month < 1 ||
        d.month > 12 || d.day < 1 || d.day > 31) {
        return false;
    }
    const uint64_t year = d.year - (d.month <= 2);
    const uint64_t year_of_era = year % 400;
    const uint64_t in_year = (153 * (d.month > 2 ? d.month - 3 : d.month + 9) + 2) / 5 + d.day - 1;
    const uint64_t in_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + in_year;
    const uint64_t found = year / 400 * ERA_DAYS + in_era - EPOCH_DAYS;
    const struct date back = date_of(found); // the 31st of a month of 30 days comes back as another day
    if (back.year != d.year || back.month != d.month || back.day != d.day) {
        return false;
    }
    *days = found;
    return true;
}

void date_put(struct buf *out, uint64_t days)
{
    if (days > LAST_DAY) {
        buf_printf(out, "%llu", (unsigned long long)days);
        return;
    }
    const struct date d = date_of(days);
    buf_printf(out, "%04llu-%02llu-%02llu", (unsigned long long)d.year, (unsigned long long)d.month,
               (unsigned long long)d.day);
}
