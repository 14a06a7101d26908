// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A site's state directory with one person, unlocked, and her forum: where saving, importing and the node's memory are
// measured. Its hub does not answer.
#ifndef BARAZA_TESTS_BENCH_SEAT_H
#define BARAZA_TESTS_BENCH_SEAT_H

#include "common/author/append.h"
#include "tests/bench/scene.h"

struct seat {
    char *dir;
    char *passphrase;     // path of a file that holds it
    struct safe safe;
    struct unlocked *who;
    struct state *state;
    struct author *author;
    struct hash session;
};

// Makes the site's state as DIR/name in the scene's consultation. seat_close frees and wipes, also after a failure.
MUST_USE enum err seat_open(struct bench *b, const struct scene *s, const char *name, struct seat *out,
                            struct why *why);
void seat_close(struct seat *d);

// Lets go of the state, for a program that is to open it.
void seat_leave(struct seat *d);

// Appends n contributions from number `first` on, as imports do: so many in a transaction.
MUST_USE enum err seat_append(struct seat *d, const struct texts *t, uint64_t first, size_t n, struct why *why);

#endif
