// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Read first: log_ring.h.
#include "hub/log_ring.h"

const struct seckey *log_ring_find(const struct log_ring *r, struct pubkey key)
{
    for (size_t i = 0; i < r->n; i++) {
        if (pubkey_equal(r->at[i].pub, key)) {
            return &r->at[i].sec;
        }
    }
    return NULL;
}
