// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The hub at work: one socket, one loop, and threads for what takes long. It carries events to peer_core and does
// what comes back. It must never decide who may say what.
// Read first: hub/peer_core.h, hub/pool.h, hub/publish.h.
#ifndef BARAZA_HUB_SHELL_H
#define BARAZA_HUB_SHELL_H

#include "common/author/state.h"
#include "common/ops/log.h"

struct hub_options {
    struct state *state;   // of a hub; kept until hub_run returns
    const char *listen;    // as sock_bind_router
    size_t workers;        // threads that verify; 0: one per processor
    uint64_t gather_s;     // how long redactions are gathered before they are carried out together
    const struct log *log; // kept
};

// Serves until SIGTERM or SIGINT (OK), or until it cannot go on: the door opens to strangers (ERR_PERM), the record
// does not read back (ERR_CORRUPT) or contradicts the checkpoint kept outside it (ERR_COPIED, ERR_CORRUPT), the
// address is taken (ERR_BUSY). Prints "listening on ENDPOINT" to standard output once sites can connect. Nothing that
// was acknowledged depends on how it ends.
MUST_USE enum err hub_run(const struct hub_options *options, struct why *why);

#endif
