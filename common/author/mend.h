// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What a site does about damage on its disk, so that one bad byte does not stop what stands behind it. It must never
// call lost what the hub has, what a whole copy can still bring there, or what a damaged tree merely hides.
//
// An entry can reach the hub from either of two values: itself with its parts, or its copy in the outbox. When neither
// is whole it is lost: that is written down (store/lost.h), its journal ends there as after a refusal, and when its
// author is unlocked what follows is signed anew (renew.h), with an incident in place of the lost one (PROTOCOL 11.13).
// Of what can be had again from the hub (what came down, what was acknowledged) a damaged value is removed.
// Read first: docs/STORAGE.md, "Damage".
#ifndef BARAZA_AUTHOR_MEND_H
#define BARAZA_AUTHOR_MEND_H

#include "common/base/why.h"
#include "common/store/lost.h"
#include "common/store/vault.h"

struct mended {
    uint64_t lost;    // entries found lost now
    uint64_t removed; // values removed, which come again
    bool hidden;      // the tree does not show all the entries it counts: baraza salvage
};

// Looks at what has not reached the hub, and at what is remembered of the exchange; writes only if something is to
// be done. key NULL: nobody is unlocked, so that parts cannot be read and are not judged. The error of the store.
MUST_USE enum err mend_site(struct kv *kv, const struct store_key *key, uint64_t wall_s, struct mended *out,
                            struct why *why);

// Where it is damaged which notebooks are current, which nothing here can do without: has everybody who wrote here
// begin a new one when she writes next. Reads one value when all is well. The error of the store.
MUST_USE enum err mend_notebooks(struct kv *kv);

// Has everybody of a store that was put together from pieces begin a new notebook when she writes next, because what
// she wrote last may not be in it. The error of the store.
MUST_USE enum err mend_begin_anew(struct kv *kv, struct why *why);

// True when the entry at a position can still travel: as itself with its parts (key NULL: they are taken for whole), or
// as a copy that the hub can open.
bool mend_travels(struct kv_txn *t, const struct store_key *key, const struct position *at);

// Notes in t, once, that the entry at a position is lost. The error of t.
MUST_USE enum err mend_lose(struct kv_txn *t, const struct position *at, uint64_t wall_s, struct lost *out);

#endif
