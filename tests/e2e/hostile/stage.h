// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the hostile peers and the honest site have in common: a consultation whose people are known, and baraza-hub
// running on its state as a program of its own. Whatever goes wrong ends the program with a sentence and status 1.
#ifndef BARAZA_TESTS_E2E_HOSTILE_STAGE_H
#define BARAZA_TESTS_E2E_HOSTILE_STAGE_H

#include "common/net/loop.h"
#include "tests/lib/hub/house.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#define HOSTILES 33 // people with an accreditation and bad intentions

// The program under test, and a thread that watches its memory.
struct hub_process {
    const char *program;
    pid_t pid;
    char address[64];
    pthread_t watcher;
    atomic_bool watching;
    atomic_int watched;       // pid; 0: none
    atomic_ulong rss_kb;      // the most anonymous memory seen, in KiB
};

struct stage {
    struct world world;
    struct world elsewhere;   // another consultation
    struct house house;
    struct hub_process hub;
    struct net *net;
    struct person registrar, secretariat, site;
    struct person hostile[HOSTILES];
    struct said *invite;      // for one
    size_t founded;           // entries in the record before anybody connects
};

// Founds everything and starts the hub; ends it and removes all.
void stage_open(struct stage *s);
void stage_close(struct stage *s);

// Says that something holds; else ends the program.
void must(struct stage *s, bool holds, const char *what);
// Waits for so many milliseconds.
void pause_ms(uint64_t ms);
// Prints a line about what was tried and how it ended.
void tell(const char *what);

// Starts the hub (again at the same address), waiting until it listens; ends it with a signal and returns its status as
// waitpid gives it.
void hub_start(struct stage *s);
int hub_stop(struct stage *s, int signal_number);
// True when it is still there.
bool hub_alive(struct stage *s);

// A session of p's, and a contribution of p's at some session, with a text of so many bytes. w: whoever makes them on a
// thread of its own has a world of its own.
struct said *stage_session(struct world *w, struct person *p);
struct said *stage_contribution(struct world *w, struct person *p, struct hash session, size_t bytes);

#endif
