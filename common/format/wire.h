// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Batches of entries on their way up (PROTOCOL 10.1 to 10.3, 10.6): what the receiver can rebuild is left out.
// The one door to zstd. It rebuilds; whether the result is the author's word, entry_verify says, which the caller
// schedules. A header that was rebuilt wrongly shows as BAD_SIGNATURE there, and then no later entry of the batch can
// be judged, because each rebuilt entry names the one before.
//
// batch      = [secrets bin, zstd bin]. secrets: per entry its signature (64) and, if given, its seed (32). They lie
//              apart because random bytes between texts spoil the texts' compression.
// zstd of      [key, incarnation, branch, first seq, first prev, [shape …], [wire entry …]]
// shape      = [kind, [part name …]], each once, in order of first use: so a receiver that does not know a kind can
//              rebuild it all the same.
// wire entry = [shape's number, has seed 0|1, seen size, seen root, claimed, clock class, [ref …], body: bin, [part …]]
// part       = bytes (disclosed under the seed), [salt, bytes] (disclosed without it), or [commitment, state].
#ifndef BARAZA_FORMAT_WIRE_H
#define BARAZA_FORMAT_WIRE_H

#include "common/base/arena.h"
#include "common/format/entry.h"

// Whose entries, and where the first one stands.
struct wire_head {
    struct pubkey key;
    struct incarnation incarnation;
    uint64_t branch;   // the sender's number for this branch of a forked journal; 0 else
    uint64_t seq;      // of the first entry
    struct hash prev;  // id of the entry before it; zeros at 0
};

// --- making ---
struct wire_maker;

// Returns a maker, good for any number of batches, one after another. Gives.
struct wire_maker *wire_maker_new(void);

// Frees it and wipes what it held. NULL is harmless.
void wire_maker_free(struct wire_maker *m);

// Starts a batch; what an unfinished one held is forgotten.
void wire_begin(struct wire_maker *m, const struct wire_head *head);

// Appends one entry with its disclosure (salts derived or seed given). False, with the batch as it was, when it is
// full: LIMIT_BATCH_ENTRIES, or LIMIT_BATCH_BYTES before compression. Any one entry within limits fits an empty batch.
// e must be the next of the chain that head started (key, incarnation, seq, prev: CHECK).
MUST_USE bool wire_append(struct wire_maker *m, const struct entry *e, const struct disclosure *d);

// How many entries were appended, and how many bytes they take before compression.
size_t wire_count(const struct wire_maker *m);
size_t wire_bytes(const struct wire_maker *m);

// Compresses what was appended (one entry at least, CHECK) and appends the batch to out.
void wire_end(struct wire_maker *m, struct buf *out);

// --- opening ---

// The most an arena gives out for one batch: its content, the entries rebuilt, small change.
#define WIRE_OPEN_BYTES (LIMIT_BATCH_BYTES + LIMIT_BATCH_ENTRIES * (LIMIT_ENTRY_BYTES + 512))

// A batch being read. Fields below `raw` are private.
struct wire_batch {
    struct wire_head head;
    size_t count;            // entries in it, 1 or more
    uint64_t raw;            // bytes after decompression
    struct hash consultation;
    struct arena *arena;
    struct slice secrets;    // of the entries not read yet
    struct wire_row *rows;   // count of them
    struct wire_shape *shapes;
    size_t next;
    struct hash prev;        // id of the entry rebuilt last
};

// One rebuilt entry. Everything borrows the batch's arena.
struct wire_item {
    enum verdict verdict;         // GOOD (form only), NOT_CANONICAL, TOO_LARGE; the rest is written only when GOOD
    uint64_t seq;                 // where it stands; always written
    struct slice wire;            // what was received of it; always written
    struct entry entry;           // entry.bytes is the whole entry
    struct disclosure disclosure; // with its salts derived; every commitment fits, because it was made from it
};

// Reads a batch's outer form, decompressing it into arena: nothing is allocated on a claimed size above
// LIMIT_BATCH_BYTES, and a stream that claims none is refused. arena needs WIRE_OPEN_BYTES free, or the verdict may be
// TOO_LARGE. GOOD; NOT_CANONICAL, TOO_LARGE, and *out untouched. Borrows bytes and arena while the batch is read.
MUST_USE enum verdict wire_batch_open(struct slice bytes, struct hash consultation, struct arena *arena,
                                      struct wire_batch *out);

// Rebuilds the next entry. False at the end, and after an item that was not GOOD.
MUST_USE bool wire_batch_next(struct wire_batch *b, struct wire_item *item);

// --- one entry alone (outbox) ---
// Appends zstd of [prev, shape, wire entry (shape number 0), signature ‖ seed if given]. m lends its compressor, whose
// setting up takes longer than its work here; a batch begun in it stays as it is.
void wire_single_make(struct wire_maker *m, const struct entry *e, const struct disclosure *d, struct buf *out);

// Reads it back for the place it is known to stand at. Verdicts as item->verdict; TOO_LARGE also when arena is full.
void wire_single_open(struct slice bytes, const struct place *place, struct arena *arena, struct wire_item *item);

#endif
