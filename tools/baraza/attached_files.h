// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Attachments beside an export: in a folder, one file for each, named by the hex of its root, with all its chunks one
// behind the other, still encrypted: what opens them is in the export (PROTOCOL 13.6).
// It must never believe a name: the bytes must lead to the root.
#ifndef BARAZA_TOOLS_BARAZA_ATTACHED_FILES_H
#define BARAZA_TOOLS_BARAZA_ATTACHED_FILES_H

#include "common/base/why.h"
#include "common/format/attachment.h"
#include "common/format/entry.h"
#include "common/store/kv.h"

struct attached_files {
    uint64_t files;    // whole, written or found
    uint64_t bytes;
    uint64_t missing;  // the hub has not (all of) it yet; or no such file is in the folder
    uint64_t wrong;    // a file that is not what its name says
    struct hash first; // root of the first of these
};

// Writes the files of what d discloses of e into dir, which exists, and adds to *sum. A file that is there stays.
MUST_USE enum err attached_files_put(struct kv_txn *t, const struct entry *e, const struct disclosure *d,
                                     const char *dir, struct attached_files *sum, struct why *why);

// Looks for the files of what d discloses of e in dir, and adds to *sum. ERR_IO …: the folder cannot be read.
MUST_USE enum err attached_files_check(const struct entry *e, const struct disclosure *d, const char *dir,
                                       struct attached_files *sum, struct why *why);

// True when dir has a file of this name.
bool attached_files_has(const char *dir, const struct attachment_blob *a);

// Appends the bytes of one, whose file is in dir, decrypted. ERR_NOT_FOUND; ERR_CORRUPT: its bytes are not those of the
// root; ERR_CRYPTO: its key does not open it.
MUST_USE enum err attached_files_open(const char *dir, const struct attachment *a, struct buf *out, struct why *why);

#endif
