// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The roster is derived: whoever needs it folds the control entries from disk, the writer and the readers alike.
#include "hub/fold.h"

bool fold_wants(const struct entry *e)
{
    enum kind kind = kind_of(e->kind);
    return kind != KIND_UNKNOWN && (kind_info(kind)->control || kind == KIND_RESPONSE);
}

enum err fold_seen(struct record *r, struct kv_txn *t, const struct entry *e, enum verdict *form)
{
    struct hash root;
    if (e->seen_size > record_size(r)) {
        *form = VERDICT_SEEN_CONTRADICTS;
        return OK;
    }
    enum err err = record_root(r, t, e->seen_size, &root);
    if (err == OK && !hash_equal(root, e->seen_root)) {
        *form = VERDICT_SEEN_CONTRADICTS;
    }
    return err;
}

static enum err fold_one(struct roster *roster, struct record *r, struct kv_txn *t, uint64_t index, struct why *why)
{
    struct stored stored;
    struct entry entry;
    struct body body;
    enum err e = leaf_get(t, index, &stored, why);
    if (e != OK) {
        return e;
    }
    if (entry_parse(stored.bytes, &entry) != VERDICT_GOOD) {
        why_set(why, "entry %llu of the record is damaged", (unsigned long long)index);
        return ERR_CORRUPT;
    }
    enum kind kind = kind_of(entry.kind);
    if (kind == KIND_UNKNOWN || !kind_info(kind)->control) {
        return OK;
    }
    enum verdict form = kind_parse(&entry, &body);
    if (form == VERDICT_GOOD) {
        e = fold_seen(r, t, &entry, &form);
    }
    if (e == OK) {
        (void)roster_apply(roster, &entry, form, &body, index);
    }
    return e;
}

enum err fold_roster(struct roster *roster, struct record *r, struct kv_txn *t, uint64_t from, uint64_t to,
                     struct why *why)
{
    uint64_t index = from;
    enum err e = OK;
    while (e == OK && index < to && record_next_control(t, &index) && index < to) {
        e = fold_one(roster, r, t, index, why);
        index++;
    }
    return e != OK ? e : kv_error(t);
}
