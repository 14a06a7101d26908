// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The secrets of a hub, read from its state's key files (0600). They are in memory that is kept off the disk where the
// system allows it, and wiped at the end.
#ifndef BARAZA_HUB_KEYS_H
#define BARAZA_HUB_KEYS_H

#include "common/author/state.h"
#include "hub/keeper.h"

struct hub_keys {
    struct seckey log;          // signs checkpoints, custody, refusals
    struct seckey author;       // signs the hub's own entries
    struct pubkey author_pub;
    struct boxsec exchange;     // CURVE
    struct boxkey exchange_pub;
    struct boxsec intake;       // opens outbox keys
    struct boxkey intake_pub;
    struct keeper *keeper;      // of the store key, which opens parts at rest
    char *checkpoint_path;
};

// Reads them and compares them with the charter: a hub with other keys must not speak. ERR_NOT_FOUND, ERR_PERM,
// ERR_CORRUPT with why; *out is empty then.
MUST_USE enum err hub_keys_load(const struct state *s, struct hub_keys *out, struct why *why);

// Wipes and empties; nobody may hold the store key any more. Harmless on an empty one.
void hub_keys_done(struct hub_keys *k);

#endif
