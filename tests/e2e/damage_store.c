// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// damage_store STORE journal|part|vault|outbox SEQ [last]: flips a bit in the middle of what a site's store keeps under
// that number of its first notebook (or the last one), wherever it lies in the file.
// damage_store STORE leaf|leaf-part SEQ: the same of entry SEQ of a hub's record.
// damage_store STORE chunk N: the same of the Nth chunk of attachments, from 0.
// damage_store STORE meta NAME: the same of a named value.
// damage_store STORE page N AT: flips a bit of byte AT in the Nth page of the tree, counted among the pages that are in
// use as leaves or branches. Status 3: there are fewer.
#include "common/base/num.h"
#include "common/store/journal.h"
#include "common/store/keys.h"
#include "common/store/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096
#define ROOM 65536

struct file {
    int fd;
    uint8_t *p;
    size_t n;
};

static struct file open_file(const char *store)
{
    char path[4096];
    struct stat st;
    struct file f = { .fd = -1 };
    CHECK(snprintf(path, sizeof path, "%s/data.mdb", store) > 0);
    f.fd = open(path, O_RDWR | O_CLOEXEC);
    CHECK(f.fd >= 0);
    CHECK(fstat(f.fd, &st) == 0);
    f.n = (size_t)st.st_size;
    f.p = mmap(NULL, f.n, PROT_READ | PROT_WRITE, MAP_SHARED, f.fd, 0);
    CHECK(f.p != MAP_FAILED);
    return f;
}

static void close_file(struct file *f)
{
    CHECK(munmap(f->p, f->n) == 0);
    CHECK(close(f->fd) == 0);
}

static size_t read_key(const char *store, enum db db, struct key key, uint8_t out[static ROOM])
{
    struct kv *kv = NULL;
    struct kv_txn *t = NULL;
    struct slice value;
    CHECK(store_open(store, KV_ANY_FILESYSTEM, 0, &kv, NULL, NULL) == OK);
    CHECK(kv_begin_read(kv, &t) == OK);
    CHECK(kv_get(t, db, key_slice(&key), &value));
    CHECK(value.n <= ROOM);
    memcpy(out, value.p, value.n);
    size_t n = value.n;
    kv_abort(t);
    kv_close(kv);
    return n;
}

static size_t read_value(const char *store, enum db db, uint64_t seq, bool last, uint8_t out[static ROOM])
{
    struct kv *kv = NULL;
    struct kv_txn *t = NULL;
    struct position at = { .seq = seq };
    struct journal_id next;
    struct slice value;
    CHECK(store_open(store, KV_ANY_FILESYSTEM, 0, &kv, NULL, NULL) == OK);
    CHECK(kv_begin_read(kv, &t) == OK);
    CHECK(journal_next(t, false, &at.journal));
    next = at.journal;
    while (last && journal_next(t, true, &next)) {
        at.journal = next;
    }
    struct key key = key_position(db, &at);
    CHECK(kv_get(t, db, key_slice(&key), &value));
    CHECK(value.n <= ROOM);
    memcpy(out, value.p, value.n);
    size_t n = value.n;
    kv_abort(t);
    kv_close(kv);
    return n;
}

static size_t read_chunk(const char *store, uint64_t number, uint8_t out[static ROOM])
{
    struct kv *kv = NULL;
    struct kv_txn *t = NULL;
    size_t n = 0;
    CHECK(store_open(store, KV_ANY_FILESYSTEM, 0, &kv, NULL, NULL) == OK);
    CHECK(kv_begin_read(kv, &t) == OK);
    struct kv_range r = kv_range_new(t, DB_BLOB, slice_of(NULL, 0), slice_of(NULL, 0));
    while (n == 0 && kv_range_next(&r)) {
        struct key_fields f;
        CHECK(key_parse(DB_BLOB, r.key, &f) && r.value.n <= ROOM);
        if (f.chunk < LIMIT_ATTACHMENT_CHUNKS && number-- == 0) {
            n = r.value.n;
            memcpy(out, r.value.p, n);
        }
    }
    kv_range_done(&r);
    kv_abort(t);
    kv_close(kv);
    CHECK(n > 0);
    return n;
}

// Flips a bit in the middle of a value, wherever it lies in the file.
static int flip(const char *store, const uint8_t *value, size_t n)
{
    struct file f = open_file(store);
    size_t found = 0;
    for (uint8_t *at = f.p; (at = memmem(at, f.n - (size_t)(at - f.p), value, n)) != NULL; at++) {
        at[n / 2] ^= 1;
        found++;
    }
    close_file(&f);
    return found > 0 ? 0 : 1;
}

static int damage_value(const char *store, const char *what, uint64_t seq, bool last)
{
    static const struct {
        const char *name;
        enum db db;
    } dbs[] = { { "journal", DB_JOURNAL }, { "part", DB_PART }, { "vault", DB_VAULT }, { "outbox", DB_OUTBOX },
              { "leaf", DB_LEAF }, { "leaf-part", DB_LEAF_PART } };
    static uint8_t value[ROOM];
    for (size_t i = 0; i < sizeof dbs / sizeof dbs[0]; i++) {
        if (strcmp(dbs[i].name, what) != 0) {
            continue;
        }
        const bool leaf = dbs[i].db == DB_LEAF || dbs[i].db == DB_LEAF_PART;
        size_t n = leaf ? read_key(store, dbs[i].db, key_index(dbs[i].db, seq), value)
                        : read_value(store, dbs[i].db, seq, last, value);
        return flip(store, value, n);
    }
    return 2;
}

static int damage_page(const char *store, uint64_t number, uint64_t at)
{
    struct file f = open_file(store);
    int code = 3;
    for (size_t page = 2; (page + 1) * PAGE <= f.n && code == 3; page++) {
        uint8_t *p = f.p + page * PAGE;
        bool used = p[0] == (page & 0xff) && p[1] == (page >> 8 & 0xff) && (p[10] == 1 || p[10] == 2) && p[11] == 0;
        if (used && number-- == 0) {
            p[at % PAGE] ^= 4;
            code = 0;
        }
    }
    close_file(&f);
    return code;
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        return 2;
    }
    uint64_t number = 0;
    uint64_t at = 0;
    if (strcmp(argv[2], "meta") == 0) {
        static uint8_t value[ROOM];
        return flip(argv[1], value, read_key(argv[1], DB_META, key_name(argv[3]), value));
    }
    if (!num_parse_u64(slice_text(argv[3]), &number)) {
        return 2;
    }
    if (strcmp(argv[2], "chunk") == 0) {
        static uint8_t value[ROOM];
        return flip(argv[1], value, read_chunk(argv[1], number, value));
    }
    if (strcmp(argv[2], "page") == 0) {
        return argc == 5 && num_parse_u64(slice_text(argv[4]), &at) ? damage_page(argv[1], number, at) : 2;
    }
    return damage_value(argv[1], argv[2], number, argc > 4);
}
