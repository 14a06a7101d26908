// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What a site carries for other sites of its consultation: their bundles to the hub and the hub's answers to them, as
// files in its state, sealed as they came. Which are kept, which make room, and where they lie.
// It must never open one, nor keep more than LIMIT_CARRIED, LIMIT_CARRIED_SITE and LIMIT_CARRIED_BYTES allow.
// Read first: common/exchange/bundle.h, docs/PROTOCOL.md 15.
#ifndef BARAZA_NODE_CARRY_H
#define BARAZA_NODE_CARRY_H

#include "common/base/err.h"
#include "common/base/why.h"
#include "common/exchange/bundle.h"

#define NODE_CARRY_DIR "carried" // in the state

enum node_carry_state {
    CARRY_UP = 'u',   // for the hub
    CARRY_SENT = 's', // for the hub, and copied to a stick since: goes when an answer for that site comes by
    CARRY_DOWN = 'd', // the hub's answer to a site
};

struct node_carried {
    enum node_carry_state state;
    struct boxkey site;
    uint8_t id[8];       // the beginning of the bundle's name
    uint64_t bytes;
    int64_t since_ns;    // when it was kept here
};

#define NODE_CARRY_DONE 256 // ids of bundles that were carried and have gone: the same stick may come by again

struct node_carry {
    size_t done_count;
    uint8_t done[NODE_CARRY_DONE][8];
    size_t n;
    uint64_t bytes;
    struct node_carried items[LIMIT_CARRIED]; // the oldest first
};

// Reads what is carried in the state at dir; nothing when there is no folder. Names of another form are passed over.
// ERR_IO with why.
MUST_USE enum err node_carry_read(const char *dir, struct node_carry *out, struct why *why);

// The path of one. Gives.
char *node_carry_path(const char *dir, const struct node_carried *c);

enum node_carry_fate {
    CARRY_KEEP,    // *as is how
    CARRY_KNOWN,   // it is carried already, or was
    CARRY_NOT,     // an answer to a site for which nothing was ever carried here, or a bundle of our own
    CARRY_NO_ROOM,
};

// What is to be done with a whole bundle of so many bytes that came by; own: this site's key.
enum node_carry_fate node_carry_judge(const struct node_carry *c, struct boxkey own, const struct bundle_label *label,
                                      uint64_t bytes, struct node_carried *as);

// Removes what a bundle that was just kept makes superfluous: of a site's bundles to the hub all but the last
// LIMIT_CARRIED_SITE; after an answer to it, those that went out on a stick, and its answers but the last two.
void node_carry_settle(const char *dir, struct boxkey site);

// Notes that it went out on a stick (a no-op on answers); removes it; removes it for good: it is not kept again.
// Harmless when it is gone. A failure keeps it for longer, or lets it be kept once more.
void node_carry_sent(const char *dir, const struct node_carried *c);
void node_carry_drop(const char *dir, const struct node_carried *c);
void node_carry_done(const char *dir, const struct node_carried *c);

// Makes the folder where it is missing. ERR_IO with why.
MUST_USE enum err node_carry_make(const char *dir, struct why *why);

#endif
