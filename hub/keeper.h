// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Who keeps the hub's store key in memory while it runs, for all threads: the key may be renewed meanwhile. Whoever
// reads or seals holds the key of that moment until it is done, so that it is known when nobody uses an older one any
// more; then that one is wiped. Thread safe. It must never touch a file: that is store_key.h.
#ifndef BARAZA_HUB_KEEPER_H
#define BARAZA_HUB_KEEPER_H

#include "common/store/vault.h"

struct keeper;

// Returns one that gives out a copy of key. Gives; keeper_free wipes it (nobody may hold anything then, CHECK). NULL is
// harmless.
struct keeper *keeper_new(const struct store_key *key);
void keeper_free(struct keeper *k);

// The key of now, until keeper_release. To be held before a transaction begins that reads with it, and until what was
// sealed with it is committed or thrown away.
const struct store_key *keeper_hold(struct keeper *k);
void keeper_release(struct keeper *k, const struct store_key *key);

// From now on gives out a copy of next. What was given out before stays valid until its last release, which wipes it.
void keeper_change(struct keeper *k, const struct store_key *next);

// True when nobody holds a key from before the last change.
bool keeper_settled(struct keeper *k);

#endif
