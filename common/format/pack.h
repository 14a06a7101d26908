// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Canonical msgpack (PROTOCOL, "Canonical msgpack"): a packer over msgpack-c, and our own bounded cursor for reading,
// because foreign bytes must not reach a library that believes claimed sizes.
// Allowed: unsigned integers, str (valid UTF-8), bin, arrays; and, in part contents, booleans and maps with str keys
// in strictly ascending byte order. Shortest form always; nesting at most LIMIT_PACK_DEPTH.
#ifndef BARAZA_FORMAT_PACK_H
#define BARAZA_FORMAT_PACK_H

#include "common/base/bytes.h"
#include "common/limits.h"

// --- writing: appends to a buf; going over its maximum shows in buf_ok ---
void pack_uint(struct buf *out, uint64_t v);
void pack_str(struct buf *out, struct slice text); // text must be valid UTF-8 (CHECK)
void pack_text(struct buf *out, const char *text);
void pack_bin(struct buf *out, struct slice bytes);
void pack_bool(struct buf *out, bool v);
void pack_array(struct buf *out, size_t count); // the caller then packs count values
void pack_map(struct buf *out, size_t count);   // the caller then packs count pairs, keys ascending

// --- reading: a cursor that poisons itself at the first fault ---
// After a fault every call returns zero values and cursor_done is false; so check once, at the end.
// Slices that come out borrow the input.
struct cursor_level {
    struct slice key; // last key read, when this is a map
    uint64_t left;    // values still to come at this level (a pair of a map counts two)
    bool map;
};

struct cursor {
    struct slice rest;                                // what has not been read
    struct cursor_level levels[LIMIT_PACK_DEPTH + 1]; // the open ones; level 0 is the message, which is one value
    unsigned depth;                                   // the innermost open level
    bool contents;                                    // booleans and maps are allowed (part contents)
    bool bad;
};

// Starts reading one value from s. contents: true for part contents, false for all else.
struct cursor cursor_new(struct slice s, bool contents);

// Reads the next value, which must be of that type. A str that is a map's key must come after the key before it.
uint64_t cursor_uint(struct cursor *c);
struct slice cursor_str(struct cursor *c);
struct slice cursor_bin(struct cursor *c);
bool cursor_bool(struct cursor *c);

// Enters an array and returns its count, which is never more than the bytes that are left. The level closes by
// itself after its last value. max: a larger count is a fault.
size_t cursor_array(struct cursor *c, size_t max);

// Enters a map and returns its count of pairs; keys are then read with cursor_str.
size_t cursor_map(struct cursor *c, size_t max);

// Enters an array that must have exactly `count` values.
void cursor_array_of(struct cursor *c, size_t count);

// Copies a bin of exactly n bytes to out (zeros after a fault).
void cursor_bin_fixed(struct cursor *c, void *out, size_t n);

// Reads one whole value of any allowed type, checked, and returns its bytes.
struct slice cursor_value(struct cursor *c);

// What comes next, without reading it.
enum cursor_type { CURSOR_END, CURSOR_UINT, CURSOR_STR, CURSOR_BIN, CURSOR_ARRAY, CURSOR_MAP, CURSOR_BOOL, CURSOR_BAD };
enum cursor_type cursor_peek(const struct cursor *c);

// Marks the input as bad (a value was well formed but not allowed here).
void cursor_fail(struct cursor *c);

// True when nothing was wrong so far; true when nothing was wrong and the one value has been read to its last byte.
MUST_USE bool cursor_ok(const struct cursor *c);
MUST_USE bool cursor_done(const struct cursor *c);

// True when s is exactly one canonical value. (What the fuzz target and the vectors ask.)
MUST_USE bool pack_canonical(struct slice s, bool contents);

#endif
