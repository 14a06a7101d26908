// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The node's connection to its hub: the addresses it may have, tried in turn, and one socket at a time.
// It must never look into a message, nor decide when to connect: node_core does.
#ifndef BARAZA_NODE_LINK_H
#define BARAZA_NODE_LINK_H

#include "common/author/state.h"
#include "common/net/sock.h"

struct node_link;

enum node_link_event {
    NODE_LINK_NONE,
    NODE_LINK_UP,       // the hub proved its key and admitted ours
    NODE_LINK_REFUSED,  // the hub's door does not admit our key
    NODE_LINK_STRANGER, // somebody answers at an address, but not the hub; at the others nobody
    NODE_LINK_SILENT,   // nobody answers at any address
    NODE_LINK_LOST,     // the connection that was up has ended
};

// addresses: HOST:PORT or tcp://HOST:PORT, with spaces between, at most LIMIT_INVITE_ADDRESSES; copied. ERR_CONFIG with
// why: none, too many, or one that is malformed. Gives *out; connects nothing yet.
MUST_USE enum err node_link_open(struct slice addresses, struct node_link **out, struct why *why);

// The hub's CURVE key, for connections from now on. To be told before the first.
void node_link_hub(struct node_link *l, struct boxkey hub);

// Ends the connection, if any, and frees. NULL is harmless.
void node_link_close(struct node_link *l);

// Starts connecting with this key pair, at the address that is next in turn; an earlier connection ends.
// Whatever becomes of it, also failure at once, is told by node_link_next.
void node_link_connect(struct node_link *l, struct boxkey pub, const struct boxsec *sec);

// Ends the connection; nothing more is told of it.
void node_link_drop(struct node_link *l);

// What happened since; NODE_LINK_NONE when nothing more did. An address that fails is followed by the next one without
// a word; the failure is told when all have had their turn. Where somebody else answers, the hub may have another key
// by now: then the next port is tried at each, where it answers under its former one (PROTOCOL 11.14). After anything
// but UP the connection has ended.
enum node_link_event node_link_next(struct node_link *l);

// The socket to wait for, send to and receive from; NULL while there is none.
struct sock *node_link_sock(struct node_link *l);

// Appends the addresses that the invitation of a site names, with spaces between, for a site whose configuration has
// none. ERR_NOT_FOUND: it has no invitation any more; ERR_CORRUPT with why.
MUST_USE enum err node_link_invited(const struct state *state, struct buf *out, struct why *why);

#endif
