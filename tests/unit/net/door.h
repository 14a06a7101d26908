// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the tests of common/net share: a hub's door on 127.0.0.1 with a free port, and visitors to it.
#ifndef BARAZA_TESTS_NET_DOOR_H
#define BARAZA_TESTS_NET_DOOR_H

#include "common/net/loop.h"
#include "common/net/zap.h"

struct pair {
    struct boxkey pub;
    struct boxsec sec;
};

// A fresh CURVE pair.
struct pair pair_new(void);

// A hub with its admission handler; nobody is admitted yet.
struct door {
    struct net *net;
    struct zap *zap;
    struct pair keys;
    struct sock *router;
};

// Opens it; fails the test when it cannot.
void door_open(struct door *d);

// Closes it in the right order.
void door_close(struct door *d);

// Admits exactly n keys, all as members.
void door_admit(struct door *d, const struct pair *pairs, size_t n);

// Starts connecting with a pair.
struct sock *door_visit(struct door *d, const struct pair *pair);

// Waits at most ms for the next event of a dealer.
enum sock_event event_within(struct sock *s, uint64_t ms);

// Waits at most ms for a message or a refused one; ERR_AGAIN when nothing came.
enum err frame_within(struct sock *s, uint64_t ms, struct sock_frame *out);

// Sends text, trying for at most two seconds.
enum err say(struct sock *s, const struct sock_peer *to, const char *text);

#endif
