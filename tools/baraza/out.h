// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Files that a person names to be written: never over one that is there, unless she says so.
#ifndef BARAZA_TOOLS_BARAZA_OUT_H
#define BARAZA_TOOLS_BARAZA_OUT_H

#include "common/base/file.h"
#include "tools/baraza/cmd.h"

// The option row of those who write files.
#define OUT_FORCE(into) { "force", 0, ARG_FLAG, NULL, "write over a file that is there", (into) }

// May path be written? Asked before anything is saved, so that nothing is saved in vain. NULL and "-" (no file) may.
// Returns -1, or has reported that something is there.
int out_check(const char *path, bool force);

// Writes a whole file. Returns -1, or has reported.
int out_write(const char *path, struct slice content, unsigned mode, bool force);

// Gives what was written its name. Returns as file_writer_commit; ERR_EXISTS says what to do.
MUST_USE enum err out_commit(struct file_writer *w, unsigned mode, bool force, struct why *why);

#endif
