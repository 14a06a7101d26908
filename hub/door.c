// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The roster's transport keys become the door's. Read first: door.h.
#include "hub/door.h"

#include <stdlib.h>

void door_open(struct zap *zap, const struct roster *roster, struct boxkey own)
{
    size_t n = roster_transport_count(roster);
    struct zap_key *keys = mem_grow(NULL, n + 1, sizeof *keys);
    size_t open = 0;
    keys[open++] = (struct zap_key){ own, ZAP_MEMBER };
    for (size_t i = 0; i < n && open < LIMIT_ZAP_KEYS; i++) {
        struct boxkey key = roster_transport_key(roster, i);
        enum roster_door door = roster_transport(roster, key, NULL);
        if (door != DOOR_CLOSED && !boxkey_equal(key, own)) {
            keys[open++] = (struct zap_key){ key, door == DOOR_MEMBER ? ZAP_MEMBER : ZAP_INVITATION };
        }
    }
    zap_replace(zap, keys, open);
    free(keys);
}
