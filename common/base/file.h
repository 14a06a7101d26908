// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Whole small files: read with a bound, written so that a power cut leaves the old or the new one, never half.
// Large ones are opened here too, and read in pieces.
#ifndef BARAZA_BASE_FILE_H
#define BARAZA_BASE_FILE_H

#include "common/base/bytes.h"
#include "common/base/err.h"
#include "common/base/why.h"

// Appends the whole of a regular file to out, which was empty with a maximum. Links are not followed at the last
// component when follow is false. ERR_NOT_FOUND, ERR_TOO_BIG (larger than out's maximum), ERR_BAD_INPUT (not a
// regular file), ERR_PERM, ERR_IO; on failure out is empty. why names the file and what happened.
MUST_USE enum err file_read(const char *path, bool follow, struct buf *out, struct why *why);

// Opens a regular file for reading in pieces: *fd for file_next and close(), *size as it is now. Errors as above.
MUST_USE enum err file_open(const char *path, bool follow, int *fd, uint64_t *size, struct why *why);

// Reads at most room bytes to p; *n is how many, 0 at the end of the file. path is for why. ERR_IO.
MUST_USE enum err file_next(int fd, const char *path, uint8_t *p, size_t room, size_t *n, struct why *why);

// Replaces path by content, mode (0600 for secrets): temporary file beside it, fsync, rename, fsync of the
// directory. On failure the old file is untouched and no temporary file stays.
MUST_USE enum err file_replace(const char *path, struct slice content, unsigned mode, struct why *why);

// As file_replace, where nothing may stand at path yet: ERR_EXISTS when something does, and it is untouched.
MUST_USE enum err file_create(const char *path, struct slice content, unsigned mode, struct why *why);

// As file_replace, for a file of keys: what stood at path is overwritten with zeros on the disk before it is given back
// (which a file system that writes in place carries out), and so is what a crash in here once left beside it. A crash
// half way leaves the old or the new file at path, and perhaps the old one as PATH.old until file_supplanted or the
// next call. Only one program may do so at a time.
#define FILE_OLD ".old"
MUST_USE enum err file_supplant(const char *path, struct slice content, unsigned mode, struct why *why);

// Overwrites and removes what a crash in file_supplant or file_replace left beside path.
MUST_USE enum err file_supplanted(const char *path, struct why *why);

// Overwrites a file with zeros, flushed, and removes it. ERR_NOT_FOUND, ERR_IO.
MUST_USE enum err file_shred(const char *path, struct why *why);

// A file under making: in a temporary file beside its place until file_writer_commit renames it. So what stands at path
// is always whole: the old file, or the new one.
struct file_writer {
    int fd;
    char *path, *temporary;
};

// Starts one. ERR_USAGE (the path is too long), or the system's error. file_writer_commit or _abort ends it.
MUST_USE enum err file_writer_begin(const char *path, struct file_writer *out, struct why *why);

// Appends bytes. ERR_FULL, ERR_IO.
MUST_USE enum err file_writer_put(struct file_writer *w, struct slice bytes, struct why *why);

// Syncs, sets mode, puts the file in its place and syncs the directory; takes w. On failure the old file is untouched.
MUST_USE enum err file_writer_commit(struct file_writer *w, unsigned mode, struct why *why);

// The same where nothing may stand at path yet: ERR_EXISTS when something does, and it is untouched.
MUST_USE enum err file_writer_commit_new(struct file_writer *w, unsigned mode, struct why *why);

// Removes what was made; takes w. Harmless after commit and on an all-zero one.
void file_writer_abort(struct file_writer *w);

// Writes bytes to an open descriptor, all of them; name is what why calls it. ERR_FULL, ERR_IO.
MUST_USE enum err file_put(int fd, const char *name, struct slice bytes, struct why *why);

// Makes one directory with mode 0700 and syncs its parent. ERR_EXISTS when something of that name is there.
MUST_USE enum err file_make_dir(const char *path, struct why *why);

// Makes the names in a directory durable (fsync of the directory).
MUST_USE enum err file_sync_dir(const char *path, struct why *why);

// True when something exists at path.
bool file_exists(const char *path);

#endif
