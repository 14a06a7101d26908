// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Handing over by network what this site carries for others: message by message, one under way at a time, then the
// answer is asked for and kept for them (PROTOCOL 15.13). It rides on the exchange's connection while that is quiet.
// It must never open a bundle, nor forget one before its answer is on the disk. One thread.
// Read first: node/node_carry.h.
#ifndef BARAZA_NODE_HANDOVER_H
#define BARAZA_NODE_HANDOVER_H

#include "common/author/state.h"
#include "common/exchange/msg.h"
#include "common/net/sock.h"
#include "common/ops/log.h"
#include "node/node_core.h"

struct node_handover;

// state and log are kept. Gives; NULL is harmless to close.
struct node_handover *node_handover_open(const struct state *state, const struct log *log);
void node_handover_close(struct node_handover *h);

// Looks what is due, and sends at most one message. sock: the connection, NULL while the hub has not welcomed us or the
// exchange has work of its own. Returns until when nothing more is due by itself.
uint64_t node_handover_turn(struct node_handover *h, struct sock *sock, uint64_t now_ms);

// A message came. True: it was an answer to us alone, and is not for the core. facts: what the store knows of it.
bool node_handover_hear(struct node_handover *h, const struct msg *m, const struct node_facts *facts, uint64_t now_ms);

#endif
