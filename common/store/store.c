// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Founding and opening a store, its named values, and the lock of the one daemon. It must never open a store that
// another layout wrote.
#include "common/store/store.h"

#include "common/base/num.h"
#include "common/format/pack.h"
#include "common/store/cell.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define NAME_MAX_BYTES 40

static const char info_name[] = "store";
static const char seal_name[] = "seal-key";

// --- info: [layout, side, consultation, name] ---

static enum err info_get(struct kv_txn *t, struct store_info *out)
{
    struct key key = key_name(info_name);
    struct store_info info = { 0 };
    struct slice value;
    enum err e = cell_get(t, DB_META, key_slice(&key), &value);
    if (e != OK) {
        return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
    }
    struct cursor c = cursor_new(value, false);
    cursor_array_of(&c, 4);
    info.layout = cursor_uint(&c);
    uint64_t side = cursor_uint(&c);
    cursor_bin_fixed(&c, info.consultation.b, sizeof info.consultation.b);
    cursor_bin_fixed(&c, info.name, sizeof info.name);
    if (!cursor_done(&c) || (side != STORE_NODE && side != STORE_HUB)) {
        return ERR_CORRUPT;
    }
    info.side = side == STORE_NODE ? STORE_NODE : STORE_HUB;
    *out = info;
    return OK;
}

enum err store_create(const char *path, enum store_side side, struct hash consultation, unsigned flags,
                      struct why *why)
{
    struct store_info info = { .layout = STORE_LAYOUT, .side = side, .consultation = consultation };
    struct kv_options options = { .flags = flags, .names = db_names(), .count = DB_COUNT };
    struct key key = key_name(info_name);
    struct buf value = buf_new(128);
    struct buf cell = buf_new(128 + CELL_CHECK_BYTES);
    ident_random(info.name, sizeof info.name);
    pack_array(&value, 4);
    pack_uint(&value, info.layout);
    pack_uint(&value, info.side);
    pack_bin(&value, SLICE_ARRAY(info.consultation.b));
    pack_bin(&value, SLICE_ARRAY(info.name));
    cell_make(DB_META, key_slice(&key), buf_slice(&value), &cell);
    CHECK(buf_ok(&cell));
    struct kv_pair first = { DB_META, key_slice(&key), buf_slice(&cell) };
    enum err e = kv_create(path, &options, &first, 1, why);
    buf_done(&value);
    buf_done(&cell);
    return e;
}

enum err store_open(const char *path, unsigned flags, uint64_t max_bytes, struct kv **out, struct store_info *info,
                    struct why *why)
{
    struct kv_options options = {
        .flags = flags, .max_bytes = max_bytes, .names = db_names(), .count = DB_COUNT, .later = DB_LATER
    };
    struct store_info found;
    struct kv *kv = NULL;
    struct kv_txn *t = NULL;
    enum err e = kv_open(path, &options, &kv, why);
    if (e != OK) {
        return e;
    }
    e = kv_begin_read(kv, &t);
    if (e == OK) {
        e = info_get(t, &found);
        kv_abort(t);
    }
    if (e == OK && found.layout != STORE_LAYOUT) {
        why_set(why, "the store in %s has layout %llu; this program knows layout %d", path,
                (unsigned long long)found.layout, STORE_LAYOUT);
        e = ERR_CONFIG;
    } else if (e != OK) {
        why_set(why, "the store in %s does not say what it is: %s", path, err_text(e));
    }
    if (e != OK) {
        kv_close(kv);
        return e;
    }
    if (info != NULL) {
        *info = found;
    }
    *out = kv;
    return OK;
}

// --- named values ---

static struct key value_key(const char *name)
{
    char text[NAME_MAX_BYTES + 3];
    int n = snprintf(text, sizeof text, "x-%s", name);
    CHECK(n > 2);
    CHECK((size_t)n < sizeof text);
    return key_name(text);
}

void store_value_put(struct kv_txn *t, const char *name, struct slice value)
{
    struct key key = value_key(name);
    cell_put(t, DB_META, key_slice(&key), value);
}

void store_value_drop(struct kv_txn *t, const char *name)
{
    struct key key = value_key(name);
    (void)kv_del(t, DB_META, key_slice(&key));
}

enum err store_value_get(struct kv_txn *t, const char *name, struct slice *out)
{
    struct key key = value_key(name);
    return cell_get(t, DB_META, key_slice(&key), out);
}

// --- the store key's public half: id 8 ‖ key 32 ---

void store_seal_key_put(struct kv_txn *t, const struct store_key *key)
{
    uint8_t value[8 + 32];
    struct key name = key_name(seal_name);
    struct boxkey public_half = store_key_public(key);
    memcpy(value, key->id, 8);
    memcpy(value + 8, public_half.b, 32);
    cell_put(t, DB_META, key_slice(&name), SLICE_ARRAY(value));
}

void store_seal_key_drop(struct kv_txn *t)
{
    struct key name = key_name(seal_name);
    (void)kv_del(t, DB_META, key_slice(&name));
}

enum err store_seal_key_get(struct kv_txn *t, struct boxkey *public_half, uint8_t key_id[static 8])
{
    struct key name = key_name(seal_name);
    struct slice value;
    enum err e = cell_get(t, DB_META, key_slice(&name), &value);
    if (e == OK && value.n != 8 + 32) {
        e = ERR_CORRUPT;
    }
    if (e == OK) {
        memcpy(key_id, value.p, 8);
        memcpy(public_half->b, value.p + 8, 32);
    }
    return e;
}

// --- the lock ---

// Writes who has the lock, for the next one's message. Only a hint: failing is harmless.
static void lock_sign(int fd)
{
    char text[32];
    int n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    CHECK(n > 0);
    if (ftruncate(fd, 0) == 0) {
        (void)!pwrite(fd, text, (size_t)n, 0);
    }
}

static void lock_tell(int fd, const char *path, struct why *why)
{
    uint8_t text[32];
    uint64_t pid = 0;
    ssize_t n = pread(fd, text, sizeof text, 0);
    struct slice number = slice_of(text, n > 0 ? (size_t)n - 1 : 0);
    if (num_parse_u64(number, &pid)) {
        why_set(why, "%s is held by process %llu", path, (unsigned long long)pid);
    } else {
        why_set(why, "%s is held by another process", path);
    }
}

enum err state_lock_take(const char *path, int *out_fd, struct why *why)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        int number = errno;
        why_set(why, "opening %s: %s", path, strerror(number));
        return err_from_errno(number);
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int number = errno;
        if (number == EWOULDBLOCK) {
            lock_tell(fd, path, why);
        } else {
            why_set(why, "locking %s: %s", path, strerror(number));
        }
        close(fd);
        return number == EWOULDBLOCK ? ERR_BUSY : err_from_errno(number);
    }
    lock_sign(fd);
    *out_fd = fd;
    return OK;
}

void state_lock_drop(int fd)
{
    if (fd >= 0) {
        close(fd); // the file stays: removing it would let two processes lock two files of one name
    }
}
