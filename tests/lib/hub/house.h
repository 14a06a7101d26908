// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A hub on disk for a world's consultation, and messages of what its people say: for tests of the hub's shells in one
// process, and of the whole program from outside.
#ifndef BARAZA_TESTS_LIB_HUB_HOUSE_H
#define BARAZA_TESTS_LIB_HUB_HOUSE_H

#include "common/author/state.h"
#include "hub/ingest.h"
#include "hub/sequence.h"
#include "hub/serve.h"
#include "tests/lib/world.h"

struct house {
    struct world *world;
    char dir[64];   // a new temporary directory
    char state[80]; // in it, the hub's state
    struct person author; // the hub's own, accredited by nobody until the world does it
    struct person intake;
    struct store_key store_key;
    struct keeper *keeper;
    struct log_ring logs;
    struct box_ring intakes;
    struct kv *kv;  // while it is open, as what follows
    struct sequence_keys writer;
    struct serve_keys reader;
    struct sequence *sequence;
    struct serve *serve;
    char path[128];
};

// Makes the state of a hub for w (kept): its log key is w->hub's. house_done removes the directory.
void house_new(struct house *h, struct world *w);
void house_done(struct house *h);

// Opens the store with its writer and its reader in this process; closes them.
void house_open(struct house *h);
void house_close(struct house *h);

// The path of one of the state's files; good until the next call.
const char *house_path(struct house *h, const char *name);

// What a worker needs.
struct ingest house_ingest(const struct house *h);

// One ENTRIES message.
struct letter {
    struct msg_entries m; // payload borrows the buffer
    struct buf payload;
};

// Packs n consecutive entries of one journal, as an unlocked node does; letter_fill as many of them as one message
// takes, and returns how many.
void letter_wire(struct letter *l, struct said *const *said, size_t n);
size_t letter_fill(struct letter *l, struct said *const *said, size_t n);

// The same as outbox records under one unlock's key, as a locked node does.
void letter_outbox(struct letter *l, const struct house *h, struct said *const *said, size_t n);

// As letter_outbox with these bytes in place of a record's compressed content.
void letter_outbox_of(struct letter *l, const struct house *h, const struct said *said, struct slice content);

// Appends the whole message.
void letter_frame(const struct letter *l, struct buf *out);
void letter_done(struct letter *l);

// What p has said so far, in order; returns how many, at most room.
size_t house_said_by(const struct world *w, const struct person *p, struct said **out, size_t room);

// Verifies and admits one message as from that class of peer; both must succeed as such (CHECK).
struct batch_outcome house_admit(struct house *h, const struct letter *l, enum peer_class class);

// letter_wire, house_admit as from a member.
struct batch_outcome house_deliver(struct house *h, struct said *const *said, size_t n);

// Delivers all that p has said.
struct batch_outcome house_deliver_all(struct house *h, const struct person *p);

// True when ack is the hub's good word for a chain that consists of n entries, all parts disclosed.
bool house_ack_good(const struct world *w, const struct msg_ack *ack, struct said *const *said, size_t n);

#endif
