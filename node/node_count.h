// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// How far the entries of a site have come, all journals together: saved = received + waiting + refused + lost. Cheap:
// it reads where journals end, not their entries.
#ifndef BARAZA_NODE_COUNT_H
#define BARAZA_NODE_COUNT_H

#include "common/base/err.h"
#include "common/base/why.h"
#include "common/store/kv.h"

struct node_count {
    uint64_t saved;     // without what was replaced: copies that were signed anew after a refusal
    uint64_t received;  // custody of it was given
    uint64_t confirmed; // of those received: a verified receipt covers it
    uint64_t waiting;
    uint64_t refused;
    uint64_t unsigned_anew; // of those waiting: they follow a refused or lost one, and travel once their author unlocks
    uint64_t lost;          // damaged on this disk before the hub had it
    uint64_t untold;        // of those lost: the hub hears of it once their author unlocks
    uint64_t attachments;       // of those received: sounds and pictures of which the hub has not all,
    uint64_t attachment_bytes;  // and bytes of them that it has not
    uint64_t attachments_lost;  // damaged or wiped here before the hub had them
};

// Counts. ERR_CORRUPT (why says what), or the store's error.
MUST_USE enum err node_count(struct kv *kv, struct node_count *out, struct why *why);

// True when the hub has all that can travel now, and all of it is confirmed.
bool node_count_done(const struct node_count *c);

#endif
