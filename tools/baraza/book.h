// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A codebook as a table of codes: from the CSV file that a secretariat edits, from what was published, or from the
// starter codebook; and back. A file is foreign input: every fault is named with its line. Read first: PROTOCOL 7.5.
#ifndef BARAZA_TOOLS_BARAZA_BOOK_H
#define BARAZA_TOOLS_BARAZA_BOOK_H

#include "common/base/arena.h"
#include "common/limits.h"
#include "common/ops/json.h"

#define BOOK_TAGS 16   // languages of labels in one table
#define BOOK_FAULTS 20 // that are named; more are counted

enum book_list { BOOK_GROUPS, BOOK_THEMES, BOOK_AREAS, BOOK_LISTS };

enum book_field {
    BOOK_CODE, BOOK_PARENT, BOOK_DEFINITION, BOOK_INCLUDE, BOOK_EXCLUDE, BOOK_EXAMPLE, BOOK_FROM, BOOK_REPLACED,
    BOOK_FIELDS
};

struct book_row {
    enum book_list list;
    uint64_t line;                       // of the file; 0: from elsewhere
    struct slice fields[BOOK_FIELDS];   // empty: not given
    struct slice labels[BOOK_TAGS];     // by the table's tags
};

struct book {
    struct arena *memory;                // of all slices
    size_t tag_n;
    struct slice tags[BOOK_TAGS];       // "en", "pt-MZ"
    struct book_row *rows;              // in their order
    size_t n;
};

// What is wrong with a file: a line of text for each fault, up to BOOK_FAULTS.
struct book_faults {
    struct buf text;
    size_t n;
};

// Adds a fault; line 0: of no line.
void book_fault(struct book_faults *f, uint64_t line, const char *format, ...) PRINTF_LIKE(3, 4);

// Says them on standard error, and that nothing of the file was published; returns the exit code.
int book_report(const struct book_faults *f, const char *path);

// Starts with no row; frees.
void book_init(struct book *t);
void book_free(struct book *t);

// Reads a CSV file (borrowed) of at most LIMIT_DISCLOSURE_BYTES and checks each row by itself. Faults are added.
void book_read_csv(struct book *t, struct slice csv, struct book_faults *faults);

// Reads a whole file as UTF-8 in NFC into out. Returns -1, or has reported.
int book_read_file(const char *path, struct buf *out);
#define BOOK_FILE_BYTES ((size_t)4 * LIMIT_DISCLOSURE_BYTES) // what of it is published is bounded again

// Takes the rows of a published codebook's content that are of its form; the starter codebook's.
void book_take_content(struct book *t, struct slice content);
void book_take_starter(struct book *t);

// Checks what rows say of each other: each code of a list once, parents and replacements in the same list, no code
// above itself. Then that no code of `before` is left out: a code stays valid for ever. Faults are added.
void book_check(const struct book *t, const struct book *before, struct book_faults *faults);

// Append it as the content of a `codebook` (false: it does not fit), and as the CSV file to edit (which shows in
// buf_ok).
MUST_USE bool book_put_content(const struct book *t, struct buf *out);
void book_put_csv(const struct book *t, struct buf *out);

// The first row of that code; NULL: there is none.
const struct book_row *book_find(const struct book *t, enum book_list list, struct slice code);

// {"groups": [{"code": …, "labels": {…}, …}], "themes": …} into o.
void book_put_json(const struct book *t, json_t *o);

// "groups", "themes", "areas".
const char *book_list_name(enum book_list list);

// The row's label in the language of that tag, else in English, else any; empty when it has none.
struct slice book_label(const struct book *t, const struct book_row *row, struct slice tag);

#endif
