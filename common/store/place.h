// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The place of a store: whether its file system keeps what is written, whether a file is there, paths of its parts.
// For kv.c; it must never open the store's file (closing it would drop LMDB's locks).
#ifndef BARAZA_STORE_PLACE_H
#define BARAZA_STORE_PLACE_H

#include "common/base/err.h"
#include "common/base/why.h"

#include <limits.h>
#include <stdbool.h>

#define PLACE_FILE "data.mdb"

// out = a followed by b. ERR_USAGE when that is too long.
MUST_USE enum err place_join(char out[static PATH_MAX], const char *a, const char *b, struct why *why);

// out = the directory that path is in.
MUST_USE enum err place_parent(const char *path, char out[static PATH_MAX], struct why *why);

// ERR_CONFIG when path is on a file system that loses what LMDB thinks it wrote, or its locks, unless any is set.
MUST_USE enum err place_check(const char *path, bool any, struct why *why);

// Looks for the file of the store in directory path: LMDB would make a new one where it finds none, and die of a page
// that is not there. ERR_NOT_FOUND; ERR_CORRUPT: it is no regular file, or too short to be one.
MUST_USE enum err place_look(const char *path, struct why *why);

// Removes the store in dir, files and directory, as far as they are there.
void place_remove(const char *dir);

#endif
