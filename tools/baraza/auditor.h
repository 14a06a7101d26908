// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Runs an audit over a file, with the checks of signatures spread over threads: for `baraza verify` and the bench.
// What is good or bad is decided in common/format/audit.h alone.
#ifndef BARAZA_TOOLS_BARAZA_AUDITOR_H
#define BARAZA_TOOLS_BARAZA_AUDITOR_H

#include "common/format/audit.h"

struct auditor;

// Opens path (a regular file, no link) to be audited against the consultation with this id. threads: how many check
// signatures besides the caller's; 0: one for each processor, at most LIMIT_AUDIT_THREADS. Gives.
// ERR_IO, ERR_PERM, ERR_NOT_FOUND, ERR_BAD_INPUT (no regular file); why says which.
MUST_USE enum err auditor_open(const char *path, struct hash charter_id, unsigned threads, struct auditor **out,
                               struct why *why);

// Reads on by one piece (1 MiB). *more is false when nothing is left to read. ERR_IO.
MUST_USE enum err auditor_step(struct auditor *a, bool *more, struct why *why);

// For a line of progress: entries checked so far, and how many the checkpoint promises.
void auditor_progress(const struct auditor *a, uint64_t *done, uint64_t *total);

// Waits for the threads, ends them, writes the report (NULL: it is not wanted) and frees the auditor. NULL is harmless.
void auditor_close(struct auditor *a, struct audit_report *report);

// All of it at once.
MUST_USE enum err auditor_run(const char *path, struct hash charter_id, unsigned threads, struct audit_report *report,
                              struct why *why);

#endif
