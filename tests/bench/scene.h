// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A consultation to measure with: a hub's state directory on disk, whose record knows SENDERS people with transport
// keys of their own and a forum each. Keys are new in every run. What they say is made by load.h.
#ifndef BARAZA_TESTS_BENCH_SCENE_H
#define BARAZA_TESTS_BENCH_SCENE_H

#include "common/author/compose.h"
#include "common/author/state.h"
#include "common/format/wire.h"
#include "node/desk/contribution.h"
#include "tests/bench/bench.h"

#define SENDERS 16

// Somebody who signs, and where her journal stands.
struct writer {
    struct pubkey key;
    struct seckey sec;
    struct boxkey transport;
    struct boxsec transport_sec;
    struct incarnation incarnation;
    uint64_t next;
    struct hash prev;
    struct hash session;      // her forum, named by all she writes
    uint64_t said;            // texts used up
};

struct scene {
    const struct texts *texts;
    char *dir;                // of the hub
    struct buf note;          // charter
    struct charter charter;
    struct writer root, secretariat, senders[SENDERS];
};

// Makes the hub's state as DIR/name and puts grants and forums into its record. scene_done frees memory only.
MUST_USE enum err scene_new(struct bench *b, const char *name, struct scene *out, struct why *why);
void scene_done(struct scene *s);

// Composes w's next entry into c and moves w on.
void writer_say(const struct scene *s, struct writer *w, const struct append_item *item, struct composed *c);

// Contribution number i, as `baraza add` makes it of a text, or (imported) as `baraza import` does, with where it came
// from. Memory for its parts is used again and again.
struct said {
    struct contribution_parts parts;
    struct body body;
    struct append_item item; // borrows the above, the texts, and session
};
void said_init(struct said *s);
void said_done(struct said *s);
void said_make(const struct texts *t, const struct hash *session, uint64_t i, bool imported, struct said *out);

#endif
