// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The honest site: on a thread of its own it delivers contributions all the time, and believes the hub nothing.
#ifndef BARAZA_TESTS_E2E_HOSTILE_SITE_H
#define BARAZA_TESTS_E2E_HOSTILE_SITE_H

#include "tests/e2e/hostile/caller.h"

#define SITE_SAID 4096
#define SITE_BATCH 4

struct site {
    struct stage *stage;
    struct net *net;
    struct world world;          // for what this thread makes
    struct person me;
    struct caller caller;
    pthread_t thread;
    atomic_bool stop;
    atomic_size_t received;      // entries with verified custody
    size_t n;
    struct said *said[SITE_SAID];
    struct tree_head verified;   // the last checkpoint that was verified here
    uint64_t slowest_ms;         // from sending a batch to its custody
    size_t deferred, reconnected;
};

// Starts the thread. site_end stops it after one more batch and waits for it.
void site_begin(struct site *site, struct stage *s);
void site_end(struct site *site);

// Waits until n more entries are received (must, within a minute).
void site_progress(struct site *site, size_t n);

// After the end: connects again and asks for a proof of all (must verify).
void site_prove(struct site *site);
void site_done(struct site *site);

#endif
