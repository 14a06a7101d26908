// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Sixteen sites on the loopback: each an enrolled transport key with a ZeroMQ socket of its own, which says hello and
// sends its batches within the credit it is given. One thread serves them all, so that they cost the machine little.
#ifndef BARAZA_TESTS_BENCH_SENDERS_H
#define BARAZA_TESTS_BENCH_SENDERS_H

#include "common/net/loop.h"
#include "tests/bench/load.h"

struct site {
    struct sock *sock;
    struct boxkey pub;
    uint64_t credit, in_flight; // bytes as a hub counts them
    size_t sent, acknowledged;  // batches of the present load
    uint64_t wait_ms;           // after a deferral: not before
    bool welcome;
};

struct senders {
    const struct scene *scene;
    struct net *net;
    struct arena *arena;
    struct site sites[SENDERS];
    uint64_t deferrals;         // times a hub said "not now"
};

// Connects all to the hub at address and waits until each is welcome. senders_stop ends them, also after a failure.
MUST_USE enum err senders_start(const struct scene *s, const char *address, struct senders *out, struct why *why);
void senders_stop(struct senders *s);

// Sends the whole load and waits for the last acknowledgement. ERR_NET, ERR_BAD_INPUT with why.
MUST_USE enum err senders_send(struct senders *s, const struct load *l, double *seconds, struct why *why);

#endif
