// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Bundles as files on somebody's stick. Read: copied once to where nobody changes it, judged as a whole by a confined
// process, and only then handed out message by message. Written: a new file, read back, then named.
// It must never follow a link, replace a file, or hand out a message of a bundle that is not whole.
// Read first: common/exchange/bundle.h, common/ops/confine.h.
#ifndef BARAZA_NODE_DESK_BUNDLE_FILE_H
#define BARAZA_NODE_DESK_BUNDLE_FILE_H

#include "common/base/err.h"
#include "common/base/file.h"
#include "common/exchange/bundle.h"

#define BUNDLE_SUFFIX ".bundle"

// True for the name of a bundle in a folder: *.bundle, and none that is hidden.
bool bundle_file_is_named(const char *name);

// --- reading ---
struct bundle_file;

// Opens and judges the bundle at path. state: directory of this state, where a copy without a name is kept until
// bundle_file_close. OK with *fault BUNDLE_FINE: every message of it is good in form, *out is given. OK with another
// *fault: refused, and nothing is given. ERR_NOT_FOUND, ERR_PERM, ERR_FULL, ERR_IO with why: it could not be judged.
// The caller has no other threads yet.
MUST_USE enum err bundle_file_open(const char *path, const char *state, const struct bundle_expect *expect,
                                   struct bundle_file **out, enum bundle_fault *fault, struct why *why);

// Reads the next message into out, whose maximum is LIMIT_FRAME_BYTES; *more is false, and out empty, after the last
// one. ERR_IO with why: the process that reads has ended.
MUST_USE enum err bundle_file_next(struct bundle_file *f, struct buf *out, bool *more, struct why *why);

// What is written on a bundle that was opened as a courier (expect without ring), and gives no messages: once, instead
// of bundle_file_next. ERR_IO as there.
MUST_USE enum err bundle_file_label(struct bundle_file *f, struct bundle_label *out, struct why *why);

// Writes the bundle as it was judged to a new file at path, reads it back, and gives it its name: durable when OK.
// ERR_EXISTS with why when something is there already, or the system's error.
MUST_USE enum err bundle_file_copy(struct bundle_file *f, const char *path, struct why *why);

// NULL is harmless.
void bundle_file_close(struct bundle_file *f);

// --- writing ---
struct bundle_making {
    struct file_writer file;
    struct bundle_writer writer;
    struct buf out;
    struct sha256 hash;   // of what was written to the file
    uint64_t bytes;
};

// Starts a bundle that will be at path. ERR_EXISTS with why when something is there already; ERR_BAD_INPUT when `to`
// is no key. bundle_making_commit or bundle_making_abort ends it.
MUST_USE enum err bundle_making_begin(const char *path, enum bundle_way way, struct hash consultation,
                                      struct boxkey to, const struct bundle_about *about, struct bundle_making *out,
                                      struct why *why);

// Adds one message. ERR_FULL, ERR_IO; ERR_TOO_BIG when it would be larger than any bundle may be.
MUST_USE enum err bundle_making_put(struct bundle_making *m, struct slice message, struct why *why);

// Ends it, flushes it to the medium, reads it back from there, and gives it its name: durable when OK. Takes m; on
// failure nothing of it stays. log: as bundle_end.
MUST_USE enum err bundle_making_commit(struct bundle_making *m, const struct seckey *log, struct why *why);

// Removes what was made. Harmless after commit and on an all-zero one.
void bundle_making_abort(struct bundle_making *m);

#endif
