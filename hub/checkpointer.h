// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// One checkpoint at a time: read back from disk what is new, rehash it, sign, keep the note outside the database, put
// it in. It signs with the key of the checkpoint's size; the first one under a new key bears the old one's too. No
// thread and no clock: publish.h has those, the simulator does without.
// It must never sign a head that does not extend the last one: at its start it compares, and afterwards it only adds.
// Read first: common/store/record.h, docs/PROTOCOL.md 8.
#ifndef BARAZA_HUB_CHECKPOINTER_H
#define BARAZA_HUB_CHECKPOINTER_H

#include "common/format/service_keys.h"
#include "common/store/record.h"
#include "hub/log_ring.h"

struct checkpointer;

struct checkpointer_keys {
    struct kv *kv;
    const struct charter *charter; // kept
    const struct log_ring *logs; // secrets of the log's keys; kept
    const char *path;            // of the checkpoint outside the database; kept
};

// Compares the record with the checkpoint kept outside (errors as record_check_outside; then nothing may be served) and
// knows the last one that was published. Gives *out; checkpointer_close frees it, NULL is harmless.
MUST_USE enum err checkpointer_open(const struct checkpointer_keys *keys, struct checkpointer **out, struct why *why);
void checkpointer_close(struct checkpointer *c);

// Publishes the record as it is now, if it grew. OK with *fresh; ERR_FULL, ERR_AGAIN: not now (writing failed, or the
// secret of the key of that size is not here), nothing was published; ERR_CORRUPT with why: an entry does not read back
// as it was written: never serve this record again.
// The first call after the start reads back the whole record.
MUST_USE enum err checkpointer_publish(struct checkpointer *c, bool *fresh, struct why *why);

// The last published head (size 0: none) and its note; borrowed until the next publish.
struct tree_head checkpointer_head(const struct checkpointer *c);
struct slice checkpointer_note(const struct checkpointer *c);

#endif
