// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The drafting thread: from the record, as trace and gap look at it; or with what a drafter has written and not sent
// yet, as she looks at her own clauses.
#ifndef BARAZA_TOOLS_BARAZA_THREAD_H
#define BARAZA_TOOLS_BARAZA_THREAD_H

#include "hub/draft/fold.h"
#include "tools/baraza/reading.h"
#include "tools/baraza/work.h"

// Opens the reading and folds all of it. Returns -1 and both outputs, or has reported. The caller frees both.
int thread_open(struct cmd_context *context, const struct reading_from *from, struct reading **reading,
                struct draft **draft);

// Folds record (NULL: none), then what came down to w's state, then the notebooks in it, each entry once. Entries that
// no record holds yet count as in force unless the hub refused them; their indexes are made up. Returns -1 and *draft,
// or has reported. The caller frees it.
int thread_here(struct work *w, struct reading *record, struct draft **draft);

#endif
