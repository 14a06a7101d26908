// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the exchange has to say: one line in the log for each thing, and the remark about the hub (node_contact.h) that
// other programs of the site show. It must never hold up the exchange: what cannot be written is left out.
#ifndef BARAZA_NODE_VOICE_H
#define BARAZA_NODE_VOICE_H

#include "common/ops/log.h"
#include "node/node_contact.h"
#include "node/node_core.h"
#include "node/node_link.h"

struct node_voice;

// Returns one that continues the remark in the store. kv and log are kept. Gives; NULL is harmless to close.
struct node_voice *node_voice_open(struct kv *kv, const struct log *log);
void node_voice_close(struct node_voice *v);

// Hears a NODE_TELL, which a step on an event of this type brought.
void node_voice_hear(struct node_voice *v, enum node_event_type event, const struct node_action *tell);

// With whose key the next connection is made: a welcome to an invitation does not admit the device.
void node_voice_invited(struct node_voice *v, bool invited);

// Hears what became of a connection; before the core does.
void node_voice_link(struct node_voice *v, enum node_link_event what);

// Hears that the hub's door admits none of this device's keys.
void node_voice_door(struct node_voice *v);

// Hears of a failure of this computer.
void node_voice_trouble(struct node_voice *v, enum err e);

// The end of a step: writes the remark if it is another one, or was asked for. wall_s: the clock.
void node_voice_settle(struct node_voice *v, uint64_t wall_s);

// The next remark is written whatever it is: somebody waits for it.
void node_voice_ask(struct node_voice *v);

// The remark as it is now.
struct node_contact node_voice_contact(const struct node_voice *v);

#endif
