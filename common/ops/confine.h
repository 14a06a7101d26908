// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A piece of work on a stranger's file, done by a child process that can compute, read that one file and write to a
// pipe: no other file, no network, no new program, 48 MiB of memory, a minute of processor time for what it reads.
// If the file takes it over, it can say something wrong, and nothing else.
// It must never be given a descriptor that it could write to.
#ifndef BARAZA_OPS_CONFINE_H
#define BARAZA_OPS_CONFINE_H

#include "common/base/bytes.h"
#include "common/base/err.h"
#include "common/base/why.h"

#include <sys/types.h>

struct confined {
    pid_t pid;
    int fd; // the pipe's reading end
};

// What the child does: reads `in` (with pread), says what it found on `out` with confine_say. It must allocate little,
// and may use nothing that was opened before, whose descriptors are closed.
typedef void confine_work(int in, int out, void *arg);

// Starts the child. The caller has no other threads. ERR_IO, ERR_FULL with why. confine_end ends it.
MUST_USE enum err confine_start(int in, confine_work *work, void *arg, struct confined *out, struct why *why);

// In the child: writes bytes to the pipe. When nobody reads any more, the child ends.
void confine_say(int out, struct slice bytes);

// Reads n bytes that the child said. False when it ended before.
MUST_USE bool confine_hear(const struct confined *c, void *p, size_t n);

// Ends the child, if it has not ended, and forgets it. Harmless on an all-zero one.
void confine_end(struct confined *c);

#endif
