// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What a program does to itself at its start: closes itself to onlookers, settles which state directory is meant.
// It must never open what it finds: that is author/state.
#ifndef BARAZA_OPS_PROCESS_H
#define BARAZA_OPS_PROCESS_H

#include "common/base/err.h"
#include "common/base/why.h"

#include <stdbool.h>
#include <stddef.h>

// For a program that holds keys or contents: no core file, and no other process of this user may look into it.
void process_close_up(void);

// Opens it again, once everything secret was wiped: tools that look for leaks at the end need it.
void process_open_up(void);

#define PROCESS_STATE_BYTES 4096 // room for the path of a state directory

// Writes to out which state directory is meant: named (an option's value; NULL: not given), else BARAZA_STATE, else
// $XDG_DATA_HOME/baraza, else ~/.local/share/baraza. *given (may be NULL): it was named, not the default.
// ERR_USAGE with why: no home is known, or the path does not fit. It may not exist.
MUST_USE enum err process_state(const char *named, char out[static PROCESS_STATE_BYTES], bool *given,
                                struct why *why);

#endif
