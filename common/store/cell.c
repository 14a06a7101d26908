// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Checksummed values. It must never repair: who finds damage says so and stops.
#include "common/store/cell.h"

#include <string.h>

static void checksum(enum db db, struct slice key, struct slice value, uint8_t out[static CELL_CHECK_BYTES])
{
    const char *name = db_names()[db];
    struct sha256 s;
    sha256_init(&s);
    sha256_add(&s, slice_of(name, strlen(name) + 1));
    sha256_add(&s, key);
    sha256_add(&s, value);
    struct hash h = sha256_done(&s);
    memcpy(out, h.b, CELL_CHECK_BYTES);
}

static void put(struct kv_txn *t, enum db db, struct slice key, struct slice value, bool last)
{
    uint8_t *p = kv_put_room(t, db, key, value.n + CELL_CHECK_BYTES, last);
    if (p != NULL) {
        if (value.n > 0) {
            memcpy(p, value.p, value.n);
        }
        checksum(db, key, value, p + value.n);
    }
}

void cell_put(struct kv_txn *t, enum db db, struct slice key, struct slice value)
{
    put(t, db, key, value, false);
}

void cell_put_last(struct kv_txn *t, enum db db, struct slice key, struct slice value)
{
    put(t, db, key, value, true);
}

void cell_make(enum db db, struct slice key, struct slice value, struct buf *out)
{
    uint8_t check[CELL_CHECK_BYTES];
    checksum(db, key, value, check);
    buf_put(out, value);
    buf_put(out, SLICE_ARRAY(check));
}

enum err cell_get(struct kv_txn *t, enum db db, struct slice key, struct slice *out)
{
    struct slice raw;
    if (!kv_get(t, db, key, &raw)) {
        enum err e = kv_error(t);
        return e != OK ? e : ERR_NOT_FOUND;
    }
    return cell_open(db, key, raw, out) ? OK : ERR_CORRUPT;
}

bool cell_open(enum db db, struct slice key, struct slice raw, struct slice *out)
{
    uint8_t check[CELL_CHECK_BYTES];
    if (raw.n < CELL_CHECK_BYTES) {
        return false;
    }
    struct slice value = slice_of(raw.p, raw.n - CELL_CHECK_BYTES);
    checksum(db, key, value, check);
    if (memcmp(check, raw.p + value.n, CELL_CHECK_BYTES) != 0) {
        return false;
    }
    *out = value;
    return true;
}
