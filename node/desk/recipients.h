// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// To whom parts are sealed: protection officers and independent bodies, by their names in the charter. Who writes, and
// how a sealed part is shown to those who cannot open it. Read first: common/format/sealed.h.
#ifndef BARAZA_NODE_DESK_RECIPIENTS_H
#define BARAZA_NODE_DESK_RECIPIENTS_H

#include "common/format/charter.h"
#include "common/format/sealed.h"
#include "common/ops/json.h"
#include "node/desk/contribution.h"

struct recipients {
    size_t n;
    struct boxkey keys[LIMIT_PROTECT_KEYS];
};

// The keys of those names in the charter, each once; of all when none is named. False, with a sentence in why, when one
// is not in the charter (and who is), or fewer than SEALED_FEWEST are named.
MUST_USE bool recipients_find(const struct charter *c, const struct code_set *names, struct recipients *out,
                              struct why *why);

// Appends "lark and ombuds": names from the charter, the beginning of a key that is not in it. n at least 1 (CHECK).
void recipients_put(const struct charter *c, const struct boxkey *keys, size_t n, struct buf *out);

// Appends "(sealed to lark and ombuds)" when part is a sealed part; returns whether it is one.
bool recipients_put_sealed(const struct charter *c, struct slice part, struct buf *out);

// {"to": ["lark", "ombuds"], "bytes": 432} of a sealed part; NULL when it is none. Gives.
json_t *recipients_json(const struct charter *c, struct slice part);

#endif
