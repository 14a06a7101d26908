// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Bundles that a member hands over for somebody else by network, message by message (PROTOCOL 15.13): each is opened
// here, taken as if the deliverer had sent it, and at the end answered with a bundle that only its site can open.
// It must never write the record, nor tell the deliverer more than the bundle's label does.
#ifndef BARAZA_HUB_CARRY_H
#define BARAZA_HUB_CARRY_H

#include "common/author/state.h"
#include "common/exchange/msg.h"
#include "common/net/sock.h"
#include "hub/hub_keys.h"
#include "hub/serve.h"

struct hub_carry {
    struct kv *kv;
    struct serve *serve;
    const struct hub_keys *keys;
    const struct charter *charter;
    const struct buf *note;        // the published checkpoint; empty: none yet
    uint64_t answer_ms;            // no answer is made sooner: each takes a look at all of its site's journals
};

// All kept.
struct hub_carry hub_carry_new(const struct state *state, struct serve *serve, const struct hub_keys *keys,
                       const struct buf *note);

enum hub_carry_what {
    CARRY_BAD,     // not for us, changed, or no message that a bundle up may carry
    CARRY_ENTRIES, // *inner is an ENTRIES or CHUNK message, to be taken as the deliverer's; sock_frame_done releases it
    CARRY_ASKS,    // out has the CARRIED message that answers; its answer is empty when there is none now
    CARRY_LATER,   // no memory, or asked too soon: nothing is said, and it will be asked again
};

// Takes one message that frame brought. inner and out are written as *what* says.
enum hub_carry_what hub_carry_take(struct hub_carry *c, const struct sock_frame *frame, const struct msg_carry *m,
                           uint64_t now_ms, struct sock_frame *inner, struct buf *out);

#endif
