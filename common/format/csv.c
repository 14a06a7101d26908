// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The CSV reader and writer. It knows RFC 4180's grammar and our limits; it must never change a byte of a field.
// Read first: csv.h, RFC 4180 section 2.
#include "common/format/csv.h"

#include "common/base/text.h"

#include <string.h>

// One row being read. Borrows the input; `at` runs to the row's end.
struct scan {
    struct slice in;
    size_t at;
    uint64_t lines;       // line feeds passed
    char separator;
    enum csv_fault fault; // the first one; CSV_ROW while there is none
};

static void scan_fault(struct scan *s, enum csv_fault fault)
{
    if (s->fault == CSV_ROW) {
        s->fault = fault;
    }
}

// Passes everything to the next line feed, that included: where a row whose quotes make no sense is taken to end.
static void scan_skip_line(struct scan *s)
{
    const uint8_t *from = s->in.p + s->at;
    const uint8_t *feed = memchr(from, '\n', s->in.n - s->at);
    if (feed == NULL) {
        s->at = s->in.n;
        return;
    }
    s->at += (size_t)(feed - from) + 1;
    s->lines++;
}

// Reads the inside of a quoted field; `at` is after the opening quote and ends after the closing one.
static struct slice scan_quoted(struct scan *s, bool *doubled)
{
    size_t start = s->at;
    while (s->at < s->in.n) {
        uint8_t c = s->in.p[s->at++];
        if (c == '"') {
            if (s->at == s->in.n || s->in.p[s->at] != '"') {
                return slice_of(s->in.p + start, s->at - 1 - start);
            }
            *doubled = true;
            s->at++;
        } else if (c == '\n') {
            s->lines++;
        } else if (c == '\0') {
            scan_fault(s, CSV_NUL);
        }
    }
    s->fault = CSV_UNCLOSED_QUOTE; // whatever was wrong before, this is what made the rest unreadable
    return slice_of(s->in.p + start, s->in.n - start);
}

// True when a row ends at `at` (line feed, or CR and line feed, or end of input), which is then passed.
static bool scan_row_end(struct scan *s)
{
    size_t left = s->in.n - s->at;
    const uint8_t *p = s->in.p + s->at;
    if (left == 0) {
        return true;
    }
    size_t ending = p[0] == '\n' ? 1 : left >= 2 && p[0] == '\r' && p[1] == '\n' ? 2 : 0;
    if (ending == 0) {
        return false;
    }
    s->at += ending;
    s->lines++;
    return true;
}

static bool scan_is_row_end(const struct scan *s)
{
    struct scan look = *s;
    return scan_row_end(&look);
}

// Reads an unquoted field; `at` ends at the separator or the row's end.
static struct slice scan_plain(struct scan *s)
{
    size_t start = s->at;
    while (!scan_is_row_end(s) && s->in.p[s->at] != (uint8_t)s->separator) {
        if (s->in.p[s->at] == '"') {
            scan_fault(s, CSV_QUOTE_IN_FIELD);
        } else if (s->in.p[s->at] == '\0') {
            scan_fault(s, CSV_NUL);
        }
        s->at++;
    }
    return slice_of(s->in.p + start, s->at - start);
}

// Reads one field, and what ends it. Returns false after the row's last one.
static bool scan_field(struct scan *s, struct slice *field, bool *doubled)
{
    *doubled = false;
    bool quoted = s->at < s->in.n && s->in.p[s->at] == '"';
    if (quoted) {
        s->at++;
        *field = scan_quoted(s, doubled);
    } else {
        *field = scan_plain(s);
    }
    if (field->n > LIMIT_CSV_FIELD) {
        scan_fault(s, CSV_FIELD_TOO_LONG);
    }
    if (scan_row_end(s)) {
        return false;
    }
    if (s->in.p[s->at] == (uint8_t)s->separator) {
        s->at++;
        return true;
    }
    scan_fault(s, CSV_QUOTE_IN_FIELD);
    scan_skip_line(s);
    return false;
}

static char separator_guess(struct slice input)
{
    size_t commas = 0;
    size_t semicolons = 0;
    for (size_t i = 0; i < input.n && input.p[i] != '\n'; i++) {
        commas += input.p[i] == ',';
        semicolons += input.p[i] == ';';
    }
    return semicolons > commas ? ';' : ',';
}

void csv_init(struct csv *c, struct slice input, char separator)
{
    CHECK(separator == 0 || separator == ',' || separator == ';');
    struct slice rest = input;
    (void)text_starts(input, "\xEF\xBB\xBF", &rest);
    *c = (struct csv){ .rest = rest, .line = 1 };
    c->separator = separator != 0 ? separator : separator_guess(rest);
    c->unquoted = buf_new((size_t)LIMIT_CSV_FIELDS * LIMIT_CSV_FIELD);
}

void csv_done(struct csv *c)
{
    buf_done(&c->unquoted);
    c->count = 0;
}

// Writes the fields that have doubled quotes anew. Room for all is taken at once, so that none moves afterwards.
static void fields_unquote(struct csv *c, const bool *doubled)
{
    size_t total = 0;
    for (size_t i = 0; i < c->count; i++) {
        total += doubled[i] ? c->fields[i].n : 0;
    }
    buf_reset(&c->unquoted);
    uint8_t *to = buf_room(&c->unquoted, total);
    CHECK(to != NULL || total == 0);
    for (size_t i = 0; i < c->count; i++) {
        if (!doubled[i]) {
            continue;
        }
        struct slice from = c->fields[i];
        uint8_t *start = to;
        for (size_t j = 0; j < from.n; j++) {
            *to++ = from.p[j];
            j += from.p[j] == '"'; // the second of a pair; every quote inside is one of a pair
        }
        c->fields[i] = slice_of(start, (size_t)(to - start));
    }
}

static void skip_empty_lines(struct csv *c)
{
    struct scan s = { .in = c->rest };
    while (s.at < s.in.n && scan_row_end(&s)) {
    }
    c->rest = slice_of(s.in.p + s.at, s.in.n - s.at);
    c->line += s.lines;
}

enum csv_fault csv_next(struct csv *c)
{
    skip_empty_lines(c);
    if (c->rest.n == 0) {
        return CSV_END;
    }
    struct scan s = { .in = c->rest, .separator = c->separator };
    bool doubled[LIMIT_CSV_FIELDS] = { false };
    c->count = 0;
    bool more = true;
    while (more) {
        struct slice field = { NULL, 0 };
        bool pairs = false;
        more = scan_field(&s, &field, &pairs);
        if (c->count == LIMIT_CSV_FIELDS) {
            scan_fault(&s, CSV_TOO_MANY_FIELDS);
            continue;
        }
        doubled[c->count] = pairs;
        c->fields[c->count++] = field;
    }
    c->row++;
    c->row_line = c->line;
    c->line += s.lines;
    c->rest = slice_of(s.in.p + s.at, s.in.n - s.at);
    if (s.fault == CSV_ROW) {
        fields_unquote(c, doubled);
    } else {
        c->count = 0;
    }
    return s.fault;
}

#define TEXT_OF(number) #number
#define TEXT_OF_LIMIT(limit) TEXT_OF(limit)

const char *csv_fault_text(enum csv_fault fault)
{
    static const char *const texts[] = {
        [CSV_ROW] = "a good row",
        [CSV_END] = "the end of the file",
        [CSV_TOO_MANY_FIELDS] = "more columns than the limit of " TEXT_OF_LIMIT(LIMIT_CSV_FIELDS),
        [CSV_FIELD_TOO_LONG] = "a field longer than the limit of " TEXT_OF_LIMIT(LIMIT_CSV_FIELD) " bytes",
        [CSV_QUOTE_IN_FIELD] = "a quotation mark in the middle of a field (inside quotes it must be doubled)",
        [CSV_UNCLOSED_QUOTE] = "a quoted field is never closed; nothing after it could be read",
        [CSV_NUL] = "a zero byte; this is not a text file",
    };
    CHECK((size_t)fault < sizeof texts / sizeof *texts);
    return texts[fault];
}

static bool field_needs_quotes(struct slice field, char separator)
{
    for (size_t i = 0; i < field.n; i++) {
        uint8_t c = field.p[i];
        if (c == '"' || c == '\n' || c == '\r' || c == (uint8_t)separator) {
            return true;
        }
    }
    return false;
}

void csv_put_field(struct buf *out, struct slice field, char separator, bool neutral)
{
    bool computed = field.n > 0 && memchr("=+-@\t\r", field.p[0], 6) != NULL;
    bool quotes = field_needs_quotes(field, separator);
    if (quotes) {
        buf_put_u8(out, '"');
    }
    if (neutral && computed) {
        buf_put_u8(out, '\'');
    }
    for (size_t i = 0; i < field.n; i++) {
        if (field.p[i] == '"') {
            buf_put_u8(out, '"');
        }
        buf_put_u8(out, field.p[i]);
    }
    if (quotes) {
        buf_put_u8(out, '"');
    }
}

void csv_put_row(struct buf *out, const struct slice *fields, size_t count, char separator, bool neutral)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            buf_put_u8(out, (uint8_t)separator);
        }
        csv_put_field(out, fields[i], separator, neutral);
    }
    // One empty field alone would be an empty line, which readers skip.
    if (count == 1 && fields[0].n == 0) {
        buf_put_text(out, "\"\"");
    }
    buf_put_text(out, "\r\n");
}
