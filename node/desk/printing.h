// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What is printed for a forum, as pages (a4.h): the sheet of a sealed one, numbered paper forms, slips. On no page
// stands a word that was said, and on a slip neither group nor place nor what the forum was about.
#ifndef BARAZA_NODE_DESK_PRINTING_H
#define BARAZA_NODE_DESK_PRINTING_H

#include "node/desk/contribution.h"
#include "node/desk/form_page.h"
#include "node/desk/local.h"
#include "node/desk/trouble.h"

#define PRINTING_FORMS 1000  // forms in one page file
#define PRINTING_SCRIPT 1200 // bytes of what is read aloud that leave room to write

// What all pages are asked for. Borrowed.
struct printing {
    const char *forum;             // code, or id of the session
    enum language first, second;   // second: equal to first where there is none
    struct slice ask;              // where participants ask with their slips; empty: where the forum was held
};

// The sheet, to be read aloud and signed. *late: contributions that were added after the seal. ERR_NOT_FOUND with t:
// the forum is not sealed here. Appends to page. ERR_* with t.
MUST_USE enum err printing_sheet(struct desk *desk, const struct printing *p, struct buf *page, uint64_t *late,
                                 struct trouble *t);

// Numbered forms. Their numbers are durably taken before the page is made.
struct printing_forms {
    uint64_t count, from;   // from 0: behind those printed before. On success the first number, and how many
    bool again;             // those that were printed before once more; count and from are then only results
    struct code_set groups; // to tick, at most FORM_PAGE_GROUPS; the guide's when empty
    struct slice script;    // what is read aloud; the guide's when empty
};
MUST_USE enum err printing_forms(struct desk *desk, const struct printing *p, struct printing_forms *forms,
                                 struct buf *page, struct trouble *t);

// The slips of what was written at this session, in the order it was written; those from paper forms only when asked
// for. *n of them. ERR_NOT_FOUND with t: there is none.
MUST_USE enum err printing_slips(struct desk *desk, const struct printing *p, bool forms_too, struct buf *page,
                                 uint64_t *n, struct trouble *t);

#endif
