// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What devices say of keys that were destroyed on them (PROTOCOL 11.2.1): kept in sites/KEY.destroyed at the hub, for
// people, who revoke. It is said by the device alone: by network its transport key proves it, in a bundle nothing.
// It must never change what anybody may do.
#ifndef BARAZA_HUB_DESTROYED_H
#define BARAZA_HUB_DESTROYED_H

#include "common/base/err.h"
#include "common/base/why.h"
#include "common/format/roster.h"
#include "common/ops/log.h"
#include "hub/peer_core.h"

struct hub_destroyed {
    struct boxkey site;          // transport key
    bool by_bundle;
    size_t count;                // 1 to LIMIT_DESTROYED
    const struct journal_head *heads; // where the journals ended
};

// Keeps it for the hub whose state is dir; what came by network is not replaced by a bundle. *fresh (may be NULL): it
// was not known so. ERR_IO, ERR_FULL.
MUST_USE enum err hub_destroyed_put(const char *dir, const struct hub_destroyed *said, bool *fresh, struct why *why);

// Keeps what a PEER_DESTROYED says, and logs what is new. Losing it is harmless: it is said again with the next hello.
void hub_destroyed_hear(const char *dir, const struct peer_action *a, const struct log *log);

// All that is known of people whose keys were destroyed.
struct hub_destroyed_row {
    struct boxkey site;
    bool by_bundle;
    struct journal_head head;
};
struct hub_destroyed_list {
    size_t n;
    struct hub_destroyed_row *rows;
};

// Reads it; what is damaged is passed over. hub_destroyed_free frees (all zeros is harmless). ERR_IO.
MUST_USE enum err hub_destroyed_load(const char *dir, struct hub_destroyed_list *out, struct why *why);
void hub_destroyed_free(struct hub_destroyed_list *list);

// What is said of this member by her own device (her last transport key), or NULL.
const struct hub_destroyed_row *hub_destroyed_of(const struct hub_destroyed_list *list, const struct roster_member *m);

#endif
