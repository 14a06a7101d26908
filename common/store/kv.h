// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Ordered keys and values in transactions: the only door to LMDB. It knows bytes and databases by number; what a
// key or a value means is the business of keys.h and of the modules above it.
// Read first: docs/STORAGE.md, "The engine".
//
// A transaction carries its own error: puts return nothing, reads return false, and the first failure makes all
// later calls do nothing until kv_commit tells it. So code reads straight through and checks once. Absence and
// failure look alike to a reader: ask kv_error (or end with kv_commit) before acting on "it is not there".
#ifndef BARAZA_STORE_KV_H
#define BARAZA_STORE_KV_H

#include "common/base/bytes.h"
#include "common/base/err.h"
#include "common/base/why.h"

struct kv;     // an open environment: at most one per process and path
struct kv_txn; // a transaction, of one thread at a time

enum kv_flag {
    KV_READ_ONLY = 1,      // kv_begin_write is a fault of the caller (CHECK). The lock file is still written.
    KV_NO_SYNC = 2,        // commits are not durable: for simulation and for what can be rebuilt, never for a record
    KV_ANY_FILESYSTEM = 4, // accept a file system on which LMDB is not safe (tmpfs, NFS, FUSE, vfat)
};

struct kv_options {
    unsigned flags;           // of enum kv_flag
    uint64_t map_bytes;       // address space for the file; 0: LIMIT_STORE_MAP. Takes no memory and no disk.
    uint64_t max_bytes;       // write transactions are refused (ERR_FULL) once the file is this large; 0: no bound
    const char *const *names; // databases by number; kept until kv_close
    size_t count;             // at most LIMIT_STORE_DATABASES (CHECK)
    size_t later;             // 0, or: a database of this number or above that is missing is made, not a failure
};

// A first content, for kv_create. Borrowed.
struct kv_pair {
    unsigned db;
    struct slice key;
    struct slice value;
};

// Makes an environment in the directory path, which must not exist, with all databases of options and n first pairs:
// in a temporary directory beside it, synced, renamed, the parent synced. So a power cut leaves either nothing
// (but perhaps a directory named PATH.new-XXXXXX, which the next kv_create of that path removes) or all of it.
// ERR_EXISTS, ERR_CONFIG (a file system that is not safe), ERR_FULL, ERR_IO; then nothing is left behind.
MUST_USE enum err kv_create(const char *path, const struct kv_options *options, const struct kv_pair *pairs, size_t n,
                            struct why *why);

// Opens the environment in path. Call after fork, never before, and never twice for one path in one process.
// Checks the file system, the flags LMDB runs with, and that the file holds every page it claims; clears stale
// readers. ERR_NOT_FOUND (no environment, or a database of options is missing in it, which is not made when only
// reading), ERR_CORRUPT (not an
// environment, or shorter than it claims), ERR_CONFIG (a file system that is not safe), ERR_PERM, ERR_IO.
// Gives *out; kv_close frees it.
MUST_USE enum err kv_open(const char *path, const struct kv_options *options, struct kv **out, struct why *why);

// Closes and frees. No transaction may be open (CHECK). NULL is harmless.
void kv_close(struct kv *kv);

// Starts a transaction. Write: waits for the one writer of all processes; ends on the thread that began it.
// Read: a snapshot; keep it under a second, it holds back the reuse of space; may move between threads.
// ERR_FULL: max_bytes is reached (write). ERR_AGAIN: too many readers, also after stale ones were cleared.
MUST_USE enum err kv_begin_write(struct kv *kv, struct kv_txn **out);
MUST_USE enum err kv_begin_read(struct kv *kv, struct kv_txn **out);

// Ends t (takes it) and returns its error. Write: OK means durable (but with KV_NO_SYNC); anything else means that
// nothing of t happened: discard what memory knows of it and load again. ERR_FULL: the disk or the map is full;
// stale readers were looked for. Read: OK when every read was good.
MUST_USE enum err kv_commit(struct kv_txn *t);

// Ends t (takes it) and forgets what it wrote. NULL is harmless.
void kv_abort(struct kv_txn *t);

// The first error in t so far, OK when none.
enum err kv_error(const struct kv_txn *t);

// Makes e (not OK) the error of t, if it has none yet: for modules above that find a value damaged.
void kv_fail(struct kv_txn *t, enum err e);

// The environment t belongs to.
struct kv *kv_of(const struct kv_txn *t);

// True and *out the value, borrowed until the next write in t or its end; false when there is none or t has failed.
bool kv_get(struct kv_txn *t, unsigned db, struct slice key, struct slice *out);

// Stores value under key (1 to 511 bytes, CHECK), replacing what was there.
void kv_put(struct kv_txn *t, unsigned db, struct slice key, struct slice value);

// The same where key is expected to be above every other in db: pages fill up whole. Falls back to kv_put when not.
void kv_put_last(struct kv_txn *t, unsigned db, struct slice key, struct slice value);

// Stores n bytes under key and returns where the caller writes them, at once and before any other call on t.
// last: as kv_put_last. NULL when t has failed.
MUST_USE uint8_t *kv_put_room(struct kv_txn *t, unsigned db, struct slice key, size_t n, bool last);

// Removes key; nothing happens when it is not there. Returns whether it was.
bool kv_del(struct kv_txn *t, unsigned db, struct slice key);

// Removes every key that begins with prefix (at most 128 bytes, CHECK; empty: all of db). Returns how many.
uint64_t kv_del_all(struct kv_txn *t, unsigned db, struct slice prefix);

// --- ranges ---
// Keys of db in order. key and value are borrowed until the next call on the range, the next write in t or its end.
// No write to db while a range over it is open.
struct kv_range {
    struct slice key;
    struct slice value;
    // private
    struct kv_txn *t;
    void *cursor;
    uint8_t prefix[128];
    size_t prefix_n;
    uint8_t from[128];
    size_t from_n;
    bool started;
};

// Starts at the first key that is not below `from` and begins with prefix (each at most 128 bytes, CHECK; either may
// be empty). Ends where prefix ends.
struct kv_range kv_range_new(struct kv_txn *t, unsigned db, struct slice prefix, struct slice from);

// Moves to the next key (the first, the first time). False at the end or when t has failed.
MUST_USE bool kv_range_next(struct kv_range *r);

// Releases the range; to be called before t ends. Twice is harmless.
void kv_range_done(struct kv_range *r);

// The last key of db that begins with prefix and is not above `upto` (empty: no bound). False when there is none.
// key and value (each may be NULL) borrowed as from kv_get.
bool kv_last(struct kv_txn *t, unsigned db, struct slice prefix, struct slice upto, struct slice *key,
             struct slice *value);

// How many keys db holds.
uint64_t kv_count(struct kv_txn *t, unsigned db);

// --- the environment as a whole ---
// The number of the last committed write transaction of any process (kv_number), and of the snapshot t stands on,
// or the one t will be (kv_txn_number). A daemon notices writes of another process by the number.
uint64_t kv_number(struct kv *kv);
uint64_t kv_txn_number(struct kv_txn *t);

// Bytes of the file that have ever been used; and those that LMDB has to give again.
struct kv_usage {
    uint64_t file_bytes;
    uint64_t map_bytes;
};
struct kv_usage kv_usage(struct kv *kv);

// Frees the places of readers whose process has died. At open, on "full" and on "too many readers" this happens by
// itself; a daemon calls it hourly. Returns how many there were.
unsigned kv_check_readers(struct kv *kv);

// Copies a consistent snapshot into the directory path, which must exist and be empty; free pages are left out.
MUST_USE enum err kv_backup(struct kv *kv, const char *path, struct why *why);

#endif
