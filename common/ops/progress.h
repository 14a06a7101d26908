// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// How far a long job is, on standard error: nothing for the first two seconds; then a line that rewrites itself on a
// terminal, or one line each five seconds elsewhere. Reads no clock: the time comes in.
#ifndef BARAZA_OPS_PROGRESS_H
#define BARAZA_OPS_PROGRESS_H

#include "common/base/bytes.h"

struct progress {
    int fd;
    bool terminal;
    bool quiet;
    const char *doing; // "importing": keeps
    const char *unit;  // "rows": keeps
    uint64_t total;    // 0: not known
    uint64_t done;
    uint64_t start_ms;
    uint64_t shown_ms;
    bool shown;
};

// Starts; fd is where lines go (standard error), terminal when it is one (isatty). quiet: says nothing ever.
struct progress progress_begin(int fd, bool terminal, bool quiet, const char *doing, const char *unit, uint64_t total,
                               uint64_t now_ms);

// Says, when it is time to, that done of total units are done. Cheap: may be called for every unit.
void progress_step(struct progress *p, uint64_t done, uint64_t now_ms);

// Ends with a last line, if any was shown.
void progress_end(struct progress *p, uint64_t now_ms);

// Appends the line as it would be shown now, without a line end: "importing 1200/3400 rows, 600/s, 4 s left".
void progress_line(const struct progress *p, uint64_t now_ms, struct buf *out);

#endif
