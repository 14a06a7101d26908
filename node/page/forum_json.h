// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the calls about forums read from JSON alike.
#ifndef BARAZA_NODE_PAGE_FORUM_JSON_H
#define BARAZA_NODE_PAGE_FORUM_JSON_H

#include "node/desk/local.h"
#include "node/page/page_call.h"

// Reads object[name], a list of at most max texts; no such member is an empty one. False when it is anything else.
// Borrows object (which may be NULL).
MUST_USE bool forum_json_texts(const json_t *object, const char *name, struct slice *out, size_t max, size_t *n);

// Finds the session of that id on this computer; out may be NULL. TROUBLE_FORUM_GONE: there is none.
MUST_USE enum err forum_json_session(struct page_call *c, struct hash id, struct local_session *out,
                                     struct trouble *t);

// The member "id" of what was asked, an id of 64 hex digits, as text; whether there is such a session is not looked
// for.
#define FORUM_JSON_ID (2 * sizeof(struct hash) + 1)
MUST_USE enum err forum_json_id(struct page_call *c, char id[static FORUM_JSON_ID], struct trouble *t);

// The same of a header of a request, without looking for the session. False when it is no id.
MUST_USE bool forum_json_field(struct slice field, char id[static FORUM_JSON_ID]);

// "41f0", "9c2a" …: a seal in groups of four digits.
json_t *forum_json_seal(struct hash seal);

#endif
