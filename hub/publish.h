// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Publishing checkpoints, off the acknowledgement's path: on a thread of its own, at most one a second, each only after
// the new leaves were read back from disk and rehashed, and after it lies in a file outside the database.
// It must never sign a head that does not extend the last one: at its start it compares, and afterwards it only adds.
// Read first: common/store/record.h, docs/PROTOCOL.md 8.
#ifndef BARAZA_HUB_PUBLISH_H
#define BARAZA_HUB_PUBLISH_H

#include "common/format/charter.h"
#include "common/store/record.h"

struct publish;

struct publish_options {
    struct kv *kv;
    const struct vkey *log;      // kept
    const struct seckey *secret; // of the log; kept
    const char *path;            // of the checkpoint outside the database; kept
    int commit_fd;               // ready when something was committed; owned by the caller
    int wake_fd;                 // made ready when something was published
};

// Compares the record with the checkpoint kept outside (errors as record_check_outside; then nothing may be served),
// and starts the thread. Signals must be blocked before. Gives *out.
MUST_USE enum err publish_start(const struct publish_options *options, struct publish **out, struct why *why);

// Ends the thread. NULL is harmless.
void publish_stop(struct publish *p);

// Appends the last published note to out and writes its head. False when nothing was published yet, or (changed_since)
// when its size is still that number.
MUST_USE bool publish_last(struct publish *p, uint64_t changed_since, struct tree_head *head, struct buf *out);

// What stopped publishing, OK when nothing has: a damaged record is served no longer.
enum err publish_failure(struct publish *p, struct why *why);

#endif
