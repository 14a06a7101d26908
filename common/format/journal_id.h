// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The name of a journal and where it ends: shared by stores, messages and cores. Plain values, no functions but
// comparison; where a journal lies and who may write it is not known here.
#ifndef BARAZA_FORMAT_JOURNAL_ID_H
#define BARAZA_FORMAT_JOURNAL_ID_H

#include "common/format/ident.h"
#include "common/limits.h"

#include <string.h>

// One author key in one incarnation of a device.
struct journal_id {
    struct pubkey key;
    struct incarnation incarnation;
};

// The end of one branch of a journal. Branch 0 is the first that a hub saw; a node has branch 0 only. A branch
// starts where it leaves an earlier one, but is named by its end alone: its entries are found by walking prev.
struct journal_head {
    struct journal_id journal;
    uint64_t branch; // below LIMIT_BRANCHES
    uint64_t next;   // seq of the next entry: 0 means that nothing is there
    struct hash head; // id of entry next - 1; zeros when next is 0
};

static_assert(sizeof(struct journal_id) == 48, "no padding: journal_id_order compares bytes");

// Order by key, then incarnation, as bytes: below, equal to or above 0. Names are public: not in constant time.
static inline int journal_id_order(struct journal_id a, struct journal_id b)
{
    return memcmp(&a, &b, sizeof a);
}

// True when both name the same journal.
static inline bool journal_id_equal(struct journal_id a, struct journal_id b)
{
    return journal_id_order(a, b) == 0;
}

#endif
