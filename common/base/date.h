// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Days of the calendar (Gregorian, ISO 8601) as numbers. It knows no clock and no time zone.
#ifndef BARAZA_BASE_DATE_H
#define BARAZA_BASE_DATE_H

#include "common/base/bytes.h"

// Reads "2026-03-04", of the years 1970 to 9999, as days since 1970-01-01. False, and *days untouched, for anything
// else, and for a day that the calendar does not have.
MUST_USE bool date_parse(struct slice text, uint64_t *days);

// Appends days since 1970-01-01 as "2026-03-04"; after the year 9999 as the number itself.
void date_put(struct buf *out, uint64_t days);

#endif
