// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// "I was there, and this seal is right": by the attester's own key, or by a photograph of the sheet that was signed or
// thumb-printed, which a facilitator adds. Which of the two always shows (PROTOCOL 7.8).
#ifndef BARAZA_NODE_DESK_ATTESTING_H
#define BARAZA_NODE_DESK_ATTESTING_H

#include "node/desk/local.h"
#include "node/desk/trouble.h"

// A photograph (JPEG, PNG) or scan (PDF) of a signed sheet. Borrowed.
struct sheet_file {
    struct slice name, bytes;
};

// Attests that seal as desk->who: with sheet, or by her own key (NULL). Refused: when she is known not to be an
// attester (with a sheet: a facilitator), a sheet of another kind or larger than an entry's parts, and the sealer's own
// key where the seal was written here. ERR_* with t; then nothing was saved.
MUST_USE enum err attesting_attest(struct desk *desk, uint64_t wall_s, struct hash seal,
                                   const struct sheet_file *sheet, struct append_result *out, struct trouble *t);

#endif
