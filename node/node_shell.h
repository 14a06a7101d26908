// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The daemon of a site: one per state. Lends unlocked keys (the agent), exchanges in the background, serves the page,
// and ends on a signal. It must never write an entry itself, but for the new notebook that the exchange asks for.
// Read first: node/node_exchange.h, common/author/agent.h.
#ifndef BARAZA_NODE_SHELL_H
#define BARAZA_NODE_SHELL_H

#include "common/author/state.h"
#include "common/ops/log.h"

struct node_shell_options {
    struct state *state;   // of a site; this process has its lock. Kept until node_shell_run returns
    const char *hub;       // as in node_exchange_options
    uint64_t idle_ms;      // who has not written for so long is locked; 0: never
    uint16_t page_port;    // where the page is served; 0: nowhere
    const char *sticks;    // folders below which sticks are mounted, with blanks between
    bool any_filesystem;   // as the store was opened
    const struct log *log; // kept
};

// Runs until SIGTERM or SIGINT (OK), or until it cannot go on. SIGHUP: try the hub now. What `baraza unlock` left
// running is replaced, with the keys it held. ERR_BUSY: another agent answers there and does not end; ERR_CONFIG: no
// usable address; ERR_IO, ERR_CORRUPT with why. Nothing that was saved depends on how it ends.
MUST_USE enum err node_shell_run(const struct node_shell_options *options, struct why *why);

#endif
