// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The exchange of one site at work: it carries events to node_core, applies what comes back in one transaction, and
// does the rest. The daemon and `baraza sync` both run it, each in a loop of its own.
// It must never decide what to send, nor send before the commit. One thread.
// Read first: node/node_core.h (the loop it keeps), docs/PROTOCOL.md 11.
#ifndef BARAZA_NODE_EXCHANGE_H
#define BARAZA_NODE_EXCHANGE_H

#include "common/author/keyring.h"
#include "common/author/state.h"
#include "common/net/sock.h"
#include "common/ops/log.h"
#include "node/node_contact.h"

struct node_exchange;

// All kept until node_exchange_close.
struct node_exchange_options {
    struct state *state;    // of a site; this process has its lock
    const struct safe *safe; // who is unlocked now; the caller changes it between turns as it likes
    const char *hub;        // addresses with spaces between; empty: those of the invitation, while it is here
    const struct log *log;
};

// Loads what was exchanged so far and starts; nothing is connected before the first turn. ERR_CONFIG: no usable
// address; ERR_CORRUPT, ERR_IO ... with why. Gives *out.
MUST_USE enum err node_exchange_open(const struct node_exchange_options *options, struct node_exchange **out,
                                      struct why *why);

// Disconnects and frees. What was not acknowledged is sent again another time. NULL is harmless.
void node_exchange_close(struct node_exchange *s);

// One turn: looks at the socket, the clock, the safe and the store, and does what is due. Never blocks for longer than
// the disk takes. Call it whenever the socket is ready or the deadline has come, and after the safe changed.
void node_exchange_turn(struct node_exchange *s);

// What to wait for: the socket (NULL while there is none; another one after each turn), and until when.
struct sock *node_exchange_sock(struct node_exchange *s);
uint64_t node_exchange_deadline(const struct node_exchange *s);

// A person asks to try now.
void node_exchange_poke(struct node_exchange *s);

// How the last try to reach the hub ended.
struct node_contact node_exchange_contact(const struct node_exchange *s);

#endif
