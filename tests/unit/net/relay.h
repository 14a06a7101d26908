// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A relay between visitors and a door that stops in the middle: so a test can hold a message back that libzmq, which
// sends whole messages only, would have ended.
#ifndef BARAZA_TESTS_NET_RELAY_H
#define BARAZA_TESTS_NET_RELAY_H

#include "common/net/loop.h"

#include <pthread.h>

struct relay {
    int listener;
    int stop;
    unsigned port; // where the relay listens, on 127.0.0.1
    unsigned to;   // where it carries to, on 127.0.0.1
    size_t most;   // bytes of each visitor that are carried
    pthread_t thread;
};

// Starts a relay to port `to` on a thread of its own.
void relay_open(struct relay *r, unsigned to, size_t most);

// Ends it and all it carries.
void relay_close(struct relay *r);

// Connects to a port on 127.0.0.1; fails the test when it cannot.
int connect_to(unsigned port);

// The port at the end of an endpoint.
unsigned port_of(const char *endpoint);

#endif
