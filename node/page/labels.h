// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What codes are called in the language that a call asks for, and texts as the page takes them.
#ifndef BARAZA_NODE_PAGE_LABELS_H
#define BARAZA_NODE_PAGE_LABELS_H

#include "common/format/codes.h"
#include "node/desk/listing.h"
#include "node/page/page_call.h"

struct labels;

// For the `language` of c->in (English when it has none), with the codebook that was published. ERR_* with t. Gives;
// NULL is harmless to close.
MUST_USE enum err labels_open(struct page_call *c, struct labels **out, struct trouble *t);
void labels_close(struct labels *l);

// The label of a code, and of each of a canonical list of them: the code itself where there is none. Give.
json_t *labels_json(const struct labels *l, enum code_list list, struct slice code);
json_t *labels_list_json(const struct labels *l, enum code_list list, struct slice codes);

// A text as a string, also when it is none: then what can be read of it. Gives.
json_t *labels_text(struct slice text);

// Puts `groups` (labels) and `kind` (a label, or null) of a contribution into o; empty where they may not be seen.
void labels_put_about(const struct labels *l, const struct listing_item *item, json_t *o);

#endif
