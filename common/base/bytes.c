// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Slices, the growable buffer, big-endian integers, memory that is there or ends the process.
#include "common/base/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct slice slice_text(const char *text)
{
    return slice_of(text, strlen(text));
}

bool slice_equal(struct slice a, struct slice b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

int slice_order(struct slice a, struct slice b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n == 0 ? 0 : memcmp(a.p, b.p, n);
    if (order != 0) {
        return order;
    }
    return (a.n > b.n) - (a.n < b.n);
}

struct buf buf_new(size_t max)
{
    return (struct buf){ .max = max };
}

struct buf buf_over(void *p, size_t n)
{
    CHECK(p != NULL);
    return (struct buf){ .p = p, .cap = n, .max = n };
}

void buf_done(struct buf *b)
{
    free(b->p);
    *b = buf_new(b->max);
}

void buf_reset(struct buf *b)
{
    b->n = 0;
    b->over = false;
}

void buf_wipe(struct buf *b)
{
    if (b->p != NULL) {
        mem_wipe(b->p, b->cap);
    }
    buf_reset(b);
}

// What it holds may be what somebody said: it is not left behind where it was.
static void grow(struct buf *b, size_t cap)
{
    uint8_t *grown = mem_grow(NULL, cap, 1);
    if (b->p != NULL) {
        memcpy(grown, b->p, b->n);
        mem_wipe(b->p, b->cap);
        free(b->p);
    }
    b->p = grown;
    b->cap = cap;
}

uint8_t *buf_room(struct buf *b, size_t n)
{
    CHECK(b->n <= b->max);
    if (b->over || n > b->max - b->n) {
        b->over = true;
        return NULL;
    }
    if (n > b->cap - b->n || b->p == NULL) {
        size_t want = b->n + n;
        size_t cap = b->cap < 64 ? 64 : b->cap;
        while (cap < want) {
            cap = cap > b->max / 2 ? b->max : cap * 2;
        }
        grow(b, cap);
    }
    uint8_t *p = b->p + b->n;
    b->n += n;
    return p;
}

void buf_put(struct buf *b, struct slice s)
{
    uint8_t *p = buf_room(b, s.n);
    if (p != NULL && s.n > 0) {
        memcpy(p, s.p, s.n);
    }
}

void buf_put_u8(struct buf *b, uint8_t v)
{
    buf_put(b, slice_of(&v, 1));
}

void buf_put_u32be(struct buf *b, uint32_t v)
{
    uint8_t *p = buf_room(b, 4);
    if (p != NULL) {
        be32_put(p, v);
    }
}

void buf_put_u64be(struct buf *b, uint64_t v)
{
    uint8_t *p = buf_room(b, 8);
    if (p != NULL) {
        be64_put(p, v);
    }
}

void buf_put_text(struct buf *b, const char *text)
{
    buf_put(b, slice_text(text));
}

void buf_printf(struct buf *b, const char *format, ...)
{
    char small[512];
    va_list args;
    va_list again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    CHECK(n >= 0);
    size_t size = (size_t)n;
    if (size < sizeof small) {
        buf_put(b, slice_of(small, size));
    } else {
        // vsnprintf writes a NUL behind the text: room for it is taken and given back.
        uint8_t *p = buf_room(b, size + 1);
        if (p != NULL) {
            vsnprintf((char *)p, size + 1, format, again);
            b->n -= 1;
        }
    }
    va_end(again);
}

bool buf_ok(const struct buf *b)
{
    return !b->over;
}

struct slice buf_slice(const struct buf *b)
{
    return slice_of(b->p, b->n);
}

uint16_t be16_get(const uint8_t *p)
{
    return (uint16_t)((unsigned)p[0] << 8 | p[1]);
}

uint32_t be32_get(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

uint64_t be64_get(const uint8_t *p)
{
    return (uint64_t)be32_get(p) << 32 | be32_get(p + 4);
}

void be16_put(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

void be32_put(uint8_t *p, uint32_t v)
{
    be16_put(p, (uint16_t)(v >> 16));
    be16_put(p + 2, (uint16_t)v);
}

void be64_put(uint8_t *p, uint64_t v)
{
    be32_put(p, (uint32_t)(v >> 32));
    be32_put(p + 4, (uint32_t)v);
}

void *mem_new(size_t n)
{
    void *p = calloc(n == 0 ? 1 : n, 1);
    CHECK(p != NULL);
    return p;
}

void *mem_grow(void *p, size_t count, size_t size)
{
    size_t bytes = 0;
    CHECK(!__builtin_mul_overflow(count, size, &bytes));
    void *grown = realloc(p, bytes == 0 ? 1 : bytes);
    CHECK(grown != NULL);
    return grown;
}

void mem_wipe(void *p, size_t n)
{
    explicit_bzero(p, n);
}
