// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The random key of each draft, all in one small file (STATE/keys/drafts) of fixed slots: a slot is written where it
// lies, so that destroying a key overwrites it, needs no room on a full disk, and leaves no second copy behind.
// A key here opens nothing by itself: what a draft is sealed under is made of it and of a secret of its owner.
// It must never tell of a key that it is destroyed before the disk has it.
// Read first: docs/STORAGE.md "Drafts".
#ifndef BARAZA_STORE_DRAFT_KEYS_H
#define BARAZA_STORE_DRAFT_KEYS_H

#include "common/base/why.h"
#include "common/store/keys.h"

// The slots as they were read, in memory that draft_keys_close wipes.
struct draft_keys;

// Reads the file; where there is none, no slot is taken, and the first key makes it. Whoever is going to write has
// begun a write transaction of the store before: it keeps two programs from writing at once. ERR_TOO_BIG or
// ERR_BAD_INPUT (it is no such file), ERR_PERM, ERR_IO with why. Gives *out.
MUST_USE enum err draft_keys_open(const char *path, struct draft_keys **out, struct why *why);

// Wipes and frees. NULL is harmless.
void draft_keys_close(struct draft_keys *k);

// The key of a draft; NULL: it has none (any more). Borrows k until the next put or destroy.
const struct symkey *draft_keys_find(const struct draft_keys *k, struct pubkey owner, struct draft_id id);

// Gives a draft a new random key, durably: into a free slot, or over the key that it had, which is destroyed by that.
// ERR_USAGE (LIMIT_DRAFTS of them are there), ERR_FULL (the disk is full), ERR_IO with why; then it is as before.
MUST_USE enum err draft_keys_renew(struct draft_keys *k, struct pubkey owner, struct draft_id id, struct why *why);

// Destroys the key of a draft, durably. OK also when it has none; what damaged slots still hold goes then. ERR_IO with
// why.
MUST_USE enum err draft_keys_destroy(struct draft_keys *k, struct pubkey owner, struct draft_id id, struct why *why);

// Slot i, from 0 to draft_keys_slots: true and whose key is in it, false for one that is free or damaged.
size_t draft_keys_slots(const struct draft_keys *k);
MUST_USE bool draft_keys_at(const struct draft_keys *k, size_t i, struct pubkey *owner, struct draft_id *id);

// False when a slot is damaged, or the file is not there: a draft without a key may then be damaged, not discarded.
bool draft_keys_whole(const struct draft_keys *k);

// Nothing misses a key: makes the file when there is none, and gives damaged slots free. ERR_FULL, ERR_IO with why.
MUST_USE enum err draft_keys_mend(struct draft_keys *k, struct why *why);

#endif
