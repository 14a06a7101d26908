// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Founding a consultation: the charter and its keys, the founder's state apart from the hub's, and the founding
// entries. Read first: docs/PROTOCOL.md 5 and 6.
#ifndef BARAZA_TOOLS_BARAZA_FOUNDING_H
#define BARAZA_TOOLS_BARAZA_FOUNDING_H

#include "common/author/state.h"
#include "tools/baraza/work.h"

#define FOUNDING_ROOT "root" // chosen name of the person who holds the root key, in the founder's state

// What is asked for. All borrowed.
struct founding_wish {
    const char *title, *prefix, *opened;
    const char *founder_dir, *hub_dir;
    const char *registrar;          // chosen name of the registrar
    struct arg_list languages, addresses;
    struct arg_list officers;       // names of protection officers whose keys are made here
    struct slice officer_passphrases[LIMIT_PROTECT_KEYS]; // of each of them
    size_t body_count;              // bodies that brought the public half of a key of their own
    struct charter_officer bodies[LIMIT_PROTECT_KEYS];
    struct arg_list roots;          // chosen names of those who hold a root key; none: one, called FOUNDING_ROOT
    struct slice passphrases[LIMIT_ROOT_KEYS]; // of each of them; the registrar's is the first's
    uint64_t quorum;                // how many of them an act of the root needs
    uint64_t quantum_s, threshold;
    bool practice, plan_first;
};

// A founding under way: both states are made beside their places until founding_commit.
struct founding {
    struct state_making founder, hub;
    struct work work;               // founder's state, opened; the root person, then the registrar, unlocked
    size_t root_count;
    struct unlocked *roots[LIMIT_ROOT_KEYS], *registrar;
    struct buf note;                // the charter, signed
    struct hash id;
    struct boxkey transport;        // founder's
    struct pubkey hub_author;
};

// Makes keys, charter, both directories and the founding entries (grants of hub and registrar by the root), and admits
// these into the hub's record. ERR_* with why; founding_done in either case.
MUST_USE enum err founding_begin(const struct founding_wish *wish, unsigned flags, struct founding *f,
                                 struct why *why);

// Puts the founder's directory in its place, then the hub's.
MUST_USE enum err founding_commit(struct founding *f, struct why *why);

// Removes what was not committed, wipes secrets.
void founding_done(struct founding *f);

#endif
