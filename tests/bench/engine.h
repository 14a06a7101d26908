// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The hub without its sockets: its pool of workers, its one writer, its publisher, on a real state directory, and in
// place of peer_core and the socket somebody who always has the next batch at hand.
#ifndef BARAZA_TESTS_BENCH_ENGINE_H
#define BARAZA_TESTS_BENCH_ENGINE_H

#include "hub/hub_keys.h"
#include "hub/pool.h"
#include "hub/publish.h"
#include "tests/bench/load.h"

struct engine {
    struct state *state;
    struct hub_keys keys;
    struct sequence *sequence;
    struct publish *publish;
    struct pool *pool;
    int wake_fd, commit_fd;
};

// Starts the engine on the scene's state with so many verifying threads. engine_stop ends it, also one that failed.
MUST_USE enum err engine_start(const struct scene *s, unsigned threads, struct engine *out, struct why *why);
void engine_stop(struct engine *e);

struct engine_run {
    struct effort effort; // from the first batch handed over to the last acknowledgement, everything on disk
    uint64_t commits;
};

// Takes the whole load in, as much at a time as a hub's memory allows.
void engine_take(struct engine *e, const struct load *l, struct engine_run *out);

// Waits until a checkpoint over everything that was taken in is published.
MUST_USE enum err engine_publish(struct engine *e, struct why *why);

#endif
