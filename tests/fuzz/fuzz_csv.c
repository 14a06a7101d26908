// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// CSV files from strangers. Reading ends, counts every line, and what was read and written again reads the same.
#include "tests/fuzz/fuzz.h"

#include "common/format/csv.h"

// Writes the row in c again and reads that: the same fields.
static void check_again(const struct csv *c)
{
    struct buf text = buf_new((size_t)1 << 24);
    struct csv again;
    csv_put_row(&text, c->fields, c->count, c->separator, false);
    if (!buf_ok(&text)) {
        buf_done(&text);
        return;
    }
    // A field that begins with a byte order mark is the one thing that the start of a file takes away.
    csv_init(&again, buf_slice(&text), c->separator);
    enum csv_fault f = csv_next(&again);
    if (f == CSV_ROW && again.count == c->count) {
        for (size_t i = 1; i < c->count; i++) {
            CHECK(slice_equal(again.fields[i], c->fields[i]));
        }
        CHECK(again.fields[0].n == c->fields[0].n || again.fields[0].n + 3 == c->fields[0].n);
    } else {
        CHECK(c->fields[0].n >= 3);
        CHECK(c->fields[0].p[0] == 0xEF);
    }
    csv_done(&again);
    buf_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct csv c;
    uint64_t feeds = 0;
    uint64_t rows = 0;
    for (size_t i = 0; i < size; i++) {
        feeds += data[i] == '\n';
    }
    csv_init(&c, slice_of(data, size), 0);
    for (enum csv_fault f = csv_next(&c); f != CSV_END; f = csv_next(&c)) {
        rows++;
        CHECK(c.count <= LIMIT_CSV_FIELDS);
        CHECK((f == CSV_ROW) == (c.count > 0));
        CHECK(c.row == rows);
        CHECK(csv_fault_text(f) != NULL);
        if (f == CSV_ROW) {
            check_again(&c);
        }
    }
    CHECK(c.line == feeds + 1);
    CHECK(c.rest.n == 0);
    csv_done(&c);
    return 0;
}
