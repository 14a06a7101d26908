// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The file of a store read page by page, without LMDB: what is damaged in the tree is passed over and counted, where
// LMDB would end the process or show less than there is. For `baraza check` and `baraza salvage` only.
// It must never believe a number in the file before it is bounded, and never write.
// The layout is that of LMDB 0.9 on a 64-bit machine (mdb.c: MDB_page, MDB_node, MDB_db, MDB_meta).
#ifndef BARAZA_STORE_PAGES_H
#define BARAZA_STORE_PAGES_H

#include "common/base/err.h"
#include "common/base/why.h"
#include "common/store/keys.h"

struct pages;

// Opens the file of the store in directory path. ERR_NOT_FOUND; ERR_CORRUPT: neither of its two heads is whole;
// ERR_IO. Gives *out: pages_close.
MUST_USE enum err pages_open(const char *path, struct pages **out, struct why *why);
void pages_close(struct pages *p);

// True when nobody has written to the store since pages_open: only then is what looks damaged damaged.
bool pages_quiet(const struct pages *p);

// Takes one value. key and value are borrowed until return.
typedef void pages_visit(void *arg, enum db db, struct slice key, struct slice value);

// What a walk through one database came to.
struct pages_walk {
    bool known;       // the database was found
    uint64_t counted; // values it says it has
    uint64_t seen;    // values that were visited
    uint64_t bad;     // pages and places in pages that cannot be read
};

// Visits every value of db that its tree leads to, in the order of keys as far as that is whole.
struct pages_walk pages_walk(struct pages *p, enum db db, pages_visit *visit, void *arg);

// Visits whatever can be taken for a value in any page: also where damage cut it off from the tree, and in pages of the
// past that nobody wiped; many more than once. What database a value is of is not known there: visit gets DB_COUNT and
// judges by the value.
void pages_stray(struct pages *p, pages_visit *visit, void *arg);

#endif
