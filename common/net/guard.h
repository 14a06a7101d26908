// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A bound on what libzmq itself holds for the hub's peers. Its queues are bounded in whole messages only: a message of
// endless parts is never whole, so one admitted peer could fill the memory (300 MB of parts took 294 MB). And for a
// peer that asks for much and never reads it would keep all that.
// Private to common/net: runs on the admission handler's thread.
#ifndef BARAZA_NET_GUARD_H
#define BARAZA_NET_GUARD_H

#include "common/net/net_inside.h"

struct guard;

// Returns a guard over the connections of net's router. Gives.
struct guard *guard_new(struct net *net);

// Frees it. NULL is harmless.
void guard_free(struct guard *g);

// Looks at all connections and cuts those that hold more than LIMIT_NET_HELD_PEER, and, while all together hold more
// than LIMIT_NET_HELD, the one that holds most. To be called each GUARD_MS. Returns how many were cut.
size_t guard_look(struct guard *g);

enum { GUARD_MS = 100 };

#endif
