// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What a step of the core names by range only: the shell reads it, sends it, and tells the core with the next event.
// Read first: node/node_core.h.
#ifndef BARAZA_NODE_SEND_H
#define BARAZA_NODE_SEND_H

#include "common/author/keyring.h"
#include "common/author/state.h"
#include "common/net/sock.h"
#include "node/node_core.h"

struct node_sender {
    struct state *state;
    const struct safe *safe;
    struct sock *sock;         // NULL: nothing can be sent
    struct wire_maker *maker;  // made when it is needed first; the caller frees it
};

// True when an action is one of these: SEND_RANGE, NEXT_ATTACHMENT, SEND_CHUNK.
bool node_send_asked(enum node_action_type type);

// Does it, and makes the event that says so. *dark: somebody is unlocked, and all the same nothing of a range could be
// read. The store's error.
MUST_USE enum err node_send(struct node_sender *s, const struct node_action *a, struct node_event *event, bool *dark);

#endif
