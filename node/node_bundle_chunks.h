// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Attachments in bundles: up, as many chunks as fit behind the words; down, what the hub has of each.
// Read first: node_bundle.h, docs/PROTOCOL.md 15 and 18.
#ifndef BARAZA_NODE_BUNDLE_CHUNKS_H
#define BARAZA_NODE_BUNDLE_CHUNKS_H

#include "node/node_bundle.h"
#include "node/node_core.h"

// Hands over chunks that the hub is not known to have, of entries that it has or that are in this bundle (start says
// where journals end), until made->bytes comes near `most`. Adds to *made. The store's or the sink's error.
MUST_USE enum err node_bundle_chunks(struct kv *kv, const struct node_start *start, uint64_t most,
                                     node_bundle_sink *sink, void *arg, struct node_bundle_made *made,
                                     struct why *why);

// What a bundle down said of attachments, in the order in which it came.
struct node_helds {
    struct msg_held *items;
    size_t n;
};
void node_helds_add(struct node_helds *h, const struct msg_held *m); // beyond NODE_HELDS they are passed over
void node_helds_done(struct node_helds *h);

#define NODE_HELDS 65536

// Stores it, as far as it is signed where it must be: nothing moves back. *received: attachments that the hub has whole
// now; *bad: words that its log key did not sign. The store's error.
MUST_USE enum err node_helds_apply(struct node_helds *h, struct kv *kv, struct hash consultation,
                                   const struct service_keys *keys, uint64_t *received, uint64_t *bad);

#endif
