// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Import of tables made elsewhere: which column is what (by name), and the run over all rows. A row is saved, was there
// already, or is refused with its number, line and cause; none is dropped in silence.
// It must never change a byte of a text. To add a source: a row of columns in import_columns.c.
// Read first: common/format/csv.h, contribution.h.
//
// A row is known again by its source: SHA-256("baraza/import/v1" 00 ‖ u64be len ‖ tool ‖ u64be len ‖ name ‖ u64be len ‖
// number), name being the conversation's (of Polis: the directory that holds comments.csv) or the file's without its
// ending, number the row's own id there. So a file that was moved, or exported again with more rows, adds only what is
// new; what was signed before stands, and where its text was edited there in between that is said (import_again.h).
#ifndef BARAZA_TOOLS_BARAZA_IMPORT_H
#define BARAZA_TOOLS_BARAZA_IMPORT_H

#include "common/format/csv.h"
#include "tools/baraza/import_guard.h"

enum import_column {
    COLUMN_NUMBER, COLUMN_TEXT, COLUMN_LANG, COLUMN_KIND, COLUMN_GROUP, COLUMN_THEME, COLUMN_QUESTION, COLUMN_SUMMARY,
    COLUMN_ASK, COLUMN_TIME, COLUMN_AUTHOR, COLUMN_AGREES, COLUMN_DISAGREES, COLUMN_MODERATED,
    COLUMN_IDENTITY, COLUMN_SENSITIVITY, COLUMN_SEAL_TO, COLUMN_FLAGS, COLUMN_COUNT,
};

// A kind of file.
struct import_source {
    const char *tool;      // "polis": as typed after --from
    const char *file;      // what the file in a directory is called; NULL: a file must be named
    const char *channel;   // what its contributions came by
    const char *basis;     // of consent
    const char *passed_over; // a heading that says again what another says; NULL: none
    bool number_required;  // a row without its own id cannot be known again
    const char *const *names[COLUMN_COUNT]; // accepted headings, ended by NULL; NULL: no such column
};

// Returns the source of that name, or NULL.
const struct import_source *import_source_find(const char *tool);

// Where each column is in one file.
struct import_columns {
    size_t at[COLUMN_COUNT]; // SIZE_MAX: not there
    size_t count;            // fields of the heading
};

// Reads the heading row. False and why (what was looked for, what is there) when the text or a required id is missing,
// or a heading stands twice. unknown receives the headings that are not taken, with commas.
MUST_USE bool import_columns_read(const struct import_source *source, const struct csv *heading,
                                  struct import_columns *out, struct buf *unknown, struct why *why);

// Fills c, and what the row says of its guarding, from a row; slices borrow the row. lang stands in for a row without
// language. False and why: what is wrong. Groups, themes, flags and sensitivity are judged by import_guard_row.
MUST_USE bool import_row_read(const struct import_source *source, const struct import_columns *columns,
                              const struct csv *row, struct slice lang, struct contribution *c,
                              struct import_guarded *guarded, struct why *why);

// The source's hash for a row's number.
struct hash import_key(const char *tool, struct slice name, struct slice number);

#endif
