// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The store under node_core: what the core must know before it decides (start, facts), what it decided (apply), and
// the bytes of the ranges it names. Used alike by the daemon, `baraza sync` and the simulator.
// It must never decide anything about the exchange, nor write an entry: that is author/'s.
// Read first: node/node_core.h; docs/STORAGE.md, "Exchange".
#ifndef BARAZA_NODE_STORE_H
#define BARAZA_NODE_STORE_H

#include "common/base/err.h"
#include "common/base/why.h"
#include "common/format/wire.h"
#include "common/store/kv.h"
#include "common/store/outbox_cover.h"
#include "common/store/vault.h"
#include "node/node_core.h"

// An arena of this size holds what start or facts give.
#define NODE_STORE_ARENA_BYTES                                                                                         \
    (8192u * (sizeof(struct node_journal) + 16) + LIMIT_DESTROYED * 160u +                                             \
     LIMIT_WELCOME_HEADS * sizeof(struct node_fact))

// Fills *out for NODE_START, but for `invited` and `failures`, which the shell knows: journals that are not finished
// come first. Memory from arena, good until its reset. ERR_CORRUPT (why says what), or the store's error.
MUST_USE enum err node_store_start(struct kv *kv, struct arena *arena, struct node_start *out, struct why *why);

// Looks up what node_core must compare for a received message (see struct node_facts). Memory from arena.
// ERR_CORRUPT (why), or the store's error: then the message is not to be given to the core.
MUST_USE enum err node_store_facts(struct kv *kv, struct hash consultation, const struct msg *m, struct arena *arena,
                                   struct node_facts *out, struct why *why);

// Writes all NODE_STORE_* actions of one step in one transaction, with fsync; the others are passed over. When there
// are none, nothing is begun. Any failure (ERR_FULL, ERR_IO, ERR_CORRUPT) leaves the store as it was: see node_core.h.
MUST_USE enum err node_store_apply(struct kv *kv, struct hash consultation, const struct node_actions *actions);

// What ranges are read with. All borrowed.
struct node_reader {
    const struct store_key *key;      // while somebody is unlocked; NULL: the outbox copies are sent
    struct wire_maker *maker;         // scratch, with a key
    const struct outbox_cover *cover; // without one: what the keys of the outbox lie under
};

// Reads entries for a NODE_SEND_RANGE and appends one ENTRIES message to frame (a buf of LIMIT_FRAME_BYTES): with a key
// one compressed batch of readable entries, else the outbox copies.
// *to: one past the last entry sent, or `from` when nothing could be read (locked and no copy here; frame is then
// empty). *raw: the message's raw. ERR_CORRUPT (why), or the store's error.
MUST_USE enum err node_store_range(struct kv *kv, const struct node_reader *reader, const struct node_action *range,
                                   struct buf *frame, uint64_t *to, uint64_t *raw, struct why *why);

// Looks for the answer to NODE_NEXT_ATTACHMENT: the next attachment that waits and whose entry the hub has given
// custody of. What is damaged is passed over. The store's error.
MUST_USE enum err node_store_attachment(struct kv *kv, const struct node_action *next, struct node_event *out);

// Appends the CHUNK message of a NODE_SEND_CHUNK to frame. *readable false, and nothing appended, when that chunk is
// damaged here or gone. The store's error.
MUST_USE enum err node_store_chunk(struct kv *kv, struct hash root, uint32_t number, struct buf *frame, bool *readable);

#endif
