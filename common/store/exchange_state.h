// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What a node remembers of its exchange with the hub: per journal what is acknowledged, the last checkpoint it
// verified, how far it has read downstream, receipts and refusals. It keeps what node_core decided and decides nothing.
// Read first: docs/STORAGE.md, "Exchange".
#ifndef BARAZA_STORE_EXCHANGE_STATE_H
#define BARAZA_STORE_EXCHANGE_STATE_H

#include "common/format/custody.h"
#include "common/format/merkle.h"
#include "common/store/keys.h"
#include "common/store/kv.h"

// Per journal. note borrows the transaction when read, the caller's bytes when written.
struct exchange_journal {
    struct journal_head acked;      // custody was given up to here (next 0: nothing yet)
    struct merkle_frontier custody; // over the custody leaves of seq 0 to acked.next - 1
    struct slice note;              // the hub's custody note; empty when none
    struct journal_head proven;     // an inclusion proof covers the journal up to here
};

// get: a journal that is not known is all zeros and OK. ERR_CORRUPT, the error of t.
void exchange_journal_put(struct kv_txn *t, const struct journal_id *journal, const struct exchange_journal *state);
MUST_USE enum err exchange_journal_get(struct kv_txn *t, const struct journal_id *journal,
                                       struct exchange_journal *out);

// The last checkpoint verified here, whole note with cosignatures; borrowed. ERR_NOT_FOUND before the first.
void exchange_checkpoint_put(struct kv_txn *t, struct tree_head head, struct slice note);
MUST_USE enum err exchange_checkpoint_get(struct kv_txn *t, struct tree_head *head, struct slice *note);

// Record index below which everything meant for this site has come down; 0 before anything.
void exchange_down_put(struct kv_txn *t, uint64_t next);
MUST_USE enum err exchange_down_get(struct kv_txn *t, uint64_t *next);

// --- receipts: .tlog-proof texts, each by the position of the entry it proves ---
void receipt_put(struct kv_txn *t, const struct position *at, struct slice proof);
// The receipt of the first entry at or after at->seq in its journal (a later one covers it through prev); *found is
// that entry's seq. ERR_NOT_FOUND, ERR_CORRUPT, the error of t. Borrowed.
MUST_USE enum err receipt_get(struct kv_txn *t, const struct position *at, uint64_t *found, struct slice *proof);

// --- refusals, kept for ever at both ends (at a hub: as many as refused_count allows) ---
struct refused {
    struct refusal refusal; // what the hub signed
    struct sig sig;
};
// A second refusal of the same thing (journal, seq, hash of what was received) replaces the first.
void refused_put(struct kv_txn *t, const struct refused *refused);
uint64_t refused_count(struct kv_txn *t);
struct refused_range {
    struct refused refused;
    // private
    struct kv_range range;
};
// journal NULL: of all journals.
struct refused_range refused_range_new(struct kv_txn *t, const struct journal_id *journal);
MUST_USE bool refused_range_next(struct refused_range *r);
void refused_range_done(struct refused_range *r);

#endif
