// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Who may connect to the hub: whoever the roster knows, and who holds the hub's own key, which is `baraza bundle in`
// on this computer. It must never decide what a peer may say: that is peer_core's and admission's.
#ifndef BARAZA_HUB_DOOR_H
#define BARAZA_HUB_DOOR_H

#include "common/format/roster.h"
#include "common/net/zap.h"

// Gives the door the keys of the roster as it is now (PROTOCOL 11.3), and own, the hub's exchange key.
void door_open(struct zap *zap, const struct roster *roster, struct boxkey own);

#endif
