// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The option rows of commands that print slips. Read first: node/desk/slip_page.h.
#ifndef BARAZA_TOOLS_BARAZA_SLIP_ROWS_H
#define BARAZA_TOOLS_BARAZA_SLIP_ROWS_H

#include "tools/baraza/cmd.h"

#define SLIP_ROWS_ASK(into) \
    { "ask", 0, ARG_TEXT, "TEXT", "where participants ask: an office, a day; else where the forum was held", (into) }
#define SLIP_ROWS_SECOND(into) \
    { "second", 0, ARG_TEXT, "TAG", "the second language of slips; the consultation's next when not given", (into) }

// -1, or reports that what was typed for --ask (NULL: nothing) does not fit a slip.
int slip_rows_check(const char *ask);

#endif
