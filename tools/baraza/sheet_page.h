// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The sheet of one forum, to be read aloud, signed by those who were there, and hung up: totals and the seal, no words.
#ifndef BARAZA_TOOLS_BARAZA_SHEET_PAGE_H
#define BARAZA_TOOLS_BARAZA_SHEET_PAGE_H

#include "common/format/forum.h"
#include "tools/baraza/page.h"

struct sheet_print {
    const struct charter *charter;
    const struct forum_state *forum;  // sealed
    enum language language;
    struct slice title, date, place;  // as the session says; each may be empty
};

// Appends the page.
void sheet_page_put(struct buf *out, const struct sheet_print *p);

#endif
