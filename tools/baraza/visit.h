// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Taking what came in bundles to the hub of this computer, by the door that everybody uses: to its daemon where one
// runs, else to the same daemon, started for the moment. So there is one writer, one admission and one custody.
// It must never write the record itself. Read first: hub/hub_shell.h, docs/PROTOCOL.md 11 and 15.
#ifndef BARAZA_TOOLS_BARAZA_VISIT_H
#define BARAZA_TOOLS_BARAZA_VISIT_H

#include "common/author/state.h"
#include "common/exchange/msg.h"

#include <sys/types.h>

// A hub at work.
struct host {
    pid_t pid;                                // of the daemon started here; 0: another one runs
    char endpoint[LIMIT_NET_ADDRESS + 1];
};

// Finds or starts it. dir: the hub's state; flags: of enum kv_flag. This process has no threads and no store open.
// ERR_* with why.
MUST_USE enum err host_open(const char *dir, unsigned flags, struct host *out, struct why *why);

// Waits until what was delivered is covered by a checkpoint that is published (five seconds at most: then it comes
// later), and ends the daemon that was started here. Harmless on an all-zero one.
void host_close(struct host *h, const char *dir, unsigned flags);

struct visit;

// Connects to the host as the hub itself (its exchange key), and greets. ERR_NET with why: no answer. Gives *out.
MUST_USE enum err visit_open(const struct host *h, const struct charter *charter, const struct boxsec *exchange,
                             struct visit **out, struct why *why);

// NULL is harmless.
void visit_close(struct visit *v);

// What became of entries.
struct delivered {
    uint64_t entries;     // in the messages given
    uint64_t received;    // of these on the hub's disk, now or before
    uint64_t refused;     // refused for good: that is signed, and goes back to the site
    uint64_t later;       // put off, and whatever followed something refused in its notebook
    enum verdict code;    // of the last one refused or put off; GOOD: none was
    uint64_t chunks;      // of attachments that were given,
    uint64_t chunks_here; // and of these on the hub's disk, or not wanted any more
    bool bad;             // the hub did not understand a message: nothing more of that bundle is to be given
};

// Gives the hub one ENTRIES or CHUNK message and waits for what becomes of it; adds to *sum. ERR_FULL: the hub's disk
// is full; ERR_NET: it does not answer; with why. Anything about the entries themselves is OK, and in *sum.
MUST_USE enum err visit_give(struct visit *v, struct slice message, struct delivered *sum, struct why *why);

#endif
