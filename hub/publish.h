// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Publishing checkpoints off the acknowledgement's path: on a thread of its own, at most one a second.
// Read first: hub/checkpointer.h.
#ifndef BARAZA_HUB_PUBLISH_H
#define BARAZA_HUB_PUBLISH_H

#include "hub/checkpointer.h"

struct publish;

struct publish_options {
    struct checkpointer_keys keys;
    int commit_fd; // ready when something was committed; owned by the caller
    int wake_fd;   // made ready when something was published
};

// Opens the checkpointer (its errors) and starts the thread (ERR_IO). Signals must be blocked before. Gives *out.
MUST_USE enum err publish_start(const struct publish_options *options, struct publish **out, struct why *why);

// Ends the thread. NULL is harmless.
void publish_stop(struct publish *p);

// Appends the last published note to out and writes its head. False when nothing was published yet, or when its size is
// still known_size.
MUST_USE bool publish_last(struct publish *p, uint64_t known_size, struct tree_head *head, struct buf *out);

// What has stopped publishing for good, with why; OK while nothing has.
enum err publish_failure(struct publish *p, struct why *why);

#endif
