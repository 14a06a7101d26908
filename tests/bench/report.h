// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What was measured, as rows: a number, and for some of them what is required and what is aimed at. Printed as a table
// for people or as one JSON object.
#ifndef BARAZA_TESTS_BENCH_REPORT_H
#define BARAZA_TESTS_BENCH_REPORT_H

#include "common/base/bytes.h"

#define REPORT_ROWS 128

enum row_bound {
    ROW_PLAIN,    // a number for its own sake
    ROW_AT_LEAST,
    ROW_AT_MOST,
};

struct row {
    const char *measure;
    char what[96];
    const char *unit; // "/s", "B", "ratio" …
    double value;
    enum row_bound bound;
    double required;
    double aim;       // as required when there is no further aim
};

struct report {
    size_t n;
    struct row rows[REPORT_ROWS];
    const char *measure; // of the rows that are added now
    char machine[512];
    double load;         // of the machine over the last minute, before the bench adds to it
};

// Appends a row. what: format and values.
void report_plain(struct report *r, double value, const char *unit, const char *what, ...) PRINTF_LIKE(4, 5);
void report_bound(struct report *r, double value, const char *unit, enum row_bound bound, double required, double aim,
                  const char *what, ...) PRINTF_LIKE(7, 8);

// Fills r->machine: processors, their model, the file system of dir, the kernel.
void report_machine(struct report *r, const char *dir, unsigned threads);

// Appends the rows of the present measure, or all of them as JSON.
void report_table(const struct report *r, const char *measure, struct buf *out);
void report_json(const struct report *r, struct buf *out);

// True when no row misses what is required of it.
bool report_good(const struct report *r);

// --- taking times ---
// Seconds of a clock that only goes forward; and processor seconds this process has used, all threads together.
double clock_s(void);
double clock_processor_s(void);

// The median of n values (1 or more); reorders them.
double median(double *values, size_t n);

#endif
