// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the hub's log says of its peers: as many lines in a while as somebody can read, and then how many there were.
// It must never say more of a peer than its key and what it did.
#ifndef BARAZA_HUB_HUB_VOICE_H
#define BARAZA_HUB_HUB_VOICE_H

#include "common/ops/log.h"
#include "common/net/zap.h"
#include "hub/peer_core.h"

struct roster;

struct hub_voice {
    const struct log *log;       // kept
    uint64_t tells, tells_ms;    // lines since then
};

// Says what a TELL action says.
void hub_voice_tell(struct hub_voice *v, const struct peer_action *a, uint64_t now_ms);

// Says who was refused at the door since the last time, and whether the roster ever knew that key: then somebody's
// accreditation has ended, else a newcomer's invitation may be used up (baraza who --me shows her the same key).
void hub_voice_door(struct hub_voice *v, struct zap *zap, const struct roster *roster);

#endif
