// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The node's own computation of what a custody note must say (PROTOCOL 9.1). Private to node_store's files.
#ifndef BARAZA_NODE_CUSTODY_H
#define BARAZA_NODE_CUSTODY_H

#include "common/base/why.h"
#include "common/format/journal_id.h"
#include "common/format/merkle.h"
#include "common/store/kv.h"

// Name of the stored evidence against a hub that contradicted itself.
#define NODE_CONTRADICTION "contradiction"

// Name of the last custody note that was signed and false: [key, incarnation, [seq, head, root, signature]].
#define NODE_FALSE_CUSTODY "false-custody"

// Extends f, which is over seq 0 to f->size - 1 of a journal here, to seq next - 1. Of an entry that is damaged the
// id is known from the one behind it, and not how many parts it has: that is found by trying, because the root must be
// `wanted`. So custody of it is as well checked as of any other. ERR_CORRUPT when nothing here tells an id, or the
// error of t; f is then as it was.
MUST_USE enum err node_custody_extend(struct kv_txn *t, const struct journal_id *journal, uint64_t next,
                                      struct hash wanted, struct merkle_frontier *f);

#endif
