// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The slip a participant takes home, on paper: "You were heard.", the code, as letters and for a camera, and where to
// ask, in two languages. Not even what was consulted about stands on it: who finds it learns nothing.
#ifndef BARAZA_NODE_DESK_SLIP_PAGE_H
#define BARAZA_NODE_DESK_SLIP_PAGE_H

#include "common/format/slip.h"
#include "node/desk/a4.h"

struct slip_print {
    enum language first, second;
    struct slice ask; // where to ask, as it was typed; empty: where the forum was held
    bool practice;
};

#define SLIP_PAGE_ASK_MOST 80 // characters of a place that fit a slip: two lines

// True when that, as the place to ask, is UTF-8 and fits a slip.
bool slip_page_ask_ok(struct slice ask);

// What the style of a page with slips must hold.
extern const char slip_page_style[];

// Appends one slip. number: of the paper form that it is torn off from; 0: none.
void slip_page_put(struct buf *out, const struct slip_print *p, const struct slip *slip, uint64_t number);

// Appends a page of n slips, eight to a sheet of A4.
void slip_page_put_all(struct buf *out, const struct charter *charter, const struct slip_print *p,
                       const struct slip *slips, size_t n);

#endif
