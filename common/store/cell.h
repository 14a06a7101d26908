// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Values that nothing else vouches for (no hash that names them, no cipher that checks them), with a checksum over
// database, key and value: LMDB has none, and a flipped bit must be found, not believed.
#ifndef BARAZA_STORE_CELL_H
#define BARAZA_STORE_CELL_H

#include "common/store/keys.h"
#include "common/store/kv.h"

#define CELL_CHECK_BYTES 8 // first bytes of SHA-256(name of database ‖ 00 ‖ key ‖ value), behind the value

// Puts value under key with its checksum. Errors show at kv_commit.
void cell_put(struct kv_txn *t, enum db db, struct slice key, struct slice value);

// The same where key is likely to be the last of db (kv_put_last).
void cell_put_last(struct kv_txn *t, enum db db, struct slice key, struct slice value);

// Appends value with its checksum to out: for a first content that kv_create puts.
void cell_make(enum db db, struct slice key, struct slice value, struct buf *out);

// *out = the value under key without its checksum; borrowed as from kv_get. ERR_NOT_FOUND, ERR_CORRUPT, the error of t.
MUST_USE enum err cell_get(struct kv_txn *t, enum db db, struct slice key, struct slice *out);

// Checks what a range or kv_last gave; *out the value without its checksum. False when it is damaged.
MUST_USE bool cell_open(enum db db, struct slice key, struct slice raw, struct slice *out);

#endif
