// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Numbered paper forms, for when there is no electricity: one to a sheet of A4, with the slip on a foot to tear off.
#ifndef BARAZA_NODE_DESK_FORM_PAGE_H
#define BARAZA_NODE_DESK_FORM_PAGE_H

#include "common/author/paper.h"
#include "node/desk/slip_page.h"

#define FORM_PAGE_GROUPS 8 // that fit beside their boxes

struct form_print {
    const struct charter *charter;
    struct slip_print slip;
    struct slice code, date;         // of the forum; date may be empty
    struct slice groups[FORM_PAGE_GROUPS]; // what they are called
    size_t group_n;
    struct slice script;             // what is read aloud before anything is written; empty: the usual
};

// Appends a page of all forms of paper.
void form_page_put(struct buf *out, const struct form_print *p, const struct paper *paper);

#endif
