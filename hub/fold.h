// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Folding the roster over the record: only the entries that rules read, found by the record's list of them.
#ifndef BARAZA_HUB_FOLD_H
#define BARAZA_HUB_FOLD_H

#include "common/format/erasure.h"
#include "common/format/roster.h"
#include "common/store/record.h"

// True when e is of a kind that is read again later without reading everything: control kinds, and responses, which
// every site they concern must hear of.
bool fold_wants(const struct entry *e);

// Puts SEEN_CONTRADICTS into *form when e names a checkpoint that is not of this record (PROTOCOL 6.9). ERR_CORRUPT,
// the error of t.
MUST_USE enum err fold_seen(struct record *r, struct kv_txn *t, const struct entry *e, enum verdict *form);

// A roster and the redactions that were in force under it.
struct fold {
    struct roster *roster;
    struct erasure *erasures;
    uint64_t generation; // of the roster, when the redactions were judged last
};

// Returns one before the record's first entry; frees what it holds, which is harmless on an all-zero one.
struct fold fold_new(const struct charter *charter);
void fold_done(struct fold *f);

// Applies the control entries with from <= index < to; f knows all before. On failure f is to be thrown away.
// ERR_CORRUPT with why, the error of t.
MUST_USE enum err fold_follow(struct fold *f, struct record *r, struct kv_txn *t, uint64_t from, uint64_t to,
                              struct why *why);

// Judges the redactions that f was given anew, if the roster's generation says that their standing may have changed.
// Reads them alone, because a hub does it for each act. Errors as fold_follow.
MUST_USE enum err fold_judge(struct fold *f, struct record *r, struct kv_txn *t, struct why *why);

#endif
