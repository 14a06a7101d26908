// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The secrets of a hub, read from its state's key files (0600). They are in memory that is kept off the disk where the
// system allows it, and wiped at the end.
#ifndef BARAZA_HUB_KEYS_H
#define BARAZA_HUB_KEYS_H

#include "common/author/state.h"
#include "common/format/roster.h"
#include "common/format/seal.h"
#include "hub/keeper.h"
#include "hub/log_ring.h"

// Of log, exchange and intake keys there may be several: files keys/log, keys/log.2, keys/log.3 … Which of them is in
// force the record says; files are only added (baraza hub new-key) and taken away (baraza hub retire), never renamed,
// so there is no moment at which a hub stands without its keys.
struct hub_keys {
    struct log_ring logs;       // sign checkpoints, custody, refusals
    struct seckey author;       // signs the hub's own entries
    struct pubkey author_pub;
    struct box_ring exchanges;  // CURVE
    struct box_ring intakes;    // open outbox keys
    struct keeper *keeper;      // of the store key, which opens parts at rest
    char *checkpoint_path;
};

// Reads them. ERR_NOT_FOUND, ERR_PERM, ERR_CORRUPT with why; *out is empty then.
MUST_USE enum err hub_keys_load(const struct state *s, struct hub_keys *out, struct why *why);

// OK when the secrets of the keys in force are among them: a hub with other keys must not speak.
// ERR_NOT_FOUND with why.
MUST_USE enum err hub_keys_check(const struct hub_keys *k, const struct state *s, const struct roster *roster,
                                 struct why *why);

// Appends the name of file number n (1, 2 …) of a service's secrets, "keys/log.2", and a NUL. service is not root.
void hub_key_name(enum service service, unsigned n, struct buf *out);

// Reads file number n alone: its public half. Errors as state_secret_load.
MUST_USE enum err hub_key_public(const char *dir, enum service service, unsigned n, struct pubkey *out,
                                 struct why *why);

// True when the state at dir holds the secret of key now; read anew, because keys are made while a hub runs.
MUST_USE bool hub_key_held(const char *dir, enum service service, struct pubkey key);

// Wipes and empties; nobody may hold the store key any more. Harmless on an empty one.
void hub_keys_done(struct hub_keys *k);

#endif
