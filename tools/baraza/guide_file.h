// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A guide as the JSON file that a secretariat edits, and as the content of a `guide`. The file is foreign input: every
// fault is named by its place. Read first: docs/PROTOCOL.md 7.5.
#ifndef BARAZA_TOOLS_BARAZA_GUIDE_FILE_H
#define BARAZA_TOOLS_BARAZA_GUIDE_FILE_H

#include "tools/baraza/book.h"

#define GUIDE_QUESTIONS 256 // in one guide; targets too

// Reads the JSON text and appends the content to out. groups: the codes that may be asked for (BOOK_GROUPS). Faults are
// added, also that it does not fit; out is of use only when there were none.
void guide_read(struct slice text, const struct book *groups, struct buf *out, struct book_faults *faults);

#endif
