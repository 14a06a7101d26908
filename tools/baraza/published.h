// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The guides and codebooks that were published, as far as this state knows them. Read first: docs/PROTOCOL.md 7.5.
#ifndef BARAZA_TOOLS_BARAZA_PUBLISHED_H
#define BARAZA_TOOLS_BARAZA_PUBLISHED_H

#include "tools/baraza/work.h"

struct publication {
    enum kind kind;        // KIND_GUIDE or KIND_CODEBOOK
    uint64_t version;
    struct hash id;
    struct slice content;  // of its part; empty when there is none
};
typedef void published_fn(void *to, const struct publication *p); // p is good until it returns

// Gives each that came down, in the order of the record, as far as it is in force at its index; with `own` also those
// of the notebooks here that the hub did not refuse, after these (so one may come twice). Nothing while w is not
// readable. ERR_* with why.
MUST_USE enum err published_read(struct work *w, bool own, published_fn *take, void *to, struct why *why);

// The last version of one kind, own ones too: of equal ones the later in the record. version 0: there is none.
struct published_last {
    uint64_t version;
    struct hash id;
    struct buf content; // buf_done
};
MUST_USE enum err published_last(struct work *w, enum kind kind, struct published_last *out, struct why *why);

// Signs `content` as the next version of kind, as w->desk.who, and says so; refuses, with nothing saved, when she is
// not known here to be of the secretariat. Returns the exit code.
int published_write(const struct cmd_context *context, struct work *w, enum kind kind, struct slice content);

#endif
