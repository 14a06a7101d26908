// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Numbered paper forms, for when there is no electricity: one to a sheet of A4, with the slip on a foot to tear off.
#ifndef BARAZA_TOOLS_BARAZA_FORM_PAGE_H
#define BARAZA_TOOLS_BARAZA_FORM_PAGE_H

#include "common/author/paper.h"
#include "node/desk/codebook.h"
#include "tools/baraza/slip_page.h"

struct form_print {
    const struct charter *charter;
    struct slip_print slip;
    struct slice code, date;         // of the forum; date may be empty
    struct slice groups[CODEBOOK_GROUPS]; // what they are called
    size_t group_n;
    struct slice script;             // what is read aloud before anything is written; empty: the usual
};

// Appends a page of all forms of paper.
void form_page_put(struct buf *out, const struct form_print *p, const struct paper *paper);

#endif
