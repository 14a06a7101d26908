// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Read first: door.h.
#include "hub/door.h"

#include "common/base/file.h"

#include <stdlib.h>

struct zap_key *door_keys(const struct roster *roster, struct boxkey own, size_t *n)
{
    const size_t known = roster_transport_count(roster);
    struct zap_key *keys = mem_grow(NULL, known + 1, sizeof *keys);
    size_t open = 0;
    keys[open++] = (struct zap_key){ own, ZAP_MEMBER };
    for (size_t i = 0; i < known && open < LIMIT_ZAP_KEYS; i++) {
        struct boxkey key = roster_transport_key(roster, i);
        enum roster_door door = roster_transport(roster, key, NULL);
        if (door != DOOR_CLOSED && !boxkey_equal(key, own)) {
            keys[open++] = (struct zap_key){ key, door == DOOR_MEMBER ? ZAP_MEMBER : ZAP_INVITATION };
        }
    }
    *n = open;
    return keys;
}

enum err door_renew(struct zap *zap, struct serve *serve, struct signpost *signpost, struct boxkey own,
                    uint64_t *size, struct why *why)
{
    enum err e = serve_follow(serve, NULL, why);
    if (e != OK || *size == serve_size(serve)) {
        return e;
    }
    size_t open = 0;
    struct zap_key *keys = door_keys(serve_roster(serve), own, &open);
    zap_replace(zap, keys, open);
    signpost_admit(signpost, keys, open);
    *size = serve_size(serve);
    free(keys);
    return OK;
}

enum err door_tell(const struct state *state, const char *endpoint, struct why *why)
{
    char *path = state_path(state, STATE_HUB_ENDPOINT);
    enum err e = file_replace(path, slice_text(endpoint), 0600, why);
    free(path);
    return e;
}
