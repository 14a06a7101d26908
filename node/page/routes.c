// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The calls of the page, one row each: POST /api/NAME. How to add one: docs/HACKING.md "A call of the page".
// Read first: page_call.h.
#include "node/page/api.h"

#include <stddef.h>

static const struct page_route table[] = {
    // logging in: api_login.c
    { "hello", page_hello, 0 },
    { "unlock", page_unlock, 0 },
    { "lock", page_lock, PAGE_LOGIN },
    { "prefs", page_prefs, PAGE_LOGIN },
    // writing down what was said: api_codes.c
    { "codes", page_codes, PAGE_LOGIN },
    // drafts: api_drafts.c
    { "draft/keep", page_draft_keep, PAGE_LOGIN },
    { "draft/list", page_draft_list, PAGE_LOGIN },
    { "draft/get", page_draft_get, PAGE_LOGIN },
    { "draft/discard", page_draft_discard, PAGE_LOGIN },
    { NULL, NULL, 0 },
};

const struct page_route *page_routes(void)
{
    return table;
}
