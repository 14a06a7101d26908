// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The files of a hub's store key, and how one is replaced so that a crash at any moment leaves every value readable,
// and in the end no file with the old key. It must never touch the store: what is wrapped is erase.h's.
//
//     keys/store                     the store key
//     keys/store, keys/store.new     a renewal is under way: values may be wrapped under either
//     keys/store.old                 what a crash left of the one before: file_supplanted overwrites it
#ifndef BARAZA_HUB_STORE_KEY_H
#define BARAZA_HUB_STORE_KEY_H

#include "common/base/why.h"
#include "common/store/vault.h"

// Reads the key that seals, with the older one while a renewal is under way. Changes nothing, so it is for every
// program; one that meets ERR_CRYPTO afterwards reads again, because the daemon may have renewed the key meanwhile.
// ERR_NOT_FOUND, ERR_PERM, ERR_CORRUPT with why. *renewing (may be NULL): it is under way.
MUST_USE enum err store_key_load(const char *dir, struct store_key *out, bool *renewing, struct why *why);

// For the daemon alone, at its start: destroys what a crash in store_key_end has left.
MUST_USE enum err store_key_settle(const char *dir, struct why *why);

// Keeps a new random key durably beside the old one. *out is the two.
MUST_USE enum err store_key_begin(const char *dir, struct store_key *out, struct why *why);

// Puts the new key in the place of the old one and destroys that: its bytes are overwritten in place, and flushed,
// before its last name goes. Nothing may be wrapped under the old key any more. *out is the new key alone.
MUST_USE enum err store_key_end(const char *dir, struct store_key *out, struct why *why);

#endif
