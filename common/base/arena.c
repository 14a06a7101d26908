// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A chain of blocks; the newest is filled, the first is kept at a reset.
#include "common/base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 16384

struct block {
    struct block *older;
    size_t used;
    size_t size;
    alignas(max_align_t) uint8_t bytes[];
};

struct arena {
    struct block *newest;
    size_t cap;
    size_t used;
};

static struct block *block_new(struct block *older, size_t size)
{
    struct block *b = mem_grow(NULL, 1, sizeof *b + size);
    b->older = older;
    b->used = 0;
    b->size = size;
    return b;
}

struct arena *arena_new(size_t cap)
{
    struct arena *a = mem_new(sizeof *a);
    a->cap = cap;
    return a;
}

void arena_reset(struct arena *a)
{
    while (a->newest != NULL && a->newest->older != NULL) {
        struct block *older = a->newest->older;
        free(a->newest);
        a->newest = older;
    }
    if (a->newest != NULL) {
        a->newest->used = 0;
    }
    a->used = 0;
}

void arena_free(struct arena *a)
{
    if (a == NULL) {
        return;
    }
    arena_reset(a);
    free(a->newest);
    free(a);
}

void *arena_room(struct arena *a, size_t n)
{
    const size_t unit = alignof(max_align_t);
    if (n > a->cap || a->used > a->cap - n) {
        return NULL;
    }
    size_t rounded = (n + unit - 1) / unit * unit;
    if (a->newest == NULL || rounded > a->newest->size - a->newest->used) {
        a->newest = block_new(a->newest, rounded > BLOCK_BYTES ? rounded : BLOCK_BYTES);
    }
    uint8_t *p = a->newest->bytes + a->newest->used;
    a->newest->used += rounded;
    a->used += n;
    return p;
}

void *arena_take(struct arena *a, size_t n)
{
    uint8_t *p = arena_room(a, n);
    if (p != NULL) {
        memset(p, 0, n);
    }
    return p;
}

bool arena_copy(struct arena *a, struct slice s, struct slice *out)
{
    uint8_t *p = arena_room(a, s.n);
    if (p == NULL) {
        return false;
    }
    if (s.n > 0) {
        memcpy(p, s.p, s.n);
    }
    *out = slice_of(p, s.n);
    return true;
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}
