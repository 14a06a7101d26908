// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// CSV as RFC 4180 has it, read and written byte for byte: quotes, doubled quotes, separators and line breaks in fields.
// Foreign input: a row that breaks the rules is reported with its line and cause, and reading goes on after it.
// It must never change a byte of a field; what a column means is its caller's business.
#ifndef BARAZA_FORMAT_CSV_H
#define BARAZA_FORMAT_CSV_H

#include "common/base/bytes.h"
#include "common/limits.h"

enum csv_fault {
    CSV_ROW,             // a good row
    CSV_END,             // nothing is left
    CSV_TOO_MANY_FIELDS, // more than LIMIT_CSV_FIELDS
    CSV_FIELD_TOO_LONG,  // more than LIMIT_CSV_FIELD bytes
    CSV_QUOTE_IN_FIELD,  // a quote inside an unquoted field, or something between a closing quote and the separator
    CSV_UNCLOSED_QUOTE,  // the input ends inside quotes
    CSV_NUL,             // a zero byte: not text
};

// A reader over bytes in memory, which it borrows for its life. A byte order mark at the start is skipped.
// Rows end with LF, CR LF, or the end of input; a line with nothing on it is skipped (not a row of one empty field).
// A lone CR outside quotes is part of its field.
struct csv {
    struct slice rest;
    char separator;       // ',' or ';'
    uint64_t line;        // line, from 1, where the next row begins
    uint64_t row;         // rows read so far, the faulty ones too
    uint64_t row_line;    // line where the last row began
    size_t count;         // fields of the last row
    struct slice fields[LIMIT_CSV_FIELDS]; // borrow the input, or unquoted
    struct buf unquoted;  // fields that had doubled quotes
};

// Starts. separator 0: ';' when the first line has more of these than of ',', else ','. csv_done releases.
void csv_init(struct csv *c, struct slice input, char separator);
void csv_done(struct csv *c);

// Reads the next row into c->fields. After a fault the rest of that row is skipped (an unclosed quote: all the rest):
// call again for the next. Fields are good until the next call.
MUST_USE enum csv_fault csv_next(struct csv *c);

// Returns one sentence for a fault, with the limit where there is one; static storage.
const char *csv_fault_text(enum csv_fault fault);

// Appends one field, quoted when it must be; csv_put_row appends fields, separators and CR LF.
// neutral: a field that starts with = + - @ TAB or CR gets a ' before it, so that spreadsheets do not compute it;
// only for files made for spreadsheets, never where bytes must come back.
void csv_put_field(struct buf *out, struct slice field, char separator, bool neutral);
void csv_put_row(struct buf *out, const struct slice *fields, size_t count, char separator, bool neutral);

#endif
