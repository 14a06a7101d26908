// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A site as a relay: bundles of other sites of its consultation that lie on the same stick are looked at, kept in its
// state, and given out again on the next stick. It must never open one. Read first: node/node_carry.h.
#ifndef BARAZA_NODE_DESK_CARRY_H
#define BARAZA_NODE_DESK_CARRY_H

#include "node/node_carry.h"
#include "node/desk/bundle_file.h"

struct carry_site {
    const char *state;             // directory of this site's state
    struct boxkey own;             // its transport key
    struct hash consultation;
    const struct service_keys *keys; // as known here
};

struct carry_taken {
    enum bundle_fault fault;       // not FINE: refused as a whole, and nothing of it is kept
    enum node_carry_fate fate;     // when FINE
    struct bundle_label label;     // when FINE
};

// Looks at the bundle at path, which is not for this site, and keeps it if it is to be carried: durable when OK with
// fate KEEP. ERR_* as bundle_file_open and bundle_file_copy, with why.
MUST_USE enum err carry_take(const struct carry_site *site, const char *path, struct carry_taken *out, struct why *why);

struct carry_given {
    size_t given;                  // bundles copied, read back and named
    size_t there;                  // that were in the folder already
    size_t damaged;                // that are not what was kept: removed here
};

// Copies everything that is carried here to a folder, under names of its own, replacing nothing. ERR_* with why.
MUST_USE enum err carry_give(const struct carry_site *site, const char *folder, struct carry_given *out,
                             struct why *why);

#endif
