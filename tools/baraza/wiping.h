// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The ordinary wipe: words leave this computer once they are safe elsewhere, with proof. Headers and numbers stay.
#ifndef BARAZA_TOOLS_BARAZA_WIPING_H
#define BARAZA_TOOLS_BARAZA_WIPING_H

#include "tools/baraza/cmd.h"

struct wiping_wish {
    const char *as;        // who unlocks for it; NULL: the only one
    uint64_t before_s;     // only what was written before; UINT64_MAX: all
    bool unsealed;         // also of forums that are not sealed
    bool yes;              // do not ask
};

// Counts, asks, wipes, and says what was kept and why. Returns the exit code.
int wiping_words(struct cmd_context *context, const struct wiping_wish *wish);

#endif
