// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What a site does of itself once somebody is unlocked: carry out redactions (common/author/erasing.h), and see to it
// that nobody in its memory is left with a store key of before. While nobody is, it says in the log what waits.
// It must never hold up the exchange for longer than a renewal takes. One thread.
#ifndef BARAZA_NODE_TEND_H
#define BARAZA_NODE_TEND_H

#include "common/author/keyring.h"
#include "common/author/state.h"
#include "common/ops/log.h"

struct node_tend;

// All kept until node_tend_close. own_agent: the safe is what an agent of this process lends from; else an agent that
// runs elsewhere is told of new keys.
struct node_tend_options {
    struct state *state;
    struct safe *safe;
    const struct log *log;
    bool own_agent;
};

// Gives; NULL is harmless to close.
struct node_tend *node_tend_open(const struct node_tend_options *options);
void node_tend_close(struct node_tend *t);

// Does what is due now. Call it after each turn of the exchange: it costs next to nothing while nothing changed.
void node_tend_turn(struct node_tend *t);

#endif
