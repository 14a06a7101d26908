// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The former exchange key after a change of it: on a port of its own a hub still answers under it, and says nothing but
// how the keys were changed (PROTOCOL 11.14). So a site that was away finds the way; what it carries it gives to the
// new key. It must never read what is sent to it, nor touch the record.
#ifndef BARAZA_HUB_SIGNPOST_H
#define BARAZA_HUB_SIGNPOST_H

#include "common/format/seal.h"
#include "common/net/zap.h"

struct signpost;

// Where it is when the hub is at endpoint (tcp://HOST:PORT): the next port. False when that is none.
MUST_USE bool signpost_address(const char *endpoint, char *out, size_t room);

struct signpost_says {
    struct slice succession;    // how the keys were changed
    const struct zap_key *keys; // to whom: the same as at the hub's door
    size_t n;
};

// Binds it with the secret of the former key. says is copied. Errors as sock_bind_router. Gives *out.
MUST_USE enum err signpost_open(const char *address, const struct boxsec *former, const struct signpost_says *says,
                                struct signpost **out, struct why *why);

// NULL is harmless.
void signpost_close(struct signpost *s);

// Who may ask from now on. NULL: there is no signpost.
void signpost_admit(struct signpost *s, const struct zap_key *keys, size_t n);

// For the loop; NULL for NULL. Answers what waits there, a bounded number of messages.
struct sock *signpost_sock(struct signpost *s);
void signpost_answer(struct signpost *s);

#endif
