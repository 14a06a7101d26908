// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Checkpoints that the hub showed to others, as bundles bring them by: kept until the hub has shown that its record
// extends them too, and evidence against it when it signed what excludes them (PROTOCOL 15.11).
// It must never believe a note that the log key did not sign. Read first: node_core.h, node/node_record.c.
#ifndef BARAZA_NODE_VIEW_H
#define BARAZA_NODE_VIEW_H

#include "common/base/why.h"
#include "common/format/charter.h"
#include "common/store/kv.h"
#include "node/node_core.h"

enum node_view_fate {
    VIEW_NOTHING,     // empty, or not signed by the hub: it says nothing
    VIEW_MET,         // the one that was verified here
    VIEW_WAITS,       // kept, to be compared when the hub has shown the way from one to the other
    VIEW_CONTRADICTS, // two signed checkpoints of one size and different roots: kept for ever as evidence
};

// Takes note of what another site was shown, in one transaction. A daemon that runs here notices. ERR_* with why.
MUST_USE enum err node_view_meet(struct kv *kv, const struct charter *charter, struct slice note,
                                 enum node_view_fate *fate, struct why *why);

// The views that wait, at most LIMIT_VIEWS. The error of t.
MUST_USE enum err node_view_all(struct kv_txn *t, struct tree_head out[static LIMIT_VIEWS], size_t *n);

// Forgets one that was found to be of this record. A no-op when it is not there.
MUST_USE enum err node_view_drop(struct kv_txn *t, struct tree_head view);

// Keeps two notes that exclude each other: what was seen here and note; or, when view is not NULL, what was seen here
// and the view that waits. Then nothing is exchanged with this hub again.
MUST_USE enum err node_evidence_put(struct kv_txn *t, struct tree_head seen, struct slice note,
                                    const struct tree_head *view);

#endif
