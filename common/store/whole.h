// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Whether a value under a key is whole, told without opening anything: by hash, checksum, signature, or, of sealed
// parts and wrapped keys, which only their key can judge, by length alone. Read first: docs/STORAGE.md, "Databases".
#ifndef BARAZA_STORE_WHOLE_H
#define BARAZA_STORE_WHOLE_H

#include "common/store/keys.h"

// True when nothing speaks against value being what was put under key in db.
bool whole_value(enum db db, struct slice key, struct slice value);

// The database in which value was put under key, told by what proves itself: an entry, or a cell, whose checksum names
// its database. DB_COUNT: none (a sealed part, a wrapped key, damage).
enum db whole_home(struct slice key, struct slice value);

#endif
