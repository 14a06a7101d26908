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

struct fold fold_new(const struct charter *charter)
{
    struct fold f = { .roster = roster_new(charter), .erasures = erasure_new() };
    f.generation = roster_generation(f.roster);
    return f;
}

void fold_done(struct fold *f)
{
    roster_free(f->roster);
    erasure_free(f->erasures);
    *f = (struct fold){ .roster = NULL };
}

// Reads the control entry at index; *control is false for one that is only read again for other reasons.
static enum err read_one(struct record *r, struct kv_txn *t, uint64_t index, struct entry *entry, struct body *body,
                         enum verdict *form, bool *control, struct why *why)
{
    struct stored stored;
    enum err e = leaf_get(t, index, &stored, why);
    if (e != OK) {
        return e;
    }
    if (entry_parse(stored.bytes, entry) != VERDICT_GOOD) {
        why_set(why, "entry %llu of the record is damaged", (unsigned long long)index);
        return ERR_CORRUPT;
    }
    enum kind kind = kind_of(entry->kind);
    *control = kind != KIND_UNKNOWN && kind_info(kind)->control;
    if (!*control) {
        return OK;
    }
    *form = kind_parse(entry, body);
    return *form == VERDICT_GOOD ? fold_seen(r, t, entry, form) : OK;
}

enum err fold_follow(struct fold *f, struct record *r, struct kv_txn *t, uint64_t from, uint64_t to, struct why *why)
{
    struct entry entry;
    struct body body;
    enum verdict form = VERDICT_GOOD;
    bool control = false;
    uint64_t index = from;
    enum err e = OK;
    while (e == OK && index < to && record_next_control(t, &index) && index < to) {
        e = read_one(r, t, index, &entry, &body, &form, &control, why);
        if (e == OK && control) {
            enum verdict v = roster_apply(f->roster, &entry, form, &body, index);
            if (form == VERDICT_GOOD) {
                erasure_put(f->erasures, &entry, &body, index, v);
            }
        }
        index++;
    }
    e = e != OK ? e : kv_error(t);
    return e != OK ? e : fold_judge(f, r, t, why);
}

enum err fold_judge(struct fold *f, struct record *r, struct kv_txn *t, struct why *why)
{
    struct entry entry;
    struct body body;
    enum verdict form = VERDICT_GOOD;
    bool control = false;
    enum err e = OK;
    if (f->generation == roster_generation(f->roster)) {
        return OK;
    }
    for (size_t i = 0; e == OK && i < erasure_offered_count(f->erasures); i++) {
        const uint64_t index = erasure_offered(f->erasures, i);
        e = read_one(r, t, index, &entry, &body, &form, &control, why);
        if (e == OK && control && form == VERDICT_GOOD && body.kind == KIND_REDACTION) {
            erasure_put(f->erasures, &entry, &body, index, roster_standing(f->roster, &entry, form, &body, index));
        }
    }
    e = e != OK ? e : kv_error(t);
    f->generation = e == OK ? roster_generation(f->roster) : f->generation;
    return e;
}
