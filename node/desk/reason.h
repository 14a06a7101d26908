// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The part `reason` (PROTOCOL 7.5): why somebody did what an entry says.
#ifndef BARAZA_NODE_DESK_REASON_H
#define BARAZA_NODE_DESK_REASON_H

#include "common/format/ident.h"

// Appends it: text, `to` (each empty: not given) and `where` (NULL: not given); nothing when nothing is given. Going
// over a limit shows in buf_ok.
void reason_put(struct slice lang, struct slice text, struct slice to, const struct hash *where, struct buf *out);

#endif
