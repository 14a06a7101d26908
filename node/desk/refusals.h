// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the hub refused, signed, and what a person can do about each: for list, show and status.
#ifndef BARAZA_NODE_DESK_REFUSALS_H
#define BARAZA_NODE_DESK_REFUSALS_H

#include "common/ops/json.h"
#include "common/store/kv.h"

// The hub's code as people see it ("not-enrolled"), why in a sentence, and what to do; static storage. One that this
// version does not know has all three, too.
const char *refusal_code(uint64_t number);
const char *refusal_text(uint64_t number);
const char *refusal_advice(uint64_t number);

// Appends "refused: WHY (CODE).\n" and "what to do: …\n", each line begun with indent; puts `refusal`, `why` and `do`
// into o.
void refusal_put(struct buf *out, uint64_t number, const char *indent);
void refusal_put_json(json_t *o, uint64_t number);

// Appends the same for each reason that the refusals kept in a store have, with how many there are of it.
void refusals_put(struct buf *out, struct kv_txn *t);

#endif
