// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// JSON as canonical msgpack and back, for what a page gives to be kept: texts, whole numbers that are not negative,
// true and false, lists, objects; nothing else. It must never alter a value: what cannot be kept as it is is refused.
// Read first: common/format/pack.h.
#ifndef BARAZA_OPS_JSON_PACK_H
#define BARAZA_OPS_JSON_PACK_H

#include "common/ops/json.h"

// Appends value; an object has at most LIMIT_FIELDS members. False when it has another kind of value in it, or is
// deeper than LIMIT_PACK_DEPTH; going over out's maximum shows in buf_ok. Borrows value.
MUST_USE bool json_pack_value(const json_t *value, struct buf *out);

// Returns what was packed; NULL when bytes are no canonical value of these kinds. Gives.
json_t *json_unpack_value(struct slice bytes);

#endif
