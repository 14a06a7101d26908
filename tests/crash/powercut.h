// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A disk whose power can be cut: an ext4 file system in a file, mounted through a loop device in a mount namespace of
// this process, so that mount and device vanish with it however it ends. The cut is FS_IOC_SHUTDOWN without a log
// flush: what the system had not yet written is lost, as when a plug is pulled.
// It knows nothing of Baraza. What it cannot show: a drive that lies about its own cache.
#ifndef BARAZA_TESTS_POWERCUT_H
#define BARAZA_TESTS_POWERCUT_H

#include "common/base/why.h"

#include <stdbool.h>

enum powercut_result {
    POWERCUT_DONE,
    POWERCUT_CANNOT, // no root, no loop device, no such ioctl: whoever tests says "skipped"
    POWERCUT_BROKEN, // something went wrong that is no finding about the program under test
};

struct powercut {
    char image[4096];  // the disk
    char mount[4096];  // where it is mounted; programs under test write below it
    bool mounted;
};

// Takes a directory (which must exist, on a file system with room for the image) for the disk; makes an image of
// `megabytes` there unless one is there already, and mounts it. The process must have one thread. Why says what is
// missing or broken; nothing is mounted then.
MUST_USE enum powercut_result powercut_open(struct powercut *p, const char *dir, unsigned megabytes, struct why *why);

// Writes out everything: what was done before belongs to the past that a cut cannot reach.
MUST_USE enum powercut_result powercut_settle(struct powercut *p, struct why *why);

// Pulls the plug. From here on every access to the disk fails, until powercut_restore.
MUST_USE enum powercut_result powercut_cut(struct powercut *p, struct why *why);

// Switches on again: unmounts (whoever held files open must have ended) and mounts, which replays the journal.
MUST_USE enum powercut_result powercut_restore(struct powercut *p, struct why *why);

// Unmounts. The image stays; the caller removes it with its directory.
void powercut_close(struct powercut *p);

#endif
