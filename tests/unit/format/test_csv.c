// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
#include "common/format/csv.h"

#include <criterion/criterion.h>
#include <string.h>

// Rows as "a|b" and faults as "!N" (N the fault), each ended by a line feed, so that a case is one string.
static void outline(struct slice input, struct buf *out)
{
    struct csv c;
    csv_init(&c, input, 0);
    for (enum csv_fault f = csv_next(&c); f != CSV_END; f = csv_next(&c)) {
        if (f != CSV_ROW) {
            buf_printf(out, "!%d", f);
        }
        for (size_t i = 0; i < c.count; i++) {
            buf_put_text(out, i == 0 ? "" : "|");
            buf_put(out, c.fields[i]);
        }
        buf_put_u8(out, '\n');
    }
    cr_assert(csv_next(&c) == CSV_END, "the end stays the end");
    csv_done(&c);
}

Test(csv, rows_come_apart_as_rfc_4180_says_and_a_bad_one_does_not_take_the_next_with_it)
{
    static const struct {
        const char *input, *rows;
    } cases[] = {
        { "", "" },
        { "\n\r\n\n", "" },
        { "a,b\nc,d", "a|b\nc|d\n" },
        { "a,b\r\nc,d\r\n", "a|b\nc|d\n" },
        { "\xEF\xBB\xBFid;said\n1;a,b\n", "id|said\n1|a,b\n" },
        { "a,,\n,\n", "a||\n|\n" },
        { "\"a,b\",\"c\"\"d\"\"\",\"e\nf\r\ng\"\nh\n", "a,b|c\"d\"|e\nf\r\ng\nh\n" },
        { "\"\",x\n\"\"\"\"\n", "|x\n\"\n" },
        { "a\rb,c\n", "a\rb|c\n" },
        { "1,\"ab\"c\n2,ok\n", "!4\n2|ok\n" },
        { "1,a\"b\n2,ok\n", "!4\n2|ok\n" },
        { "1,ok\n2,\"open\n3,x\n", "1|ok\n!5\n" },
        { " \"a\",b\nc,d\n", "!4\nc|d\n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf got = buf_new(4096);
        outline(slice_text(cases[i].input), &got);
        cr_assert(slice_equal(buf_slice(&got), slice_text(cases[i].rows)), "case %zu gave:\n%.*s", i, (int)got.n,
                  (const char *)got.p);
        buf_done(&got);
    }
    struct buf got = buf_new(64);
    outline(SLICE_LITERAL("a\0b,c\nd\n"), &got);
    cr_assert(slice_equal(buf_slice(&got), SLICE_LITERAL("!6\nd\n")));
    buf_done(&got);
}

Test(csv, limits_are_faults_of_one_row_and_lines_are_counted_through_quotes)
{
    struct buf text = buf_new((size_t)1 << 21);
    struct csv c;
    for (size_t i = 0; i <= LIMIT_CSV_FIELDS; i++) {
        buf_put_u8(&text, ',');
    }
    buf_put_text(&text, "\n\"two\nlines\",x\n");
    for (size_t i = 0; i <= LIMIT_CSV_FIELD; i++) {
        buf_put_u8(&text, 'y');
    }
    buf_put_text(&text, "\nlast\n");
    csv_init(&c, buf_slice(&text), 0);
    cr_assert(csv_next(&c) == CSV_TOO_MANY_FIELDS);
    cr_assert_eq(c.count, 0);
    cr_assert(csv_next(&c) == CSV_ROW);
    cr_assert_eq(c.row_line, 2);
    cr_assert(csv_next(&c) == CSV_FIELD_TOO_LONG);
    cr_assert_eq(c.row_line, 4);
    cr_assert(strstr(csv_fault_text(CSV_FIELD_TOO_LONG), "262144") != NULL);
    cr_assert(csv_next(&c) == CSV_ROW);
    cr_assert_eq(c.row, 4);
    cr_assert(csv_next(&c) == CSV_END);
    csv_done(&c);
    buf_done(&text);
}

Test(csv, what_is_written_reads_back_byte_for_byte_and_spreadsheets_compute_nothing_of_it)
{
    static const char *const fields[] = { "plain", "", "a,b", "\"", "\"\"x", "line\nbreak", "\r", "cr\rlf\r\n", "=1+1",
                                          "@x",    "زمان", "e\xcc\x81", " spaces ", ";", "\xff\xfe" };
    enum { N = sizeof fields / sizeof *fields };
    struct slice row[N];
    struct csv c;
    struct buf text = buf_new(65536);
    for (size_t i = 0; i < N; i++) {
        row[i] = slice_text(fields[i]);
        csv_put_row(&text, &row[i], 1, ',', false);
    }
    csv_put_row(&text, row, N, ',', false);
    csv_init(&c, buf_slice(&text), ',');
    for (size_t i = 0; i < N; i++) {
        cr_assert(csv_next(&c) == CSV_ROW);
        cr_assert_eq(c.count, 1);
        cr_assert(slice_equal(c.fields[0], row[i]), "field %zu", i);
    }
    cr_assert(csv_next(&c) == CSV_ROW);
    cr_assert_eq(c.count, N);
    for (size_t i = 0; i < N; i++) {
        cr_assert(slice_equal(c.fields[i], row[i]), "field %zu in a row", i);
    }
    csv_done(&c);
    buf_reset(&text);
    csv_put_field(&text, SLICE_LITERAL("=cmd|'/C calc'!A0"), ',', true);
    cr_assert(text.p[0] == '\'');
    buf_reset(&text);
    csv_put_field(&text, SLICE_LITERAL("\tx"), ',', true);
    cr_assert(slice_equal(buf_slice(&text), SLICE_LITERAL("'\tx")));
    buf_done(&text);
}
