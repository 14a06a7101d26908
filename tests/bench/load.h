// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A round's work: contributions of all senders, signed, in batches, compressed, as messages ready to be sent; and the
// same entries taken apart, for the ceiling. All of it is made before a clock starts.
#ifndef BARAZA_TESTS_BENCH_LOAD_H
#define BARAZA_TESTS_BENCH_LOAD_H

#include "tests/bench/scene.h"

// One ENTRIES message.
struct parcel {
    struct buf frame;
    uint64_t first, count, raw;
};

// One entry with what it discloses, as any verifier has it. Slices borrow memory of the load.
struct sample {
    struct entry entry;
    struct disclosure disclosure;
};

struct load {
    uint64_t entries;
    uint64_t frame_bytes;              // of all messages together
    size_t per_sender;                 // parcels of one sender
    bool imported;
    struct parcel *parcels[SENDERS];   // per_sender of them each, in order
    struct sample *samples;            // entries of them; NULL when they were not wanted
    struct arena *memory[SENDERS];
};

enum load_flag {
    LOAD_SAMPLES = 1,  // samples are wanted
    LOAD_IMPORTED = 2, // contributions as an import makes them
};

// Makes per_sender batches of batch entries (at most LIMIT_BATCH_ENTRIES) for each sender, on a thread each. flags: of
// enum load_flag.
void load_make(struct scene *s, size_t per_sender, size_t batch, unsigned flags, struct load *out);
void load_done(struct load *l);

// The ceiling: what checking these entries costs at the least, whoever does it: for each entry its signature, its leaf
// hash, the commitments of what it discloses, and one node of the tree; on so many threads, without any I/O, memory
// management or decoding.
struct effort {
    double seconds;
    double processor; // processor seconds of all threads together
};
struct effort ceiling_take(const struct scene *s, const struct load *l, unsigned threads);

// The same twice, around something: what this machine could do meanwhile.
struct effort effort_mean(struct effort a, struct effort b);

#endif
