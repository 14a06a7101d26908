// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// How many people came to a forum, as counts by sex, age band and, where it was asked, displaced and disability. It
// must never take a name. Of what one person says about one session the last counts (PROTOCOL 7.8).
#ifndef BARAZA_NODE_DESK_ATTENDANCE_H
#define BARAZA_NODE_DESK_ATTENDANCE_H

#include "node/desk/local.h"
#include "node/desk/trouble.h"

// Writes the n rows for that session as desk->who; *people is their sum. Refused: no row, a code that is not known, a
// count of 0 or above LIMIT_ATTENDANCE, the same people twice, more rows than an entry holds. ERR_* with t.
MUST_USE enum err attendance_save(struct desk *desk, uint64_t wall_s, struct hash session,
                                  const struct attendance *rows, size_t n, struct append_result *out,
                                  uint64_t *people, struct trouble *t);

// Appends to *rows what desk->who said last of that session, as a body's rows (attendance_next); nothing: nothing was
// said. ERR_* with why.
MUST_USE enum err attendance_last(struct desk *desk, struct hash session, struct buf *rows, struct why *why);

#endif
