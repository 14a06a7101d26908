// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// An entry of the record as JSON, with nothing lost: texts stay what they are byte for byte, and bytes that are not
// text become {"base64": "..."}.
#ifndef BARAZA_TOOLS_BARAZA_ENTRY_JSON_H
#define BARAZA_TOOLS_BARAZA_ENTRY_JSON_H

#include "common/ops/json.h"
#include "node/desk/amends.h"
#include "tools/baraza/reading.h"

// Returns {"said": {...}, ...}: each disclosed part that is no dummy; others by their state ("withheld", "erased",
// "to come"). A sealed part is {"sealed": {"to": [names of c], "bytes": N}}; one that should be and is not is not
// shown. Gives.
// a: of the record or the notebooks it is from, for what should be sealed; NULL: not looked for.
json_t *parts_json(const struct charter *c, const struct amends *a, const struct entry *e, const struct disclosure *d);

// Returns the value that a part's bytes are: an object of its fields; {"base64": …} when they are no such thing. Gives.
json_t *content_json(struct slice bytes);

// Returns what the body says: {"area": ..., "code": ..., "type": ...} of a session, and so on; empty for kinds that say
// nothing, and for what is not known. Gives.
json_t *body_json(const struct reading_item *item);

// Returns index, id, kind, author, incarnation, number, time, standing, refs, body; and parts, unless shown is NULL.
// c, a: as in parts_json. Gives.
json_t *entry_json(const struct charter *c, const struct amends *a, const struct reading_item *item,
                   const struct disclosure *shown);

#endif
