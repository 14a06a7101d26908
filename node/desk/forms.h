// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Numbered paper forms of a forum as they are typed in: each number once, with the code that is on its foot.
// Read first: common/author/paper.h.
#ifndef BARAZA_NODE_DESK_FORMS_H
#define BARAZA_NODE_DESK_FORMS_H

#include "common/author/paper.h"
#include "common/format/slip.h"
#include "node/desk/local.h"
#include "node/desk/trouble.h"

// What was printed here for the forum of a session; none is fine. the words must be readable. ERR_* with why.
MUST_USE enum err forms_printed(struct desk *desk, const struct local_session *session, struct paper *out,
                                struct why *why);

// The code of a contribution that is about to be written down at that session, from the paper form `number` (0: from
// none) and the code that was typed for it (empty: none). Fails with a trouble when the number was typed in before, was
// not printed, or has another code.
MUST_USE enum err forms_slip(struct desk *desk, const struct local_session *session, uint64_t number,
                             struct slice typed, struct slip *out, struct trouble *trouble);

// Appends the numbers that were printed and are not among the n of typed, which ascend: "3, 5, 8-20".
void forms_put_missing(struct buf *out, const struct paper *p, const uint64_t *typed, size_t n);

#endif
