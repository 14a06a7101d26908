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

// For a program that holds keys or contents: says what to do when a fault ends it, leaves no core file, and no other
// process of this user may look into it. What it starts (an editor) has no core file either, nor is its memory piped
// to a program that collects such.
void process_close_up(void);

// Opens it again, once everything secret was wiped: tools that look for leaks at the end need it.
void process_open_up(void);

// Arguments that were copied to where nobody else reads them.
struct process_arguments {
    int argc;
    char **argv; // as main got them, ended by NULL
    char *bytes;
    size_t n;
};

// Copies argv and overwrites it with spaces: others on this computer read it as long as the program runs
// (/proc/PID/cmdline, ps), and it may wait for a passphrase with somebody's words in it. The first `keep` of them, and
// the names of long options up to a bare "--", stay. An earlier reader cannot be helped. process_arguments_done wipes.
struct process_arguments process_take_arguments(int argc, char **argv, int keep);
void process_arguments_done(struct process_arguments *a);

#define PROCESS_STATE_BYTES 4096 // room for the path of a state directory

// Writes to out which state directory is meant: named (an option's value; NULL: not given), else BARAZA_STATE, else
// $XDG_DATA_HOME/baraza, else ~/.local/share/baraza. *given (may be NULL): it was named, not the default.
// ERR_USAGE with why: named is empty, no home is known, or the path does not fit. It may not exist.
MUST_USE enum err process_state(const char *named, char out[static PROCESS_STATE_BYTES], bool *given,
                                struct why *why);

#endif
