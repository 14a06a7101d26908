// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Open addressing with linear steps, at most two thirds full. It must never hand out pointers into itself.
#include "common/base/table.h"

#include <stdlib.h>
#include <string.h>

struct table table_new(size_t key_size)
{
    CHECK(key_size >= 8);
    return (struct table){ .key_size = key_size };
}

void table_done(struct table *t)
{
    free(t->keys);
    free(t->marks);
    *t = table_new(t->key_size);
}

// First and last eight bytes: a journal's name differs from another of the same author in its end only.
static size_t start_of(const struct table *t, const uint8_t *key)
{
    uint64_t a = 0;
    uint64_t b = 0;
    memcpy(&a, key, 8);
    memcpy(&b, key + t->key_size - 8, 8);
    uint64_t h = (a ^ (b * UINT64_C(0x9e3779b97f4a7c15))) * UINT64_C(0xff51afd7ed558ccd);
    return (size_t)(h >> 32) & (t->cap - 1);
}

// The slot where key is, or the free one where it would go.
static size_t slot_of(const struct table *t, const uint8_t *key)
{
    size_t i = start_of(t, key);
    while (t->marks[i] != 0 && memcmp(t->keys + i * t->key_size, key, t->key_size) != 0) {
        i = (i + 1) & (t->cap - 1);
    }
    return i;
}

bool table_find(const struct table *t, const void *key, uint32_t *number)
{
    if (t->cap == 0) {
        return false;
    }
    size_t i = slot_of(t, key);
    if (t->marks[i] == 0) {
        return false;
    }
    if (number != NULL) {
        *number = t->marks[i] - 1;
    }
    return true;
}

static void set(struct table *t, const uint8_t *key, uint32_t mark)
{
    size_t i = slot_of(t, key);
    CHECK(t->marks[i] == 0);
    memcpy(t->keys + i * t->key_size, key, t->key_size);
    t->marks[i] = mark;
}

static void grow(struct table *t)
{
    struct table old = *t;
    t->cap = old.cap == 0 ? 64 : old.cap * 2;
    t->keys = mem_grow(NULL, t->cap, t->key_size);
    t->marks = mem_new(t->cap * sizeof *t->marks);
    for (size_t i = 0; i < old.cap; i++) {
        if (old.marks[i] != 0) {
            set(t, old.keys + i * t->key_size, old.marks[i]);
        }
    }
    free(old.keys);
    free(old.marks);
}

void table_put(struct table *t, const void *key, size_t number)
{
    CHECK(number < UINT32_MAX);
    if ((t->n + 1) * 3 > t->cap * 2) {
        grow(t);
    }
    set(t, key, (uint32_t)number + 1);
    t->n++;
}
