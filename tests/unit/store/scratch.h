// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// For the store's tests: a scratch directory, and journals of entries that are well formed and signed.
#ifndef BARAZA_TESTS_STORE_SCRATCH_H
#define BARAZA_TESTS_STORE_SCRATCH_H

#include "common/format/entry.h"
#include "common/store/journal.h"
#include "common/store/store.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <signal.h>

struct scratch {
    char dir[64];    // a new directory
    char store[80];  // dir/store, not made yet
};

// Makes the directory, and prepares the libraries; scratch_done removes it with all that is in it.
struct scratch scratch_new(void);
void scratch_done(struct scratch *s);

// Removes a directory with all in it.
void scratch_remove(const char *path);

// Makes and opens a store of that side in s->store.
struct kv *scratch_store(struct scratch *s, enum store_side side);

// An author who writes entries one behind the other.
struct writer {
    struct seckey sec;
    struct journal_id journal;
    uint64_t next;
    struct hash head;
    struct store_key key;
};

// What writer_next made: everything a store puts for one entry.
struct written {
    struct position at;
    struct hash id;
    struct buf entry;
    struct buf plain;   // disclosure bytes
    struct buf sealed;
    struct wrapped wrapped;
};

// An author named by a number, in an incarnation named by another; the store key is the same for all.
struct writer writer_new(uint8_t who, uint8_t life);
// Makes her next entry; words are its disclosure bytes, sealed under her store key. written_done frees.
struct written writer_next(struct writer *w, const char *words);
void written_done(struct written *e);

// As journal_append takes it; outbox empty.
struct journal_item written_item(const struct written *e);

// Flips one bit of the store's file wherever needle stands in it (closed store only). False when it does not.
bool scratch_damage(const struct scratch *s, struct slice needle);

#endif
