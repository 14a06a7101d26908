// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The site's end of an exchange by bundle: what to give a courier, and what to do with what she brings back. The same
// ranges and the same core as by network, so that both judge and store alike, in any order.
// It must never know a file, nor read what it carries: nobody need be unlocked.
// Read first: node/node_core.h, node/node_store.h, docs/PROTOCOL.md 15.
#ifndef BARAZA_NODE_BUNDLE_H
#define BARAZA_NODE_BUNDLE_H

#include "common/exchange/bundle.h"
#include "common/format/charter.h"
#include "common/store/kv.h"
#include "common/store/outbox_cover.h"

// Takes one message of a bundle that is made. Its error ends the making.
typedef enum err node_bundle_sink(void *arg, struct slice message, struct why *why);

struct node_bundle_made {
    uint64_t entries;  // in the bundle
    uint64_t bytes;    // of its messages
    uint64_t chunks;   // of attachments, in the bundle
    uint64_t chunks_left;      // for the next bundle, for want of room,
    uint64_t chunk_bytes_left; // and so many bytes of sound and pictures
    uint64_t left;     // not acknowledged and not in it: they have no sealed copy here, or must be signed anew
};

// Says what a bundle up carries: who we are, then every entry that the hub has not acknowledged, as its sealed copy;
// then chunks of attachments that it is not known to have, as many as fit below `most` bytes (0: what any bundle may
// have). Writes nothing here: an entry counts as received when the hub's word comes back, and until then each bundle
// has it. ERR_CORRUPT (why), the store's or the sink's error. cover: what the keys of those copies lie under here;
// without it nothing is in the bundle.
MUST_USE enum err node_bundle_make(struct kv *kv, struct hash consultation, struct boxkey site,
                                   const struct outbox_cover *cover, uint64_t most, node_bundle_sink *sink,
                                   void *arg, struct node_bundle_made *made, struct why *why);

// Gives the next message of a bundle down, which was judged whole (bundle_file.h); *more is false after the last.
typedef enum err node_bundle_source(void *arg, struct buf *message, bool *more, struct why *why);

// What came of it; what moved is told by node_count before and after.
struct node_bundle_taken {
    uint64_t down;      // entries from the record that are new here
    uint64_t attachments; // sounds and pictures that the hub has whole now
    uint64_t bad;       // messages that did not verify and were passed over
    uint64_t refused;   // entries that the hub refused for good
    bool restored;      // the hub holds what is not here: this store was restored or copied
    uint64_t held;      // then: so many entries at most
    bool renewed;       // a notebook has ended; its author begins a new one the next time she writes
    bool rekeyed;       // it told changes of the hub's keys that are new here; kept also when the rest is refused
    uint64_t size;      // of the checkpoint verified now
};

// Gives a bundle down to the core, message by message, each stored before the next. It must show a checkpoint that is
// not smaller than the one verified here and consistent with it, else nothing of it is taken: *fault is OLDER,
// ANOTHER_BASE, or CONTRADICTION (the evidence is kept). OK with FINE: taken. ERR_*: the store's or the source's, with
// why; what was stored before it is good, and the same bundle can be taken again.
// A daemon that runs here notices and starts afresh from the store.
// dir: the state's directory, whose free disk the core asks for.
MUST_USE enum err node_bundle_take(struct kv *kv, const struct charter *charter, const char *dir,
                                   node_bundle_source *source, void *arg, enum bundle_fault *fault,
                                   struct node_bundle_taken *taken, struct why *why);

// Something was stored here that the daemon's core must know of: it starts afresh when it sees the number change.
MUST_USE enum err node_bundle_changed(struct kv *kv);

// How often bundles have been taken here: a daemon that sees this change starts afresh. 0 when never.
MUST_USE enum err node_bundle_number(struct kv *kv, uint64_t *out);

#endif
