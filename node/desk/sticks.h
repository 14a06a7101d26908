// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Which sticks are plugged in: what is mounted where people's desktops mount removable media. It must never take an
// ordinary folder for a stick: what is written there would stay on this computer.
#ifndef BARAZA_NODE_DESK_STICKS_H
#define BARAZA_NODE_DESK_STICKS_H

#include "common/base/bytes.h"
#include "common/limits.h"

#include <stdbool.h>

struct stick {
    char path[LIMIT_STICK_PATH + 1];  // where it is mounted
    char kind[32];                    // the file system: "vfat", "ext4" ...
    bool writable;
    uint64_t free_bytes, bytes;
    uint64_t bundles;                 // files *.bundle that lie in it, at most LIMIT_BUNDLE_FOLDER
};

// Reads a mountinfo (proc(5): its bytes) and writes what is mounted below one of `roots` (folders with blanks between,
// as the setting `sticks` has them) to out, at most LIMIT_STICKS; returns how many. Network file systems and what a
// system mounts for itself are left out. Only what mountinfo says: writable and the numbers are not looked up.
size_t sticks_parse(struct slice mountinfo, const char *roots, struct stick out[static LIMIT_STICKS]);

// The same of this computer, now, with all numbers.
size_t sticks_look(const char *roots, struct stick out[static LIMIT_STICKS]);

#endif
