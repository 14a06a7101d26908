// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// One connection to the hub that says whatever it is told to, well formed or not.
#ifndef BARAZA_TESTS_E2E_HOSTILE_CALLER_H
#define BARAZA_TESTS_E2E_HOSTILE_CALLER_H

#include "tests/e2e/hostile/stage.h"

struct caller {
    struct stage *stage;
    struct sock *sock;
    struct arena *arena;
    struct sock_frame frame;  // of the message heard last
    struct msg msg;           // which it is
};

// Starts connecting as p; caller_close ends it.
void caller_begin(struct caller *c, struct stage *s, struct net *net, const struct person *p);
void caller_close(struct caller *c);

// How the first attempt ends, within ms.
enum sock_event caller_outcome(struct caller *c, uint64_t ms);

// Connects as p (with its transport key) and waits until the door has opened (must).
void caller_open(struct caller *c, struct stage *s, const struct person *p);

// Says hello, and waits for the welcome (must).
void caller_hello(struct caller *c);
// The same with n journals, without waiting.
void caller_say_hello(struct caller *c, const struct journal_head *heads, size_t n, uint64_t down_cursor);

// Sends one message, or any bytes; false when the queue stays full for five seconds or the connection ends.
bool caller_say(struct caller *c, const struct msg *m);
bool caller_say_bytes(struct caller *c, struct slice bytes);
bool caller_say_letter(struct caller *c, const struct letter *l);
// Wants a proof (base: of which size) or custody for what said is.
bool caller_want(struct caller *c, enum want_what what, const struct said *said, uint64_t base);

// Waits for the next message of a type, dropping others; false when none comes within ms.
bool caller_hear(struct caller *c, enum msg_type type, uint64_t ms);
// Takes whatever comes next.
bool caller_hear_any(struct caller *c, uint64_t ms);

// Waits for an error with this code, or a refusal or deferral with it (must); what names the occasion.
void caller_hear_error(struct caller *c, enum verdict code, const char *what);
void caller_hear_refuse(struct caller *c, enum verdict code, const char *what);

#endif
