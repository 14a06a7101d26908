// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The slip a participant takes home, on paper: "You were heard.", the code, as letters and for a camera, and where to
// ask, in two languages. Not even what was consulted about stands on it: who finds it learns nothing.
#ifndef BARAZA_TOOLS_BARAZA_SLIP_PAGE_H
#define BARAZA_TOOLS_BARAZA_SLIP_PAGE_H

#include "common/format/slip.h"
#include "tools/baraza/page.h"

struct slip_print {
    enum language first, second;
    struct slice ask; // where to ask, as it was typed; empty: where the forum was held
    bool practice;
};

// The option rows of those who print slips.
#define SLIP_PAGE_ASK(into) \
    { "ask", 0, ARG_TEXT, "TEXT", "where participants ask: an office, a day; else where the forum was held", (into) }
#define SLIP_PAGE_SECOND(into) \
    { "second", 0, ARG_TEXT, "TAG", "the second language of slips; the consultation's next when not given", (into) }

// -1, or reports that what was typed for --ask (NULL: nothing) does not fit a slip.
int slip_page_check(const char *ask);

// What the style of a page with slips must hold.
extern const char slip_page_style[];

// Appends one slip. number: of the paper form that it is torn off from; 0: none.
void slip_page_put(struct buf *out, const struct slip_print *p, const struct slip *slip, uint64_t number);

// Appends a page of n slips, eight to a sheet of A4.
void slip_page_put_all(struct buf *out, const struct charter *charter, const struct slip_print *p,
                       const struct slip *slips, size_t n);

#endif
