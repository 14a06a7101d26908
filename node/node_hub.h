// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What a site knows of its hub before it meets it: where it is, and which keys it speaks with by now.
// Read first: common/format/service_keys.h.
#ifndef BARAZA_NODE_HUB_H
#define BARAZA_NODE_HUB_H

#include "common/author/state.h"
#include "common/format/service_keys.h"
#include "node/node_link.h"

// Opens the link to the addresses that the configuration has (conf, may be empty), else those of the invitation, while
// there is one. Errors as node_link_open, node_link_invited. Gives *out, which knows no key yet.
MUST_USE enum err node_hub_link(const struct state *state, const char *conf, const struct state_transport *transport,
                                struct node_link **out, struct why *why);

// The keys by the charter and what the hub has proved of their changes, and the CURVE key to dial with: that of now, or
// for whoever was invited and knows of no change, the invitation's. ERR_CORRUPT with why; the store's error.
MUST_USE enum err node_hub_keys(const struct state *state, const struct state_transport *transport,
                                struct service_keys *out, struct boxkey *dial, struct why *why);

#endif
