// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The sheet of one forum, to be read aloud, signed by those who were there, and hung up: totals and the seal, no words.
#ifndef BARAZA_NODE_DESK_SHEET_PAGE_H
#define BARAZA_NODE_DESK_SHEET_PAGE_H

#include "common/format/forum.h"
#include "node/desk/a4.h"
#include "node/desk/tables.h"

struct sheet_print {
    const struct charter *charter;
    const struct forum_state *forum;  // sealed
    enum language first, second;      // second: equal to first where there is none
    struct slice title, date, place;  // as the session says; each may be empty
    const struct tables *tables;      // contributions by break-out group, where they may be shown; NULL: not
};

// Appends the page.
void sheet_page_put(struct buf *out, const struct sheet_print *p);

#endif
