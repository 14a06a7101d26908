// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The log keys whose secrets this hub holds: that of now, those before it, and those made for later. Which one signs
// is said by the roster, never by this ring.
#ifndef BARAZA_HUB_LOG_RING_H
#define BARAZA_HUB_LOG_RING_H

#include "common/format/ident.h"
#include "common/limits.h"

struct log_pair {
    struct pubkey pub;
    struct seckey sec;
};

struct log_ring {
    size_t n;
    struct log_pair at[LIMIT_HUB_KEYS];
};

// The secret of key, borrowing r; NULL when it is not here.
const struct seckey *log_ring_find(const struct log_ring *r, struct pubkey key);

#endif
