// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The emergency wipe, in its steps: a person comes before data. The keys of this computer are destroyed at once,
// without a passphrase; what was signed and not delivered still travels, because only the hub can open it.
// It must never let anything that may fail or wait stand before the keys' files.
// Read first: docs/STORAGE.md "Wiping".
#ifndef BARAZA_NODE_DESK_DESTROYING_H
#define BARAZA_NODE_DESK_DESTROYING_H

#include "common/author/destroyed.h"
#include "common/author/state.h"

// Of what only this computer has: entries that still travel afterwards, entries that are lost for ever, and drafts,
// which are lost too.
struct destroying_counts {
    uint64_t carried, lost;
    uint64_t drafts;
};

// Counts. outbox_too: as below. The store's error, ERR_CORRUPT.
MUST_USE enum err destroying_count(struct kv *kv, bool outbox_too, struct destroying_counts *out);

// Overwrites and removes every file of keys in the state at dir, the keyring first: all but what lets a locked site
// send what waits (transport, invitation, and the outbox's key unless outbox_too), which opens nothing that was said.
// Goes on after a failure, whose file at least loses its name; returns the first one, with why.
MUST_USE enum err destroying_files(const char *dir, bool outbox_too, struct why *why);

// In the store: the keys of everything sealed here, with outbox_too the copies for the hub; and what the hub is told.
// *out: whose ended where. The store's error: it is unchanged then.
MUST_USE enum err destroying_store(struct state *s, bool outbox_too, uint64_t wall_s, struct destroyed *out);

#endif
