// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The only door to ZeroMQ: one context, a ROUTER for the hub, a DEALER for the node, CURVE both ways.
// It knows whole messages and who sent them; it must never look into a message or decide who is admitted (zap does).
// Read first: docs/PROTOCOL.md, part 11.
//
// A socket belongs to one thread: the one that made it. Nothing here blocks, but net_free, which waits for the
// context's own thread to end. Only acknowledgements of the exchange say that something arrived; OK from sock_send
// means "in a queue".
#ifndef BARAZA_NET_SOCK_H
#define BARAZA_NET_SOCK_H

#include "common/base/bytes.h"
#include "common/base/err.h"
#include "common/base/why.h"
#include "common/format/ident.h"

struct net;
struct sock;

// Returns a new context with one I/O thread. One per process, made after the last fork. Gives.
struct net *net_new(void);

// Ends the context. Every socket, zap and probe of it must have been closed before (CHECK). NULL is harmless.
void net_free(struct net *net);

// True when text is an address that sock_connect_dealer (port 1-65535) or sock_bind_router (port 0-65535) may be
// given: tcp://HOST:PORT, HOST a name, an IPv4 address, an IPv6 address in brackets, or (to bind) "*".
// Addresses come in invitations, so they are hostile: other transports and source addresses are refused.
MUST_USE bool sock_address_ok(struct slice text, bool to_bind);

// Binds the hub's socket to address with its CURVE secret key. Port 0 takes a free port: see sock_endpoint.
// The admission handler (zap_start) must run before, else ERR_PERM: without one ZeroMQ lets any key in. One at a time
// in a context (CHECK). A connection that fills memory with a message that never ends is cut (common/net/guard.h).
// ERR_CONFIG: the address is malformed; ERR_BUSY: the port is taken; ERR_NET: anything else. Gives *out.
MUST_USE enum err sock_bind_router(struct net *net, const char *address, const struct boxsec *sec, struct sock **out,
                                   struct why *why);

// Starts connecting to the hub at address, whose CURVE key is hub, with our own pair; reconnects by itself, first
// after 1 s, at most every 60 s, but not after SOCK_REFUSED, nor after the other side broke the protocol (which shows
// as SOCK_NO_HANDSHAKE or SOCK_DOWN). So: after SOCK_REFUSED, and after minutes without SOCK_UP, close it and connect
// anew. What waits in the queue when a connection ends is dropped, so a new connection starts with nothing queued.
// ERR_CONFIG: the address is malformed; ERR_NET: anything else. Gives *out.
MUST_USE enum err sock_connect_dealer(struct net *net, const char *address, struct boxkey hub, struct boxkey pub,
                                      const struct boxsec *sec, struct sock **out, struct why *why);

// Closes at once; what was not sent is dropped. NULL is harmless.
void sock_close(struct sock *s);

// Returns the endpoint that was really bound ("tcp://127.0.0.1:40123"), or the address connected to; borrowed.
const char *sock_endpoint(const struct sock *s);

// Where to reply: a connection, not a person. Opaque; it ends with the connection and is never an identity.
struct sock_peer {
    uint8_t n;
    uint8_t b[255];
};

// True when a and b are the same connection.
bool sock_peer_equal(const struct sock_peer *a, const struct sock_peer *b);

// One whole message. payload borrows memory owned by `owner` until sock_frame_done; a frame may be handed to
// another thread as it is.
struct sock_frame {
    struct sock_peer from;  // at the hub: the connection; at the node: empty
    struct boxkey user;     // at the hub: the authenticated CURVE key of the sender; at the node: the hub's key
    struct slice payload;
    void *owner;
};

// Takes the next message. OK: *out is filled, and the caller calls sock_frame_done. ERR_AGAIN: nothing is there.
// ERR_BAD_INPUT: a message was there and was dropped (several parts, no authenticated key); out->from is its
// connection and the rest is empty; call again. ERR_NET: the context is ending.
MUST_USE enum err sock_receive(struct sock *s, struct sock_frame *out);

// Releases a frame's memory and empties it. Harmless on an empty frame.
void sock_frame_done(struct sock_frame *f);

// A frame from the same connection as `like`, with these bytes (copied): what was inside a message. The caller calls
// sock_frame_done. ERR_FULL: no memory.
MUST_USE enum err sock_frame_like(const struct sock_frame *like, struct slice bytes, struct sock_frame *out);

// Queues one message, payload copied; 1 to LIMIT_FRAME_BYTES bytes (CHECK). to: at the hub the connection, at the
// node NULL. Never blocks. ERR_AGAIN: the queue to that side is full, or (node) there is no connection yet: not
// sent, try later. ERR_NET: that connection is gone: not sent, forget it.
MUST_USE enum err sock_send(struct sock *s, const struct sock_peer *to, struct slice payload);

// What happened to the connection of a dealer.
enum sock_event {
    SOCK_NONE,         // nothing new
    SOCK_UP,           // handshake done: the hub proved its key and admitted ours
    SOCK_DOWN,         // the connection that was up ended
    SOCK_REFUSED,      // "the hub does not admit this device"
    SOCK_NO_HANDSHAKE, // somebody answers there, but not the hub with that key, or the line is too slow
    SOCK_UNREACHED,    // nobody answers there, or the name is not known
};

// Takes the next event of a dealer; SOCK_NONE when there is none. A dealer is ready in loop_wait for events too.
enum sock_event sock_event_next(struct sock *s);

#endif
