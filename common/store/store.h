// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A whole store: the environment with all databases of keys.h, what it is for, and its name. Founding and opening.
// Also the lock that keeps two daemons from one state. Everything else goes through kv.h and the modules beside it.
#ifndef BARAZA_STORE_STORE_H
#define BARAZA_STORE_STORE_H

#include "common/format/ident.h"
#include "common/store/kv.h"
#include "common/store/vault.h"

enum store_side { STORE_NODE = 1, STORE_HUB = 2 };

// Written once, when the store is made.
struct store_info {
    uint64_t layout;             // STORE_LAYOUT of the program that made it
    enum store_side side;
    struct hash consultation;
    uint8_t name[16];            // random: tells stores apart; the mark is kept under it
};

#define STORE_LAYOUT 1

// Makes a store in the directory path (STATE/store), which must not exist. flags: of enum kv_flag. Errors as kv_create.
MUST_USE enum err store_create(const char *path, enum store_side side, struct hash consultation, unsigned flags,
                               struct why *why);

// Opens it and reads its info into *info (may be NULL). Errors as kv_open, and ERR_CORRUPT when its info is damaged,
// ERR_CONFIG when another layout wrote it. max_bytes: as in kv_options. Gives *out: kv_close.
MUST_USE enum err store_open(const char *path, unsigned flags, uint64_t max_bytes, struct kv **out,
                             struct store_info *info, struct why *why);

// --- small named values of a program (meta, "x-" before the name) ---
// name at most 40 bytes. get: ERR_NOT_FOUND, ERR_CORRUPT, the error of t; borrowed.
void store_value_put(struct kv_txn *t, const char *name, struct slice value);
void store_value_drop(struct kv_txn *t, const char *name);
MUST_USE enum err store_value_get(struct kv_txn *t, const char *name, struct slice *out);

// --- the store key's public half and id, so that a locked node can seal what comes down ---
void store_seal_key_put(struct kv_txn *t, const struct store_key *key);
void store_seal_key_drop(struct kv_txn *t);
MUST_USE enum err store_seal_key_get(struct kv_txn *t, struct boxkey *public_half, uint8_t key_id[static 8]);

// --- one daemon per state ---
// Takes the lock file at path (STATE/lock; made when missing) for this process until state_lock_drop or its end.
// ERR_BUSY: another process has it, why says which. Gives *out_fd.
MUST_USE enum err state_lock_take(const char *path, int *out_fd, struct why *why);
// Frees it; -1 is harmless.
void state_lock_drop(int fd);

#endif
