// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The drafting thread, folded from a reading: what trace and gap look at.
#ifndef BARAZA_TOOLS_BARAZA_THREAD_H
#define BARAZA_TOOLS_BARAZA_THREAD_H

#include "hub/draft/fold.h"
#include "tools/baraza/reading.h"

// Opens the reading and folds all of it. Returns -1 and both outputs, or has reported. The caller frees both.
int thread_open(struct cmd_context *context, const struct reading_from *from, struct reading **reading,
                struct draft **draft);

#endif
