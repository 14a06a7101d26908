// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Work memory of one batch or one turn of a loop: a hard cap, everything forgotten at once.
#ifndef BARAZA_BASE_ARENA_H
#define BARAZA_BASE_ARENA_H

#include "common/base/bytes.h"

struct arena;

// Returns an arena that gives out at most cap bytes between two resets; memory is taken from the system as
// needed and kept until arena_free. Gives.
struct arena *arena_new(size_t cap);

// Frees the arena and all it gave out. NULL is harmless.
void arena_free(struct arena *a);

// Returns n zeroed bytes, aligned for any type, good until arena_reset; NULL when the cap is reached, which is
// a fault of the input (ERR_TOO_BIG), not of memory.
MUST_USE void *arena_take(struct arena *a, size_t n);

// The same without zeros, for memory that the caller fills at once.
MUST_USE void *arena_room(struct arena *a, size_t n);

// Copies s into the arena. False, and *out untouched, when the cap is reached.
MUST_USE bool arena_copy(struct arena *a, struct slice s, struct slice *out);

// Forgets all that was given out; keeps the first block of memory.
void arena_reset(struct arena *a);

// Returns how many bytes were given out since the last reset.
size_t arena_used(const struct arena *a);

#endif
