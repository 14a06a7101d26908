// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// All that is still whole of a site's store that LMDB cannot be trusted with, put into a new one. What the tree leads
// to comes first; then, from pages that it does not lead to any more, what proves itself and is not there yet.
// It must never change the old store, nor put what is not whole.
// Read first: pages.h, docs/STORAGE.md "Damage".
#ifndef BARAZA_STORE_SALVAGE_H
#define BARAZA_STORE_SALVAGE_H

#include "common/store/kv.h"
#include "common/store/pages.h"

struct salvaged {
    uint64_t entries;  // of people's journals, in the new store
    uint64_t found;    // of these, from pages that the tree did not lead to
    uint64_t counted;  // what the old store says it had; 0 when that cannot be read
    uint64_t values;   // of every kind
    uint64_t damaged;  // values that were left behind
    uint64_t bad;      // pages and places that cannot be read
};

// Fills kv, a new store (store.h) that has nothing but its own name and purpose. The error of kv.
MUST_USE enum err salvage_store(struct pages *old, struct kv *kv, struct salvaged *out);

#endif
