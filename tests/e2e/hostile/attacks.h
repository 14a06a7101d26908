// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What hostile peers do, each function one thing or a family of things. Each ends the program when the hub answers as
// it must not.
#ifndef BARAZA_TESTS_E2E_HOSTILE_ATTACKS_H
#define BARAZA_TESTS_E2E_HOSTILE_ATTACKS_H

#include "tests/e2e/hostile/caller.h"

#define IDLE_CONNECTIONS 500

// Somebody with an accreditation who knocks again and again from a thread of its own, from before the hub listens; at
// the end she got in (must), and was never refused.
struct early {
    struct stage *stage;
    const struct person *person;
    pthread_t thread;
    atomic_bool stop;
    atomic_int outcome; // enum sock_event
};

// --- at the door ---
void early_begin(struct early *e, struct stage *s, const struct person *p);
void early_end(struct early *e);
void attack_idle_open(struct stage *s, int fds[IDLE_CONNECTIONS]);
void attack_idle_close(int fds[IDLE_CONNECTIONS]);
void attack_unknown_key(struct stage *s);
void attack_spent_invitation(struct stage *s);
void attack_invitation_misused(struct stage *s);
void attack_revoked(struct stage *s, struct person *hostile);

// --- with entries ---
void attack_bad_signature(struct stage *s, struct person *hostile);
void attack_gap(struct stage *s, struct person *hostile);
void attack_fork(struct stage *s, struct person *hostile);
void attack_unsealed(struct stage *s, struct person *hostile);
void attack_other_consultation(struct stage *s, struct person *hostile);
void attack_false_claims(struct stage *s, struct person *hostile);
void attack_bombs(struct stage *s, struct person *hostile);

// --- with masses ---
void attack_garbage(struct stage *s, struct person *hostile);
void attack_hellos(struct stage *s, struct person *hostile);
void attack_wants(struct stage *s, struct person *hostile);
void attack_replays(struct stage *s, struct person *hostile, size_t n);
void attack_held_payloads(struct stage *s, struct person *hostile, size_t n);
void attack_chunks(struct stage *s, struct person *hostile);
void attack_deaf(struct stage *s, struct person *hostile, size_t n);

#endif
