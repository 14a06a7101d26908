// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The handlers of the page's calls, for the table in routes.c. What each reads and gives stands above it in its file.
#ifndef BARAZA_NODE_PAGE_API_H
#define BARAZA_NODE_PAGE_API_H

#include "node/page/page_call.h"

// api_codes.c
page_handler page_codes;

// api_login.c
page_handler page_hello;
page_handler page_unlock;
page_handler page_lock;
page_handler page_prefs;

// api_drafts.c
page_handler page_draft_keep;
page_handler page_draft_list;
page_handler page_draft_get;
page_handler page_draft_discard;

#endif
