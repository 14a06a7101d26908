// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Folding the roster over the record: only the entries that rules read, found by the record's list of them.
#ifndef BARAZA_HUB_FOLD_H
#define BARAZA_HUB_FOLD_H

#include "common/format/roster.h"
#include "common/store/record.h"

// True when e is of a kind that is read again later without reading everything: control kinds, and responses, which
// every site they concern must hear of.
bool fold_wants(const struct entry *e);

// Puts SEEN_CONTRADICTS into *form when e names a checkpoint that is not of this record (PROTOCOL 6.9). ERR_CORRUPT,
// the error of t.
MUST_USE enum err fold_seen(struct record *r, struct kv_txn *t, const struct entry *e, enum verdict *form);

// Applies the control entries with from <= index < to. On failure the roster is to be thrown away. ERR_CORRUPT with
// why, the error of t.
MUST_USE enum err fold_roster(struct roster *roster, struct record *r, struct kv_txn *t, uint64_t from, uint64_t to,
                              struct why *why);

#endif
