// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Signing drafts: each becomes a contribution, all of them in one durable transaction, and only then its draft is put
// away. One draft becomes one entry, whatever crashes in between and however often it is asked for.
// It must never destroy a draft whose entry is not on the disk.
// Read first: given.h, contribute.h, drafts.h.
#ifndef BARAZA_NODE_DESK_SIGNING_H
#define BARAZA_NODE_DESK_SIGNING_H

#include "common/format/slip.h"
#include "node/desk/desk.h"
#include "node/desk/drafts.h"
#include "node/desk/trouble.h"

#define SIGNING_MOST LIMIT_DRAFTS_PERSON // drafts at once

// What became of one draft.
struct signing_result {
    struct draft_id id;
    bool saved;             // an entry of it is on the disk; else *trouble says why not, and the draft is as it was
    struct hash entry;
    uint64_t number;        // in her notebook
    struct slip slip;       // empty when its code cannot be read here
    struct trouble trouble;
};

// Signs the drafts of desk->who (desk->author is open) that can be signed; results: n of them, in the same order. Fails
// with a trouble, and saves none, when nothing could be written at all.
MUST_USE enum err signing_sign(struct desk *desk, uint64_t wall_s, const struct draft_id *ids, size_t n,
                               struct signing_result *results, struct trouble *trouble);

#endif
