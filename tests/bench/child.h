// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A program of ours under measurement, in a process of its own.
#ifndef BARAZA_TESTS_BENCH_CHILD_H
#define BARAZA_TESTS_BENCH_CHILD_H

#include "common/base/err.h"
#include "common/base/why.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define CHILD_ARGS 32

struct child {
    pid_t pid; // 0: none
    int out;   // its standard output
};

// Starts DIR/program with args (NULL at the end, without its own name); its standard error is ours. ERR_NOT_FOUND: it
// is not built. child_stop ends it.
MUST_USE enum err child_start(const char *dir, const char *program, const char *const *args, struct child *out,
                              struct why *why);

// Waits for a line of its standard output that begins with `lead` and writes what follows to out. ERR_IO: it ended
// without one.
MUST_USE enum err child_wait_line(struct child *c, const char *lead, char *out, size_t room, struct why *why);

// Waits for its end. OK: exit status 0.
MUST_USE enum err child_wait(struct child *c, const char *program, struct why *why);

// Ends it with SIGTERM and waits. Harmless on an empty one.
void child_stop(struct child *c);

// Bytes of anonymous memory it holds now; processor seconds it has used. 0 when it is gone.
double child_anonymous_bytes(const struct child *c);
double child_processor_s(const struct child *c);

#endif
