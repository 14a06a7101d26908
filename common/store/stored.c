// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Entries and sealed parts as values. It must never hand out bytes that do not hash to their id.
#include "common/store/stored.h"

#include "common/format/entry.h"
#include "common/store/wipe.h"

#include <string.h>

#define ID_BYTES 32

void stored_put(struct kv_txn *t, enum db db, struct slice key, struct hash id, struct slice entry)
{
    uint8_t *p = kv_put_room(t, db, key, ID_BYTES + entry.n, true);
    if (p != NULL) {
        memcpy(p, id.b, ID_BYTES);
        memcpy(p + ID_BYTES, entry.p, entry.n);
    }
}

bool stored_beside(struct slice value, struct hash id)
{
    return value.n > ID_BYTES && memcmp(value.p, id.b, ID_BYTES) == 0;
}

bool stored_parse(struct slice value, struct stored *out)
{
    if (value.n <= ID_BYTES || value.n > ID_BYTES + LIMIT_ENTRY_BYTES) {
        return false;
    }
    struct slice bytes = slice_of(value.p + ID_BYTES, value.n - ID_BYTES);
    struct hash id = entry_id(bytes);
    if (memcmp(id.b, value.p, ID_BYTES) != 0) {
        // Either may be what was damaged: bytes that their author signed are whole.
        struct entry e;
        if (entry_parse(bytes, &e) != VERDICT_GOOD || entry_verify(&e, e.place.consultation) != VERDICT_GOOD) {
            return false;
        }
    }
    *out = (struct stored){ id, bytes };
    return true;
}

void stored_put_parts(struct kv_txn *t, enum db parts, enum db vault, struct slice key, struct slice sealed,
                      const struct wrapped *wrapped)
{
    CHECK((sealed.n == 0) == (wrapped == NULL));
    if (wrapped == NULL) {
        return;
    }
    kv_put_last(t, parts, key, sealed);
    kv_put_last(t, vault, key, slice_of(wrapped->b, wrapped->n));
}

enum err stored_parts(struct kv_txn *t, enum db parts, enum db vault, struct slice key, struct hash id,
                      const struct store_key *store_key, struct buf *out)
{
    struct slice sealed;
    struct slice wrapped;
    bool any = kv_get(t, parts, key, &sealed);
    if (any && !kv_get(t, vault, key, &wrapped)) {
        enum err e = kv_error(t);
        // An erasure removes both; only wipe_keys leaves a part without its key, and says so.
        return e != OK ? e : wipe_closed(t) ? ERR_NOT_FOUND : ERR_CORRUPT;
    }
    if (!any) {
        enum err e = kv_error(t);
        return e != OK ? e : ERR_NOT_FOUND;
    }
    return vault_open(store_key, id, wrapped, sealed, out);
}
