// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What kv.c (transactions) and kv_env.c (the environment) share and nobody else may see: the only door to LMDB.
#ifndef BARAZA_STORE_KV_INSIDE_H
#define BARAZA_STORE_KV_INSIDE_H

#include "common/limits.h"
#include "common/store/kv.h"

#include <lmdb.h>
#include <sys/types.h>

// The file is kept so much longer than its last page (as a hole): LMDB does not write pages that a transaction took
// and gave back, so a file that ends exactly at its last write may be shorter than it claims without being damaged.
#define SLACK_BYTES ((uint64_t)1 << 20)

struct kv {
    MDB_env *env;
    pid_t pid;               // LMDB does not survive fork
    unsigned flags;
    uint64_t map_bytes;
    uint64_t max_bytes;
    uint64_t page_bytes;
    unsigned open_txns;
    size_t count;
    MDB_dbi dbi[LIMIT_STORE_DATABASES];
};

struct kv_txn {
    struct kv *kv;
    MDB_txn *txn;
    bool write;
    enum err error;
};

// Turns a return value of LMDB into ours. env (may be NULL) is where EIO is looked into.
enum err kv_err_of(MDB_env *env, int code);

// Bytes of the file that the last committed transaction speaks of.
uint64_t kv_bytes_claimed(const struct kv *kv);

// Keeps the hole behind the last page, after a commit.
void kv_slack_keep(struct kv *kv);

#endif
