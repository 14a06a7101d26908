// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Who gets through the hub's door: the ZAP handler (RFC 27/ZAP) on a thread of its own, over a table of CURVE keys.
// It knows keys and their class; it must never know what they may do (the roster) or touch the hub's socket.
// Read first: common/net/sock.h.
#ifndef BARAZA_NET_ZAP_H
#define BARAZA_NET_ZAP_H

#include "common/net/sock.h"

struct zap;

enum zap_class {
    ZAP_UNKNOWN,     // refused at the door
    ZAP_INVITATION,  // an invitation's key: may only enrol; many connections share it
    ZAP_MEMBER,      // a transport key that the roster knows
};

struct zap_key {
    struct boxkey key;
    enum zap_class class;
};

// Starts the handler with an empty table: nobody is admitted. Before sock_bind_router, after signals are blocked.
// ERR_BUSY: this context has one already; ERR_NET otherwise. Gives *out.
MUST_USE enum err zap_start(struct net *net, struct zap **out, struct why *why);

// Stops the thread and frees the table; after sock_close of the router. NULL is harmless.
void zap_stop(struct zap *z);

// Replaces the whole table by n keys (copied, any order; of a key listed twice the higher class counts), at once
// for every later handshake. Connections that are open stay open: the hub looks keys up with zap_class_of and drops
// what is not admitted any more. From any thread. n is at most LIMIT_ZAP_KEYS (CHECK).
void zap_replace(struct zap *z, const struct zap_key *keys, size_t n);

// Returns the class of key in the table as it is now. From any thread.
enum zap_class zap_class_of(struct zap *z, struct boxkey key);

// Returns how many handshakes were refused since zap_start. From any thread.
uint64_t zap_refused(struct zap *z);

// Takes the keys that were refused since the last call, each once, the first ZAP_REFUSED_KEPT of them; *times: how many
// handshakes were refused since then. Whoever knocks has proved that it has the key. From any thread.
#define ZAP_REFUSED_KEPT 16
size_t zap_take_refused(struct zap *z, struct boxkey out[static ZAP_REFUSED_KEPT], uint64_t *times);

// Returns how many connections were cut since zap_start because they held memory with messages that did not end.
// From any thread.
uint64_t zap_cut(struct zap *z);

// Connects to endpoint as a stranger, with a fresh key, and sees whether the door opens.
// OK: refused, as it must be. ERR_PERM: the stranger got in: do not serve. ERR_NET: no answer within about five
// seconds, so nothing is known: do not serve. hub is the hub's own CURVE public key.
MUST_USE enum err zap_probe(struct net *net, const char *endpoint, struct boxkey hub, struct why *why);

#endif
