// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The mark: a small file outside the state that says where a journal ended and which file it lay in, so that a state
// that was copied or restored is noticed. A hint, never a proof: a missing mark says nothing.
#ifndef BARAZA_STORE_MARK_H
#define BARAZA_STORE_MARK_H

#include "common/base/err.h"
#include "common/base/why.h"
#include "common/format/journal_id.h"

// What a mark says of one journal.
struct mark {
    struct incarnation incarnation;
    uint64_t seq;                // of the last entry
    struct hash id;              // its id
    uint64_t inode;              // of the store's file
    uint64_t born_s, born_ns;    // its birth time; zeros where the file system has none
};

// Writes the path of the mark of one key in one store into out (at least LIMIT_MARK_PATH bytes): home is
// $XDG_STATE_HOME or its default, store the name from store_info. ERR_TOO_BIG.
MUST_USE enum err mark_path(const char *home, const uint8_t store[static 16], struct pubkey key, char *out, size_t n);

// Fills inode and birth time of the store in directory store_path (its data file). ERR_NOT_FOUND, ERR_IO.
MUST_USE enum err mark_of_file(const char *store_path, struct mark *out, struct why *why);

// Writes it after a commit, making the directory when missing. Not synced: a hint may be a little old.
MUST_USE enum err mark_write(const char *path, const struct mark *mark, struct why *why);

// Reads one. ERR_NOT_FOUND: there is none, or it was cut off by a power cut, which is the same; ERR_IO, ERR_PERM.
MUST_USE enum err mark_read(const char *path, struct mark *out, struct why *why);

// Compares a mark with the state as it is: now has the inode and birth time of the store's file (mark_of_file), id_at
// is the id that the store holds at the mark's seq in the mark's incarnation (zeros when it holds none). OK: nothing
// speaks against it. ERR_COPIED: another file, or another entry or none at that place; why says which.
MUST_USE enum err mark_check(const struct mark *mark, const struct mark *now, struct hash id_at, struct why *why);

#endif
