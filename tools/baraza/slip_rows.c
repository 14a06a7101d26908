// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What was typed for slips. Read first: slip_rows.h.
#include "tools/baraza/slip_rows.h"

#include "node/desk/slip_page.h"

int slip_rows_check(const char *ask)
{
    return slip_page_ask_ok(slice_text(ask != NULL ? ask : ""))
               ? -1
               : cmd_usage("--ask: UTF-8, and at most %d characters fit a slip", SLIP_PAGE_ASK_MOST);
}
