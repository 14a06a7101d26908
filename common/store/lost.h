// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Entries of this site that the disk lost before the hub had them: neither the entry nor its copy for the hub can be
// read. Kept for ever, so that a loss is named and never merely missing. It decides nothing: author/mend.h does.
// Read first: docs/STORAGE.md, "Damage".
#ifndef BARAZA_STORE_LOST_H
#define BARAZA_STORE_LOST_H

#include "common/store/keys.h"
#include "common/store/kv.h"

struct lost {
    struct position at; // branch 0
    struct hash id;     // zeros: nothing here tells it
    uint64_t found_s;   // the clock when it was noticed
    uint64_t claimed_s; // when it was written, by its own header or the entry before it; 0: not known
    bool words;         // its header is whole: what was said in it is lost
    bool told;          // an incident that names it has been written
};

// Puts one, in place of what was kept of that position.
void lost_put(struct kv_txn *t, const struct lost *lost);

// ERR_NOT_FOUND, ERR_CORRUPT, the error of t.
MUST_USE enum err lost_get(struct kv_txn *t, const struct position *at, struct lost *out);

// Those of one journal from seq `from` on, or with journal NULL of all, in order.
struct lost_range {
    struct lost lost;
    // private
    struct kv_range range;
};
struct lost_range lost_range_new(struct kv_txn *t, const struct journal_id *journal, uint64_t from);
// False at the end, or when t has failed (a damaged record fails t with ERR_CORRUPT).
MUST_USE bool lost_range_next(struct lost_range *r);
void lost_range_done(struct lost_range *r);

// *seq = the first one of a journal that the hub cannot have (not below `from`); UINT64_MAX: none. The error of t.
MUST_USE enum err lost_first(struct kv_txn *t, const struct journal_id *journal, uint64_t from, uint64_t *seq);

#endif
