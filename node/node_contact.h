// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// How the last try to reach the hub ended, kept in the store so that other programs of the site can say it, and the
// sentences for it. A remark for people: no decision of the exchange rests on it.
#ifndef BARAZA_NODE_CONTACT_H
#define BARAZA_NODE_CONTACT_H

#include "common/base/err.h"
#include "common/base/verdict.h"
#include "common/store/kv.h"

// Numbers are on disk and never reused.
enum node_contact_state {
    CONTACT_NONE = 0,          // never tried
    CONTACT_UP = 1,            // the hub answers
    CONTACT_SILENT = 2,        // nobody answers at any of its addresses
    CONTACT_STRANGER = 3,      // somebody answers there, who has not the hub's key
    CONTACT_NOT_ADMITTED = 4,  // the hub's door, or its answer, refuses this device
    CONTACT_LOST = 5,          // the connection broke off, or nothing came over it any more
    CONTACT_ERROR = 6,         // the hub answered with an error: code
    CONTACT_UNTRUE = 7,        // the hub sent what does not verify: code
    CONTACT_CONTRADICTION = 8, // the hub signed two records that exclude each other
    CONTACT_TROUBLE = 9,       // this computer could not store what came
    CONTACT_PUT_OFF = 10,      // the hub answers, but puts off what waits here: code
    CONTACT_UNLOCK = 11,       // the hub answers, but what it lacks can only be read here once somebody unlocks; code
                               // GAP: it had received it before, and was restored from an older copy
    CONTACT_BEHIND = 12,       // the hub answers, but shows less of the record than it has shown before
};

struct node_contact {
    uint64_t number;     // counts the remarks, so that a new one is known from an old one
    enum node_contact_state state;
    enum verdict code;   // GOOD where the state has none
    uint64_t at_s;       // when, by this computer's clock
    uint64_t welcomed_s; // when the hub last answered; 0: never
};

// Puts it in a transaction of its own. The error of the store; then the older remark stays.
MUST_USE enum err node_contact_put(struct kv *kv, const struct node_contact *c);

// *out = what was put last, all zeros when nothing was or it is damaged. The store's error.
MUST_USE enum err node_contact_get(struct kv *kv, struct node_contact *out);

// Appends one English sentence without a full stop at its end.
void node_contact_say(const struct node_contact *c, struct buf *out);

// True when the hub answered, now or when it was asked last.
bool node_contact_heard(const struct node_contact *c);

// True when waiting alone will not help: somebody has to do something, here or at the hub.
bool node_contact_stuck(const struct node_contact *c);

// "silent", "not-admitted" ...: for logs and --json; static storage.
const char *node_contact_name(enum node_contact_state state);

#endif
