// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What stands at places of journals in the record, and custody frontiers of chains that have no head of their own any
// more (forks). Reads only; shared by the writer (sequence) and the readers (serve), each with its own record.
#ifndef BARAZA_HUB_CHAIN_H
#define BARAZA_HUB_CHAIN_H

#include "common/store/record.h"
#include "hub/admit.h"

// What the record says of a journal: every branch, and whether a fork of it has been witnessed. ERR_CORRUPT, the
// error of t.
MUST_USE enum err chain_journal(struct kv_txn *t, struct journal_id id, struct ledger_journal *out);

// The entries at one seq of a journal. seq UINT64_MAX (one before the first): none.
MUST_USE enum err chain_slot(struct kv_txn *t, struct journal_id journal, uint64_t seq, struct slot_fact *out);

// The index of the entry at seq with that id. ERR_NOT_FOUND; ERR_CORRUPT, the error of t.
MUST_USE enum err chain_index(struct kv_txn *t, struct journal_id journal, uint64_t seq, struct hash id,
                              uint64_t *index);

// The custody frontier over the chain that ends before `next` with the entry prev at next - 1. Walks the whole chain
// and opens each entry's parts (some 10 us an entry): for forks only. ERR_CORRUPT, the error of t; why names the place.
MUST_USE enum err chain_custody(struct kv_txn *t, const struct store_key *key, struct journal_id journal, uint64_t next,
                                struct hash prev, struct merkle_frontier *out, struct why *why);

// Remembers that the record holds evidence of a fork of this journal.
void chain_evidence_put(struct kv_txn *t, struct journal_id journal);

#endif
