// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Borrowed bytes (slice) and the one growable buffer of the project (buf), which always has a maximum.
#ifndef BARAZA_BASE_BYTES_H
#define BARAZA_BASE_BYTES_H

#include "common/base/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// n bytes at p, not owned. p may be NULL only when n is 0.
struct slice {
    const uint8_t *p;
    size_t n;
};

// A slice over an array, and over a string literal without its NUL.
#define SLICE_ARRAY(array) ((struct slice){ (array), sizeof(array) })
#define SLICE_LITERAL(text) ((struct slice){ (const uint8_t *)(text), sizeof(text) - 1 })

// Returns a slice over n bytes at p; borrows them.
static inline struct slice slice_of(const void *p, size_t n)
{
    return (struct slice){ (const uint8_t *)p, n };
}

// Returns a slice over a NUL-terminated string, without the NUL; borrows it.
struct slice slice_text(const char *text);

// True when a and b hold the same bytes. Not in constant time: not for secrets.
bool slice_equal(struct slice a, struct slice b);

// Order of a and b as unsigned bytes, a shorter prefix first: below, equal to or above 0.
int slice_order(struct slice a, struct slice b);

// A growable buffer with a maximum. Going over the maximum sets `over` and drops what does not fit;
// the caller checks once at the end with buf_ok. Memory refused by the system aborts the process.
struct buf {
    uint8_t *p;
    size_t n;
    size_t cap;
    size_t max;
    bool over;
};

// Returns an empty buffer that may hold at most max bytes; nothing is allocated yet. buf_done releases it.
struct buf buf_new(size_t max);

// Returns an empty buffer over n bytes of the caller's memory (keeps): it never allocates, its maximum is n, and
// buf_done must not be called on it.
struct buf buf_over(void *p, size_t n);

// Frees the memory and leaves an empty buffer with the same maximum. Secrets: call buf_wipe first.
void buf_done(struct buf *b);

// Forgets the content, keeps the memory and the maximum, clears `over`.
void buf_reset(struct buf *b);

// Overwrites the content with zeros in a way the compiler keeps, then forgets it.
void buf_wipe(struct buf *b);

// Appends. After `over` was set nothing is appended any more.
void buf_put(struct buf *b, struct slice s);
void buf_put_u8(struct buf *b, uint8_t v);
void buf_put_u32be(struct buf *b, uint32_t v);
void buf_put_u64be(struct buf *b, uint64_t v);
void buf_put_text(struct buf *b, const char *text);
void buf_printf(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);

// Makes room for n more bytes and returns where they start; the caller fills them. NULL (and `over`) when n
// does not fit under the maximum. The pointer is good until the next call on b.
MUST_USE uint8_t *buf_room(struct buf *b, size_t n);

// True while everything appended fitted.
MUST_USE bool buf_ok(const struct buf *b);

// Returns the content; borrowed until the next call on b.
struct slice buf_slice(const struct buf *b);

// Reads and writes big-endian integers at p, which must have room.
uint16_t be16_get(const uint8_t *p);
uint32_t be32_get(const uint8_t *p);
uint64_t be64_get(const uint8_t *p);
void be16_put(uint8_t *p, uint16_t v);
void be32_put(uint8_t *p, uint32_t v);
void be64_put(uint8_t *p, uint64_t v);

// Returns n zeroed bytes; aborts when the system has none. Free with free(). n may be 0 (gives a valid pointer).
void *mem_new(size_t n);

// Grows or shrinks as realloc does; aborts when the system has no memory. Overflow of count * size aborts.
void *mem_grow(void *p, size_t count, size_t size);

// Overwrites n bytes at p with zeros in a way the compiler keeps.
void mem_wipe(void *p, size_t n);

#endif
