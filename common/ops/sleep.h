// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Before this computer sleeps, or its lid is closed, whoever is unlocked must be locked. systemd-logind says so in
// advance and waits (a delay inhibitor) until that is done; where none answers, a jump between the clocks tells it on
// waking up, before anything is served. The only door to sd-bus.
// It must never lock anybody itself, read a clock, or wait.
#ifndef BARAZA_OPS_SLEEP_H
#define BARAZA_OPS_SLEEP_H

#include <stdbool.h>
#include <stdint.h>

struct sleep_watch;

// Starts watching. Never fails: without a system bus it watches the clocks alone. Gives; NULL is harmless to close.
struct sleep_watch *sleep_open(void);
void sleep_close(struct sleep_watch *w);

// What to wait for: a descriptor (-1: none), and whether it must be writable too.
int sleep_fd(const struct sleep_watch *w);
bool sleep_writes(const struct sleep_watch *w);

// Takes what came. now_ms: a clock that never goes back; slept_ms: how long the computer has slept since it started
// (loop_slept_ms); watched: somebody is unlocked, so the lid is looked at every two seconds. True: everybody must be
// locked now; sleep_locked is then to be called once that is so. Call it whenever the descriptor is ready, before
// anybody is served, and at sleep_deadline.
bool sleep_turn(struct sleep_watch *w, uint64_t now_ms, uint64_t slept_ms, bool watched);
uint64_t sleep_deadline(const struct sleep_watch *w);

// Everybody is locked: the computer may sleep.
void sleep_locked(struct sleep_watch *w);

// True while logind answers, and waits for us before it lets the computer sleep.
bool sleep_in_advance(const struct sleep_watch *w);

#endif
