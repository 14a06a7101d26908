// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The writer of the record: takes all batches that are ready, loads what admission must know, lets admit decide, and
// writes everything in one transaction. What it signs (custody, refusals) it signs after the commit.
// It must never decide by itself, and never survive a failed commit with what it had in memory.
// One thread at a time. Read first: hub/admit.h, docs/PROTOCOL.md 12.
#ifndef BARAZA_HUB_SEQUENCE_H
#define BARAZA_HUB_SEQUENCE_H

#include "common/format/charter.h"
#include "common/store/record.h"
#include "common/format/roster.h"
#include "hub/admit.h"
#include "hub/keeper.h"
#include "hub/log_ring.h"

struct sequence;

// What a writer needs for its whole life; kept until sequence_close.
struct sequence_keys {
    const struct charter *charter;
    struct keeper *keeper;          // of the key that opens parts at rest: for a fork's custody, and what is erased
    const struct log_ring *logs;    // the one of the key in force signs custody notes and refusals
    const struct seckey *author;    // the hub's own author key: fork evidence, erased
    struct pubkey author_key;
    // Is the secret of that key at this hub? A rekey to one that is not is refused: nobody could speak for the hub any
    // more. NULL: not asked. Called on the writer's thread.
    bool (*held)(void *arg, enum service service, struct pubkey key);
    void *arg;
};

// Loads the record's edge, folds the roster and starts an empty ledger. kv is kept. ERR_CORRUPT, ERR_IO, and
// ERR_NOT_FOUND when the secret of the log key in force is not among the keys, with why. Gives *out; sequence_close
// frees it, NULL is harmless.
MUST_USE enum err sequence_open(struct kv *kv, const struct sequence_keys *keys, struct sequence **out,
                                struct why *why);
void sequence_close(struct sequence *s);

// Admits n batches in order and commits what was admitted. OK: every outcomes[i] is final, on disk, and signed.
// Signed with the
// log key that was in force before this commit: one that it brings into force signs from the next on.
// Anything else: nothing was stored, every outcome has `failed`, and the state was loaded again from disk (if that
// fails too, the next call starts with it). wall_s: for the claimed time of the hub's own entries.
// Batches stay the caller's.
MUST_USE enum err sequence_commit(struct sequence *s, struct batch *const *batches, size_t n, uint64_t wall_s,
                                  struct batch_outcome *outcomes, struct why *why);

// Writes the hub's `erased` entries for n redactions that are carried out (PROTOCOL 16.6), but for those that were said
// already, and remembers that it did (sequence_erased). Errors as sequence_commit; wall_s as there.
struct erased_said {
    struct hash redaction, target;
};
MUST_USE enum err sequence_say_erased(struct sequence *s, const struct erased_said *said, size_t n, uint64_t wall_s,
                                      struct why *why);

// True when that was said for a redaction; false also when t has failed.
bool sequence_erased(struct kv_txn *t, struct hash redaction);

// Size of the record after the last commit.
uint64_t sequence_size(const struct sequence *s);

#endif
