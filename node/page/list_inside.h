// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the calls about saved contributions share and nobody else includes. Read first: api_list.c, api_entry.c.
#ifndef BARAZA_NODE_PAGE_LIST_INSIDE_H
#define BARAZA_NODE_PAGE_LIST_INSIDE_H

#include "node/desk/listing.h"
#include "node/desk/standing.h"
#include "node/page/page_call.h"

// The headers of now. ERR_* with t.
MUST_USE enum err page_ledger(struct page_call *c, struct ledger *out, struct trouble *t);

// How the page calls a fate: "saved", "received" ... "superseded"; static storage.
const char *page_state_name(enum fate f);

// {code} of a refusal: the page has its words and what to do. Gives.
json_t *page_refusal_json(uint64_t code);

// What stands beside the words: "sealed", "corrected", "paper" ... Gives.
json_t *page_marks_json(const struct listing_item *item);

#endif
