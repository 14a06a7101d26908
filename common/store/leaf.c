// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Entries in the record's order. Indices only grow, so pages fill up whole. It must never decide which index is next.
#include "common/store/leaf.h"

#include "common/store/cell.h"
#include "common/store/id_prefix.h"

#include <string.h>

static enum err damaged(struct why *why, uint64_t index)
{
    why_set(why, "entry %llu of the record is damaged in the store", (unsigned long long)index);
    return ERR_CORRUPT;
}

void leaf_put(struct kv_txn *t, uint64_t index, struct hash id, struct slice entry, struct slice sealed,
              const struct wrapped *wrapped)
{
    struct key key = key_index(DB_LEAF, index);
    stored_put(t, DB_LEAF, key_slice(&key), id, entry);
    stored_put_parts(t, DB_LEAF_PART, DB_LEAF_VAULT, key_slice(&key), sealed, wrapped);
}

enum err leaf_get(struct kv_txn *t, uint64_t index, struct stored *out, struct why *why)
{
    struct key key = key_index(DB_LEAF, index);
    struct slice value;
    if (!kv_get(t, DB_LEAF, key_slice(&key), &value)) {
        enum err e = kv_error(t);
        return e != OK ? e : ERR_NOT_FOUND;
    }
    return stored_parse(value, out) ? OK : damaged(why, index);
}

enum err leaf_id(struct kv_txn *t, uint64_t index, struct hash *out)
{
    struct key key = key_index(DB_LEAF, index);
    struct stored stored;
    struct slice value;
    if (!kv_get(t, DB_LEAF, key_slice(&key), &value)) {
        enum err e = kv_error(t);
        return e != OK ? e : ERR_NOT_FOUND;
    }
    if (stored_parse(value, &stored)) {
        *out = stored.id;
    } else if (value.n >= sizeof out->b) {
        memcpy(out->b, value.p, sizeof out->b);
    } else {
        return ERR_CORRUPT;
    }
    return OK;
}

enum err leaf_parts(struct kv_txn *t, const struct store_key *key, uint64_t index, struct buf *out, struct why *why)
{
    struct stored entry;
    enum err e = leaf_get(t, index, &entry, why);
    if (e != OK) {
        return e;
    }
    struct key place = key_index(DB_LEAF_PART, index);
    e = stored_parts(t, DB_LEAF_PART, DB_LEAF_VAULT, key_slice(&place), entry.id, key, out);
    return e == ERR_CORRUPT ? damaged(why, index) : e;
}

struct leaf_range leaf_range_new(struct kv_txn *t, uint64_t from)
{
    struct key first = key_index(DB_LEAF, from);
    return (struct leaf_range){ .range = kv_range_new(t, DB_LEAF, slice_of(NULL, 0), key_slice(&first)) };
}

bool leaf_range_next(struct leaf_range *r)
{
    struct key_fields f;
    if (!kv_range_next(&r->range)) {
        return false;
    }
    if (!key_parse(DB_LEAF, r->range.key, &f)) {
        kv_fail(r->range.t, ERR_CORRUPT);
        return false;
    }
    r->index = f.index;
    r->whole = stored_parse(r->range.value, &r->entry);
    return true;
}

void leaf_range_done(struct leaf_range *r)
{
    kv_range_done(&r->range);
}

void leaf_drop(struct kv_txn *t, uint64_t index)
{
    static const enum db of_entry[] = { DB_LEAF, DB_LEAF_PART, DB_LEAF_VAULT };
    for (size_t i = 0; i < sizeof of_entry / sizeof of_entry[0]; i++) {
        struct key key = key_index(of_entry[i], index);
        (void)kv_del(t, of_entry[i], key_slice(&key));
    }
}

uint64_t leaf_count(struct kv_txn *t)
{
    return kv_count(t, DB_LEAF);
}

void leaf_redaction_put(struct kv_txn *t, uint64_t index)
{
    struct key key = key_index(DB_CONTROL, index);
    cell_put_last(t, DB_CONTROL, key_slice(&key), slice_of(NULL, 0));
}

uint64_t leaf_redactions(struct kv_txn *t)
{
    return kv_count(t, DB_CONTROL);
}

enum err leaf_find(struct kv_txn *t, struct slice prefix, uint64_t *out)
{
    struct id_prefix p;
    if (!id_prefix_make(prefix, &p)) {
        return ERR_BAD_INPUT;
    }
    struct leaf_range range = leaf_range_new(t, 0);
    while (!id_prefix_done(&p) && leaf_range_next(&range)) {
        if (range.whole) {
            id_prefix_offer(&p, range.entry.id.b, range.index);
        }
    }
    leaf_range_done(&range);
    enum err e = kv_error(t);
    return e != OK ? e : id_prefix_result(&p, out);
}
