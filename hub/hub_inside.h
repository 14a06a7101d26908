// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the files of the hub's shell share and nobody else includes: its state.
// hub_shell.c: the loop, events and actions · hub_shell_start.c: how it starts, ends, and starts over.
#ifndef BARAZA_HUB_INSIDE_H
#define BARAZA_HUB_INSIDE_H

#include "common/net/zap.h"
#include "hub/door.h"
#include "hub/erase_loop.h"
#include "hub/hub_carry.h"
#include "hub/hub_keys.h"
#include "hub/hub_voice.h"
#include "hub/pool.h"
#include "hub/publish.h"
#include "hub/serve.h"

struct hub_options; // hub_shell.h

#define FOLLOW_UPS (2 * PEER_ACTIONS)

struct hub {
    const struct hub_options *options;
    const char *listen;         // where, of this start
    struct hub_keys keys;
    struct net *net;
    struct zap *zap;
    struct sock *sock;
    struct signpost *signpost; // NULL: no exchange key was changed, or the former one was put away
    struct box_pair exchange;  // of now
    size_t changes;            // of keys, that this start knows
    bool rekeyed;              // there are more by now: start over
    struct sequence *sequence;
    struct serve *serve;
    struct pool *pool;
    struct publish *publish;
    struct erase_loop *erasing;
    struct peer_core *core;
    struct peer_actions actions;
    struct job *jobs[LIMIT_TICKETS]; // by ticket; the core never has two of one place under way
    int signal_fd, wake_fd, commit_fd;
    uint64_t door_size;         // see door_renew
    struct tree_head published;
    struct buf note;
    struct buf out;             // one message to be sent
    struct arena *arena;        // of the message received last
    uint64_t tick_ms;           // when the core wants to be called
    uint64_t disk_ms, disk_free;
    uint64_t readers_ms;
    uint64_t failures;          // commits that failed, as logged
    struct hub_voice voice;
    struct hub_carry carry;
    struct peer_event follow[FOLLOW_UPS]; // events that actions caused, for after the step
    size_t follow_count;
    struct sock_frame *current; // the frame of this event, for VERIFY to take
    bool stopping;
};

// --- hub_shell.c ---
struct peer_event hub_event_new(struct hub *h, enum peer_event_type type);

// Takes one event through the core, does what it says, and then what that caused.
void hub_step(struct hub *h, const struct peer_event *event);

// Lets in whom the record knows by now, and notices changed keys. Errors as door_renew.
MUST_USE enum err hub_renew_door(struct hub *h, struct why *why);

// Shows the last published checkpoint. Errors: what ended publishing, or door_renew's.
MUST_USE enum err hub_take_checkpoint(struct hub *h, struct why *why);

// One turn of the loop.
MUST_USE enum err hub_turn(struct hub *h, struct why *why);

#endif
