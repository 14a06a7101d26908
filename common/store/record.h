// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The record of a hub: entries in the order of acceptance, the RFC 6962 tree over them, where each journal ends, and
// published checkpoints. It stores what admit decided and never decides itself; it signs nothing.
// Read first: docs/STORAGE.md, "The record"; common/format/merkle.h.
//
// One writer:                                        Publisher and readers, each with a struct record of its own:
//   record_load(r, t) once, and after any failure      kv_begin_read(kv, &t); record_load(r, t)
//   kv_begin_write(kv, &t)                             record_verify(r, t, &published): reads back, rehashes
//   record_append … ; record_head_put …                sign; record_checkpoint_keep (outside file); later put in db
//   record_finish(r, t); kv_commit(t)                  record_inclusion, record_consistency
//   on failure: record_load in a new transaction       kv_commit(t)
#ifndef BARAZA_STORE_RECORD_H
#define BARAZA_STORE_RECORD_H

#include "common/format/service_keys.h"
#include "common/store/leaf.h"

// The right edge of the tree in memory (about 70 KB). Not thread safe: one per thread that needs it.
struct record;

// Returns an empty one, to be loaded. Gives; record_free frees, NULL is harmless.
struct record *record_new(void);
void record_free(struct record *r);

// Makes r the record as t sees it. ERR_CORRUPT (why says what does not fit), the error of t; then r is empty.
MUST_USE enum err record_load(struct record *r, struct kv_txn *t, struct why *why);

// Size and root, as loaded or appended. The root costs at most 63 hashes.
uint64_t record_size(const struct record *r);
struct tree_head record_head(const struct record *r);

// --- writing, by the one writer ---
// What one admitted entry puts. All borrowed.
struct record_item {
    struct position at;
    struct hash id;
    struct slice entry;
    struct slice sealed;           // from vault_seal; empty: no parts
    const struct wrapped *wrapped; // NULL with an empty sealed
    bool control;                  // read again at start to fold the roster (kind_info.control)
};

// Appends one entry at the end of the record; *index (may be NULL) is its index. Errors show at kv_commit.
// Entries of one journal and branch that follow each other are cheapest side by side.
void record_append(struct record *r, struct kv_txn *t, const struct record_item *item, uint64_t *index);

// Writes what append gathered (edge of the tree, runs of slots), so that reads in t see it. To be called before
// kv_commit of a transaction in which something was appended, and as often as reads need it; kv_commit without it
// leaves a record that record_load refuses.
void record_finish(struct record *r, struct kv_txn *t);

// The end of one branch of one journal in the record, with the frontier that custody notes are made from.
struct record_journal {
    struct journal_head head;
    uint64_t index;                 // of the head entry
    struct merkle_frontier custody; // over the custody leaves of seq 0 to head.next - 1
};
void record_journal_put(struct kv_txn *t, const struct record_journal *journal);
// ERR_NOT_FOUND, ERR_CORRUPT, the error of t.
MUST_USE enum err record_journal_get(struct kv_txn *t, const struct journal_id *journal, uint64_t branch,
                                     struct record_journal *out);
// All of them in order: for the ledger at start.
struct record_journal_range {
    struct record_journal journal;
    // private
    struct kv_range range;
};
struct record_journal_range record_journal_range_new(struct kv_txn *t);
MUST_USE bool record_journal_range_next(struct record_journal_range *r);
void record_journal_range_done(struct record_journal_range *r);

// --- finding ---
// Where (journal, seq, branch) lies in the record. ERR_NOT_FOUND, ERR_CORRUPT, the error of t.
MUST_USE enum err record_slot(struct kv_txn *t, const struct position *at, uint64_t *index);

// Every entry kept at (journal, seq), at most one per branch: for duplicates and forks.
struct record_place {
    uint64_t branch;
    uint64_t index;
    struct hash id;
};
MUST_USE enum err record_places(struct kv_txn *t, const struct journal_id *journal, uint64_t seq,
                                struct record_place out[LIMIT_BRANCHES], size_t *n);

// The id at index < record_size, from the tiles, without reading the entry.
MUST_USE enum err record_id(struct record *r, struct kv_txn *t, uint64_t index, struct hash *out);

// Finds the one entry whose id begins with the hex digits `prefix` (1 to 64; else ERR_BAD_INPUT): ERR_NOT_FOUND, or
// ERR_BUSY when several begin so (*out is the first). Reads all ids: some 50 ms for a million.
MUST_USE enum err record_find(struct record *r, struct kv_txn *t, struct slice prefix, uint64_t *out);
// The same by whole id.
MUST_USE enum err record_find_id(struct record *r, struct kv_txn *t, struct hash id, uint64_t *out);

// Moves *index to the first control entry at or after it. False when there is none or t has failed.
MUST_USE bool record_next_control(struct kv_txn *t, uint64_t *index);

// --- the tree ---
// Reads the entries from f->size to `size` back from disk, rehashes them and appends them to f. OK and f extended when
// all hashes are the stored ones and, at size == record_size(r), f's root is that of r; else ERR_CORRUPT, why names
// the first bad index, and f is as it was. Before a checkpoint is signed.
MUST_USE enum err record_verify(struct record *r, struct kv_txn *t, uint64_t size, struct merkle_frontier *f,
                                struct why *why);

// The root of the first `size` leaves. size <= record_size(r) (CHECK). ERR_CORRUPT, the error of t.
MUST_USE enum err record_root(struct record *r, struct kv_txn *t, uint64_t size, struct hash *out);

// Proofs for sizes up to record_size(r) (CHECK; index < size, old <= new). O(log n) reads. Hashes as
// merkle_inclusion_ok and merkle_consistency_ok take them.
struct record_proof {
    size_t n;
    struct hash hashes[LIMIT_PROOF_HASHES];
};
MUST_USE enum err record_inclusion(struct record *r, struct kv_txn *t, uint64_t index, uint64_t size,
                                   struct record_proof *out);
MUST_USE enum err record_consistency(struct record *r, struct kv_txn *t, uint64_t old, uint64_t new,
                                     struct record_proof *out);

// --- checkpoints ---
// Published checkpoints by size, whole notes. last: the largest (ERR_NOT_FOUND when none). Borrowed.
void record_checkpoint_put(struct kv_txn *t, uint64_t size, struct slice note);
MUST_USE enum err record_checkpoint_get(struct kv_txn *t, uint64_t size, struct slice *note);
MUST_USE enum err record_checkpoint_last(struct kv_txn *t, uint64_t *size, struct slice *note);

// Keeps a checkpoint in a file outside the database (durable on OK): after signing, before anybody sees it.
MUST_USE enum err record_checkpoint_keep(const char *path, struct slice note, struct why *why);

// At start: compares the record with the checkpoint kept at path, which must bear the key of its size. *out = what it
// says (the empty head when there is no file and the record holds no published checkpoint). ERR_COPIED: the record is
// smaller than the checkpoint: it was restored. ERR_CORRUPT: at that size it has another root, or the file or its
// signature is not good, or the file is missing although checkpoints were published. Nothing may be signed then.
MUST_USE enum err record_check_outside(struct record *r, struct kv_txn *t, const char *path,
                                       const struct service_keys *keys, struct tree_head *out, struct why *why);

#endif
