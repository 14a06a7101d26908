// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The environment: made whole or not at all, opened with every check LMDB leaves to its user, copied. It knows flags
// and files; it must never touch a value but the first ones of a new store.
// Read first: docs/STORAGE.md, "The engine"; lmdb.h, "Caveats".
#include "common/store/kv_inside.h"

#include "common/base/fault.h"
#include "common/base/file.h"
#include "common/store/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define LOCK_BYTES (64 * (LIMIT_STORE_READERS + 64)) // a line for each reader, and what stands before them

// --- errors ---

// A short write for want of room comes out of LMDB as EIO: look at the disk before believing it.
static enum err io_or_full(MDB_env *env)
{
    const char *path = NULL;
    struct statvfs v;
    if (mdb_env_get_path(env, &path) != 0 || statvfs(path, &v) != 0) {
        return ERR_IO;
    }
    return (uint64_t)v.f_bavail * v.f_frsize < SLACK_BYTES ? ERR_FULL : ERR_IO;
}

enum err kv_err_of(MDB_env *env, int code)
{
    switch (code) {
    case MDB_SUCCESS:
        return OK;
    case MDB_MAP_FULL:
        return ERR_FULL;
    case MDB_READERS_FULL:
        return ERR_AGAIN;
    case MDB_NOTFOUND:
        return ERR_NOT_FOUND;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
    case MDB_INCOMPATIBLE:
        return ERR_CORRUPT;
    case EIO:
        return io_or_full(env);
    default:
        break;
    }
    // What remains of LMDB's codes: faults of this layer (bad value, bad transaction), or its panic after an I/O error.
    CHECK(code > 0 || code == MDB_PANIC);
    return code > 0 ? err_from_errno(code) : ERR_IO;
}

static enum err failed(MDB_env *env, int code, const char *doing, const char *path, struct why *why)
{
    why_set(why, "%s %s: %s", doing, path, mdb_strerror(code));
    return kv_err_of(env, code);
}

// --- opening ---

static unsigned mdb_flags(unsigned flags)
{
    return MDB_NOTLS | MDB_NORDAHEAD | ((flags & KV_READ_ONLY) != 0 ? MDB_RDONLY : 0u) |
           ((flags & KV_NO_SYNC) != 0 ? MDB_NOSYNC : 0u);
}

// LMDB maps its file of locks and writes to it there: into a hole, on a full disk, that ends the process (SIGBUS). So
// its room is taken beforehand. Where a file system cannot do that, nothing is won and nothing is lost.
static enum err lock_room(const char *path, struct why *why)
{
    char name[PATH_MAX];
    enum err e = place_join(name, path, "/lock.mdb", why);
    if (e != OK) {
        return e;
    }
    const int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    struct stat st;
    if (fd < 0 && errno == ELOOP) {
        why_set(why, "%s is a link: it is not followed", name); // what it points to would be written over
        return ERR_BAD_INPUT;
    }
    if (fd < 0) {
        return OK; // a disk that is only read; LMDB says it better
    }
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        why_set(why, "%s is not an ordinary file", name);
        e = ERR_BAD_INPUT;
    } else if (fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, LOCK_BYTES) != 0 && (errno == ENOSPC || errno == EDQUOT)) {
        why_set(why, "opening the store in %s: the disk is full", path);
        e = ERR_FULL;
    }
    close(fd);
    return e;
}

// Opens the environment itself. On failure *out is untouched and nothing is left open.
static enum err env_open(const char *path, const struct kv_options *o, MDB_env **out, struct why *why)
{
    MDB_env *env = NULL;
    enum err e = lock_room(path, why);
    if (e != OK) {
        return e;
    }
    int code = mdb_env_create(&env);
    CHECK(code == 0); // it only allocates
    uint64_t map = o->map_bytes != 0 ? o->map_bytes : LIMIT_STORE_MAP;
    code = mdb_env_set_mapsize(env, (size_t)map);
    if (code == 0) {
        code = mdb_env_set_maxdbs(env, LIMIT_STORE_DATABASES);
    }
    if (code == 0) {
        code = mdb_env_set_maxreaders(env, LIMIT_STORE_READERS);
    }
    if (code == 0) {
        code = mdb_env_open(env, path, mdb_flags(o->flags), 0600);
    }
    if (code != 0) {
        why_set(why, "opening the store in %s: %s", path, mdb_strerror(code));
        mdb_env_close(env);
        // The environment is gone, so EIO cannot be looked into.
        return code == EIO ? ERR_IO : kv_err_of(NULL, code);
    }
    unsigned flags = 0;
    code = mdb_env_get_flags(env, &flags);
    CHECK(code == 0);
    CHECK(flags == mdb_flags(o->flags));
    if (FAULT(ACK_BEFORE_SYNC)) {
        CHECK(mdb_env_set_flags(env, MDB_NOSYNC, 1) == 0);
    }
    *out = env;
    return OK;
}

static enum err handles_open(struct kv *kv, const struct kv_options *o, MDB_txn *txn, unsigned create, const char *path,
                             struct why *why)
{
    for (size_t i = 0; i < o->count; i++) {
        int code = mdb_dbi_open(txn, o->names[i], create, &kv->dbi[i]);
        if (code != 0) {
            why_set(why, "opening %s in the store in %s: %s. If the disk damaged it: baraza check, baraza salvage",
                    o->names[i], path, mdb_strerror(code));
            return kv_err_of(kv->env, code);
        }
    }
    kv->count = o->count;
    return OK;
}

// Opens, with these flags, the databases that came later; returns LMDB's code.
static int later_open(const struct kv_options *o, MDB_txn *txn, unsigned create)
{
    int code = 0;
    MDB_dbi dbi;
    for (size_t i = o->later; i < o->count && code == 0; i++) {
        code = mdb_dbi_open(txn, o->names[i], create, &dbi);
    }
    return code;
}

// Makes the databases that came later, where one is missing. Opened for good they are by handles_open.
static enum err later_make(MDB_env *env, const struct kv_options *o, const char *path, struct why *why)
{
    MDB_txn *txn = NULL;
    if (o->later == 0 || (o->flags & KV_READ_ONLY) != 0) {
        return OK;
    }
    int code = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
    if (code == 0) {
        code = later_open(o, txn, 0);
        mdb_txn_abort(txn);
    }
    if (code == MDB_NOTFOUND) {
        code = mdb_txn_begin(env, NULL, 0, &txn);
        if (code == 0) {
            code = later_open(o, txn, MDB_CREATE);
            if (code == 0) {
                code = mdb_txn_commit(txn);
            } else {
                mdb_txn_abort(txn);
            }
        }
    }
    return code == 0 ? OK : failed(env, code, "making new databases in the store in", path, why);
}

static struct kv *kv_new(MDB_env *env, const struct kv_options *o)
{
    struct kv *kv = mem_new(sizeof *kv);
    kv->env = env;
    kv->pid = getpid();
    kv->flags = o->flags;
    kv->map_bytes = o->map_bytes != 0 ? o->map_bytes : LIMIT_STORE_MAP;
    kv->max_bytes = o->max_bytes;
    MDB_stat st;
    int code = mdb_env_stat(env, &st);
    CHECK(code == 0);
    kv->page_bytes = st.ms_psize;
    return kv;
}

uint64_t kv_bytes_claimed(const struct kv *kv)
{
    MDB_envinfo info;
    int code = mdb_env_info(kv->env, &info);
    CHECK(code == 0);
    return ((uint64_t)info.me_last_pgno + 1) * kv->page_bytes;
}

static uint64_t bytes_there(const struct kv *kv)
{
    int fd = -1;
    struct stat st;
    int code = mdb_env_get_fd(kv->env, &fd);
    CHECK(code == 0);
    return fstat(fd, &st) == 0 ? (uint64_t)st.st_size : 0;
}

// Keeps the hole behind the last page. A failure is harmless: only the check at the next open might be too strict,
// and a disk that cannot extend a file with a hole will say so at the next write.
void kv_slack_keep(struct kv *kv)
{
    uint64_t claimed = kv_bytes_claimed(kv);
    if (bytes_there(kv) < claimed + SLACK_BYTES / 2) {
        int fd = -1;
        int code = mdb_env_get_fd(kv->env, &fd);
        CHECK(code == 0);
        (void)!ftruncate(fd, (off_t)(claimed + SLACK_BYTES));
    }
}

enum err kv_open(const char *path, const struct kv_options *options, struct kv **out, struct why *why)
{
    CHECK(options->count <= LIMIT_STORE_DATABASES);
    MDB_env *env = NULL;
    struct kv *kv = NULL;
    MDB_txn *txn = NULL;
    int code = 0;
    enum err e = place_look(path, why);
    if (e == OK) {
        e = place_check(path, (options->flags & KV_ANY_FILESYSTEM) != 0, why);
    }
    if (e == OK) {
        e = env_open(path, options, &env, why);
    }
    if (e != OK) {
        return e;
    }
    kv = kv_new(env, options);
    if (bytes_there(kv) < kv_bytes_claimed(kv)) {
        why_set(why, "the store in %s is damaged: its file has %llu bytes of %llu", path,
                (unsigned long long)bytes_there(kv), (unsigned long long)kv_bytes_claimed(kv));
        e = ERR_CORRUPT;
        goto out;
    }
    (void)kv_check_readers(kv);
    e = later_make(env, options, path, why);
    if (e != OK) {
        goto out;
    }
    code = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
    if (code != 0) {
        e = failed(env, code, "reading the store in", path, why);
        goto out;
    }
    e = handles_open(kv, options, txn, 0, path, why);
    if (e != OK) {
        mdb_txn_abort(txn);
        goto out;
    }
    code = mdb_txn_commit(txn); // handles outlive the transaction only so
    CHECK(code == 0);
    *out = kv;
    kv = NULL;
out:
    kv_close(kv);
    return e;
}

void kv_close(struct kv *kv)
{
    if (kv == NULL) {
        return;
    }
    CHECK(kv->open_txns == 0);
    CHECK(kv->pid == getpid());
    mdb_env_close(kv->env);
    free(kv);
}

// --- making ---

// Makes the databases and first pairs in dir, durably.
static enum err fill(const char *dir, const struct kv_options *options, const struct kv_pair *pairs, size_t n,
                     struct why *why)
{
    struct kv_options o = *options;
    o.flags &= ~(unsigned)KV_READ_ONLY;
    MDB_env *env = NULL;
    MDB_txn *txn = NULL;
    enum err e = env_open(dir, &o, &env, why);
    if (e != OK) {
        return e;
    }
    struct kv *kv = kv_new(env, &o);
    int code = mdb_txn_begin(env, NULL, 0, &txn);
    if (code == 0) {
        e = handles_open(kv, &o, txn, MDB_CREATE, dir, why);
        for (size_t i = 0; e == OK && code == 0 && i < n; i++) {
            CHECK(pairs[i].db < kv->count);
            MDB_val k = { pairs[i].key.n, (void *)(uintptr_t)pairs[i].key.p };
            MDB_val v = { pairs[i].value.n, (void *)(uintptr_t)pairs[i].value.p };
            code = mdb_put(txn, kv->dbi[pairs[i].db], &k, &v, MDB_NOOVERWRITE);
        }
        if (e == OK && code == 0) {
            code = mdb_txn_commit(txn);
        } else {
            mdb_txn_abort(txn);
        }
    }
    if (e == OK && code == 0) {
        kv_slack_keep(kv);
        code = mdb_env_sync(env, 1);
    }
    if (e == OK && code != 0) {
        e = failed(env, code, "making the store in", dir, why);
    }
    kv_close(kv);
    return e;
}

enum err kv_create(const char *path, const struct kv_options *options, const struct kv_pair *pairs, size_t n,
                   struct why *why)
{
    CHECK(options->count <= LIMIT_STORE_DATABASES);
    char dir[PATH_MAX];
    char parent[PATH_MAX];
    enum err e = place_join(dir, path, ".new", why);
    if (e == OK) {
        e = place_parent(path, parent, why);
    }
    if (e == OK && file_exists(path)) {
        why_set(why, "%s is there already", path);
        e = ERR_EXISTS;
    }
    if (e == OK) {
        e = place_check(parent, (options->flags & KV_ANY_FILESYSTEM) != 0, why);
    }
    if (e == OK) {
        place_remove(dir); // left by a power cut
        e = file_make_dir(dir, why);
    }
    if (e != OK) {
        return e;
    }
    e = fill(dir, options, pairs, n, why);
    if (e == OK) {
        e = file_sync_dir(dir, why);
    }
    if (e == OK && rename(dir, path) != 0) {
        int number = errno;
        why_set(why, "renaming %s: %s", dir, strerror(number));
        e = number == ENOTEMPTY ? ERR_EXISTS : err_from_errno(number);
    }
    if (e != OK) {
        place_remove(dir);
        return e;
    }
    return file_sync_dir(parent, why);
}

// --- the environment as a whole ---

uint64_t kv_number(struct kv *kv)
{
    MDB_envinfo info;
    int code = mdb_env_info(kv->env, &info);
    CHECK(code == 0);
    return info.me_last_txnid;
}

uint64_t kv_txn_number(struct kv_txn *t)
{
    return mdb_txn_id(t->txn);
}

struct kv_usage kv_usage(struct kv *kv)
{
    return (struct kv_usage){ kv_bytes_claimed(kv), kv->map_bytes };
}

unsigned kv_check_readers(struct kv *kv)
{
    int dead = 0;
    int code = mdb_reader_check(kv->env, &dead);
    return code == 0 && dead > 0 ? (unsigned)dead : 0;
}

enum err kv_backup(struct kv *kv, const char *path, struct why *why)
{
    char file[PATH_MAX];
    enum err e = place_join(file, path, "/" PLACE_FILE, why);
    int code = e == OK ? mdb_env_copy2(kv->env, path, MDB_CP_COMPACT) : 0;
    if (code != 0) {
        return failed(kv->env, code, "copying the store to", path, why);
    }
    int fd = e == OK ? open(file, O_RDONLY | O_CLOEXEC) : -1;
    if (e == OK && (fd < 0 || fsync(fd) != 0)) {
        int number = errno;
        why_set(why, "syncing %s: %s", file, strerror(number));
        e = err_from_errno(number);
    }
    if (fd >= 0) {
        close(fd);
    }
    return e == OK ? file_sync_dir(path, why) : e;
}
