// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Runs an audit over a file, with the checks of signatures spread over threads: what `baraza verify` and the bench call.
// What is good or bad is decided in common/format/audit.h alone.
#ifndef BARAZA_OPS_AUDITOR_H
#define BARAZA_OPS_AUDITOR_H

#include "common/format/audit.h"

#include <stdatomic.h>

struct auditor {
    struct hash charter_id;          // the consultation that is expected
    unsigned threads;                // 0: one for each processor, at most LIMIT_AUDIT_THREADS
    _Atomic uint64_t *done;          // entries folded so far, for somebody else's progress line; may be NULL
};

// Opens path (a regular file, no link) and audits it. OK: *report says what was found, good or bad. Else ERR_IO,
// ERR_NOT_FOUND, ERR_BAD_INPUT (no regular file); why says which, and nothing is written.
MUST_USE enum err auditor_run(const struct auditor *auditor, const char *path, struct audit_report *report,
                              struct why *why);

#endif
