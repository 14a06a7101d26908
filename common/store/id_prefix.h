// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Ids as people type them: the first hex digits, which must fit one entry only.
#ifndef BARAZA_STORE_ID_PREFIX_H
#define BARAZA_STORE_ID_PREFIX_H

#include "common/base/err.h"
#include "common/format/ident.h"

// What is looked for, and what was found so far. Start with id_prefix_make.
struct id_prefix {
    uint8_t digits[32]; // two in a byte
    size_t n;           // how many digits
    uint64_t found;     // where the first was that fits
    bool any;
    bool several;
};

// Reads 1 to 64 hex digits, either case. False for anything else, and *out untouched.
MUST_USE bool id_prefix_make(struct slice text, struct id_prefix *out);

// A whole id.
struct id_prefix id_prefix_whole(struct hash id);

// Looks at one id; at is what id_prefix_result gives when this is the first that fits. Each id is to be offered once.
void id_prefix_offer(struct id_prefix *p, const uint8_t id[static 32], uint64_t at);

// True when there is nothing more to learn.
bool id_prefix_done(const struct id_prefix *p);

// OK, ERR_NOT_FOUND, or ERR_BUSY when several fit; *out (unless ERR_NOT_FOUND) the place of the first.
MUST_USE enum err id_prefix_result(const struct id_prefix *p, uint64_t *out);

#endif
