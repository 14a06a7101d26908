// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Copies the files of a state directory, for backup and salvage: all but its store, and what belongs to a running
// program. It must never follow a link. Read first: common/author/state.h.
#ifndef BARAZA_TOOLS_BARAZA_STATE_COPY_H
#define BARAZA_TOOLS_BARAZA_STATE_COPY_H

#include "common/base/err.h"
#include "common/base/why.h"

// Copies from into the directory to, which is there; files that are there already are replaced. without, kept by the
// caller, ended by NULL: paths below from that are left out besides. Errors of the file system with why.
MUST_USE enum err state_copy(const char *from, const char *to, const char *const *without, struct why *why);

#endif
