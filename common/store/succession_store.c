// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Read first: succession_store.h.
#include "common/store/succession_store.h"

#include "common/store/leaf.h"
#include "common/store/store.h"

#include <stdlib.h>

#define NAME "succession"

enum err succession_build(struct kv_txn *t, const struct roster *roster, struct buf *out, struct why *why)
{
    uint64_t *at = mem_new(LIMIT_SUCCESSION_ENTRIES * sizeof *at);
    const size_t n = succession_indexes(roster, at);
    enum err e = OK;
    if (n > 0) {
        succession_begin(n, out);
    }
    for (size_t i = 0; i < n && e == OK; i++) {
        struct stored stored;
        e = leaf_get(t, at[i], &stored, why);
        if (e == OK) {
            succession_put(at[i], stored.bytes, out);
        }
    }
    free(at);
    if (e == ERR_NOT_FOUND) {
        why_set(why, "an entry that changed a key of the consultation is missing");
        e = ERR_CORRUPT;
    }
    return e;
}

static enum err known_in(struct kv_txn *t, struct buf *out)
{
    struct slice value;
    enum err e = store_value_get(t, NAME, &value);
    if (e == OK) {
        buf_put(out, value);
    }
    return e == ERR_NOT_FOUND ? OK : e;
}

enum err succession_known(struct kv *kv, struct buf *out)
{
    struct kv_txn *t = NULL;
    enum err e = kv_begin_read(kv, &t);
    if (e == OK) {
        e = known_in(t, out);
    }
    kv_abort(t);
    return e;
}

// In the transaction that writes, so that two programs cannot step behind each other.
static enum err take_in(struct kv_txn *t, struct slice bytes, bool *fresh, struct why *why)
{
    struct buf known = buf_new(LIMIT_SUCCESSION_BYTES);
    enum err e = known_in(t, &known);
    if (e == OK && succession_extends(buf_slice(&known), bytes)) {
        *fresh = !slice_equal(buf_slice(&known), bytes);
        if (*fresh) {
            store_value_put(t, NAME, bytes);
        }
    } else if (e == OK && !succession_extends(bytes, buf_slice(&known))) {
        why_set(why, "the hub names other changes of the consultation's keys than were shown here before");
        e = ERR_BAD_INPUT;
    }
    buf_done(&known);
    return e;
}

enum err succession_take(struct kv *kv, const struct charter *charter, struct slice bytes, bool *fresh,
                         struct why *why)
{
    struct roster *roster = NULL;
    struct kv_txn *t = NULL;
    bool grown = false;
    *fresh = false;
    if (succession_verify(bytes, charter, &roster, why) != VERDICT_GOOD) {
        return ERR_BAD_INPUT;
    }
    roster_free(roster);
    enum err e = kv_begin_write(kv, &t);
    if (e != OK) {
        return e;
    }
    e = take_in(t, bytes, &grown, why);
    if (e == OK && grown) {
        e = kv_commit(t);
        *fresh = e == OK;
    } else {
        kv_abort(t);
    }
    return e;
}

enum err succession_keys(struct kv *kv, const struct charter *charter, struct service_keys *out, struct why *why)
{
    struct roster *roster = NULL;
    struct buf known = buf_new(LIMIT_SUCCESSION_BYTES);
    enum err e = succession_known(kv, &known);
    if (e == OK && known.n > 0 && succession_verify(buf_slice(&known), charter, &roster, why) != VERDICT_GOOD) {
        e = ERR_CORRUPT;
    }
    if (e == OK) {
        service_keys_of(charter, roster, out);
    }
    roster_free(roster);
    buf_done(&known);
    return e;
}
