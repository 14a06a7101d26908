// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the files of common/net share about contexts and sockets; nobody else includes it.
#ifndef BARAZA_NET_INSIDE_H
#define BARAZA_NET_INSIDE_H

#include "common/limits.h"
#include "common/net/sock.h"

#include <stdatomic.h>

struct net {
    void *context;
    atomic_uint sockets;    // open ones: the context cannot end before they are closed
    atomic_uint routers;    // open ones: the admission handler must outlive them
    atomic_uint monitors;   // made so far: each has a name of its own
    atomic_bool guarded;    // an admission handler answers
    atomic_uint port;       // where the router listens; 0: there is none
    atomic_ullong *delivered; // by descriptor: bytes on the wire of whole messages that were handed out (wraps)
    atomic_ullong *queued;    // by descriptor: the same of messages that were queued to be sent
};

// Bytes of a connection's descriptor at the end of the hub's struct sock_peer, behind ZeroMQ's routing id.
#define NET_PEER_FD 4

struct sock {
    struct net *net;
    void *handle;
    void *monitor;     // dealers only
    struct boxkey hub; // dealers only
    bool up;           // dealers: a handshake was seen, and no end
    bool told;         // dealers: the outcome of this attempt was reported
    char endpoint[LIMIT_NET_ADDRESS + 1];
};

// Where libzmq asks about each handshake (RFC 27/ZAP).
#define NET_ZAP_ENDPOINT "inproc://zeromq.zap.01"

// Characters of a key as Z85 (RFC 32), libzmq's own text for keys: so a User-Id is written.
#define NET_KEY_TEXT 40

#endif
