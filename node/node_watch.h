// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Notices what was appended to the journals of a store, by this process or another: by the number of the store's last
// transaction, then by where the journals end.
#ifndef BARAZA_NODE_WATCH_H
#define BARAZA_NODE_WATCH_H

#include "common/base/why.h"
#include "common/format/journal_id.h"
#include "common/store/kv.h"

struct node_watch;

// What grew, or began, or ceased to be its author's current journal.
struct node_grown {
    struct journal_head local;
    bool current;
};

// Returns a watch that knows of nothing yet. kv is kept. Gives; NULL is harmless to close.
struct node_watch *node_watch_open(struct kv *kv);
void node_watch_close(struct node_watch *w);

// True when the store may have changed since node_watch_look looked. Costs next to nothing.
bool node_watch_stirred(const struct node_watch *w);

// Looks, and keeps what it saw. *grown: n of them, borrowed until the next call; at the first call all journals.
// ERR_CORRUPT, or the store's error; then nothing was seen, and it is still stirred.
MUST_USE enum err node_watch_look(struct node_watch *w, const struct node_grown **grown, size_t *n);

#endif
