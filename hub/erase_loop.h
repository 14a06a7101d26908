// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Erasing on a thread of its own, so that neither acknowledgements nor sites wait for it. Read first: hub/eraser.h.
#ifndef BARAZA_HUB_ERASE_LOOP_H
#define BARAZA_HUB_ERASE_LOOP_H

#include "common/author/state.h"
#include "common/ops/log.h"
#include "hub/eraser.h"
#include "hub/pool.h"

struct erase_loop;

struct erase_loop_options {
    const struct state *state; // of the hub; kept, as what follows
    struct keeper *keeper;
    struct pool *pool;         // whose writer says what is carried out: ended after this
    uint64_t gather_s;
    const struct log *log;
};

// Opens the eraser (its errors) and starts the thread (ERR_IO). Signals must be blocked before. Gives *out.
MUST_USE enum err erase_loop_start(const struct erase_loop_options *options, struct erase_loop **out, struct why *why);

// Ends the thread after the step it has in hand. NULL is harmless.
void erase_loop_stop(struct erase_loop *e);

#endif
