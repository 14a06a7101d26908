// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Open addressing with the record itself as the keys: a slot holds index + 1, and the id is read to compare. Ids are
// hashes, so their first bytes are spread well; who makes ids collide on purpose makes only his own look-ups slow.
#include "hub/finder.h"

#include <stdlib.h>

struct finder {
    uint64_t size;   // ids taken in
    uint64_t room;   // a power of two, at least twice size
    uint64_t *slots; // index + 1; 0 is free
};

#define FINDER_ROOM 1024

struct finder *finder_new(void)
{
    struct finder *f = mem_new(sizeof *f);
    f->room = FINDER_ROOM;
    f->slots = mem_new((size_t)f->room * sizeof *f->slots);
    return f;
}

void finder_free(struct finder *f)
{
    if (f != NULL) {
        free(f->slots);
        free(f);
    }
}

static void place(struct finder *f, struct hash id, uint64_t index)
{
    uint64_t i = be64_get(id.b) & (f->room - 1);
    while (f->slots[i] != 0) {
        i = (i + 1) & (f->room - 1);
    }
    f->slots[i] = index + 1;
}

static enum err grow(struct finder *f, struct record *r, struct kv_txn *t)
{
    struct hash id;
    enum err e = OK;
    f->room *= 2;
    free(f->slots);
    f->slots = mem_new((size_t)f->room * sizeof *f->slots);
    for (uint64_t i = 0; i < f->size && e == OK; i++) {
        e = record_id(r, t, i, &id);
        if (e == OK) {
            place(f, id, i);
        }
    }
    return e;
}

enum err finder_follow(struct finder *f, struct record *r, struct kv_txn *t)
{
    enum err e = OK;
    while (f->size < record_size(r) && e == OK) {
        struct hash id;
        if (f->size >= f->room / 2) {
            e = grow(f, r, t);
        }
        if (e == OK) {
            e = record_id(r, t, f->size, &id);
        }
        if (e == OK) {
            place(f, id, f->size);
            f->size++;
        }
    }
    return e;
}

enum err finder_find(const struct finder *f, struct record *r, struct kv_txn *t, struct hash id, uint64_t *index)
{
    uint64_t i = be64_get(id.b) & (f->room - 1);
    enum err e = OK;
    while (f->slots[i] != 0 && e == OK) {
        struct hash found;
        e = record_id(r, t, f->slots[i] - 1, &found);
        if (e == OK && hash_equal(found, id)) {
            *index = f->slots[i] - 1;
            return OK;
        }
        i = (i + 1) & (f->room - 1);
    }
    return e == OK ? ERR_NOT_FOUND : e;
}
