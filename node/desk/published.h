// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The guides and codebooks that were published, as far as this state knows them. Read first: docs/PROTOCOL.md 7.5.
#ifndef BARAZA_NODE_DESK_PUBLISHED_H
#define BARAZA_NODE_DESK_PUBLISHED_H

#include "node/desk/desk.h"

struct publication {
    enum kind kind;        // KIND_GUIDE or KIND_CODEBOOK
    uint64_t version;
    struct hash id;
    struct slice content;  // of its part; empty when there is none
};
typedef void published_fn(void *to, const struct publication *p); // p is good until it returns

// Gives each that came down, in the order of the record, as far as it is in force at its index; with `own` also those
// of the notebooks here that the hub did not refuse, after these (so one may come twice). Nothing while the desk is not
// readable. ERR_* with why.
MUST_USE enum err published_read(struct desk *desk, bool own, published_fn *take, void *to, struct why *why);

// The last version of one kind, own ones too: of equal ones the later in the record. version 0: there is none.
struct published_last {
    uint64_t version;
    struct hash id;
    struct buf content; // buf_done
};
MUST_USE enum err published_last(struct desk *desk, enum kind kind, struct published_last *out, struct why *why);

#endif
