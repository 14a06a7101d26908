// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Contents of parts as JSON, with nothing lost: bytes that are not text become {"base64": "..."}.
#ifndef BARAZA_TOOLS_BARAZA_PARTS_JSON_H
#define BARAZA_TOOLS_BARAZA_PARTS_JSON_H

#include "common/format/entry.h"
#include "common/ops/json.h"

// Returns {"said": {...}, ...}: each disclosed part that is no dummy; others by their state ("withheld", "erased",
// "to come"). Gives.
json_t *parts_json(const struct entry *e, const struct disclosure *d);

#endif
