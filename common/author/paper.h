// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Which numbered paper forms were printed for a forum, and the slip code on the foot of each, so that a form that is
// typed in later finds its code and a seal can be reconciled with what was printed (docs/STORAGE.md "Paper forms").
// The codes follow from a secret that is sealed at rest like parts; how many forms there are is under that seal too.
// It must never give a number twice.
#ifndef BARAZA_AUTHOR_PAPER_H
#define BARAZA_AUTHOR_PAPER_H

#include "common/format/slip.h"
#include "common/limits.h"
#include "common/store/kv.h"
#include "common/store/vault.h"

#define PAPER_NUMBER_MOST 99999 // on a form: five digits are still large enough to read

struct paper_range {
    uint64_t from, count;
};

// All zeros: no form was printed. It is as secret as its codes.
struct paper {
    uint8_t secret[32];
    size_t n;
    struct paper_range ranges[LIMIT_PAPER_RANGES]; // ascending, apart from each other
};

// *out = the forms of the forum of this area and code. None printed is OK and n 0. ERR_CORRUPT, ERR_CRYPTO (another
// store key), the error of t.
MUST_USE enum err paper_load(struct kv_txn *t, const struct store_key *key, struct slice area, struct slice code,
                             struct paper *out);

// Adds `count` more forms, from number `from` on or, when it is 0, behind the last; *out as after it, *first the first
// new number. ERR_EXISTS: one of the numbers was printed before; ERR_TOO_BIG: beyond PAPER_NUMBER_MOST, or the
// LIMIT_PAPER_RANGES; ERR_AGAIN: the store key was renewed since key was lent. Then nothing is written. Else as
// paper_load.
MUST_USE enum err paper_print(struct kv_txn *t, const struct store_key *key, struct slice area, struct slice code,
                              uint64_t from, uint64_t count, struct paper *out, uint64_t *first);

// Was this number printed? How many were? The code on the form of a number, which must have been (CHECK).
bool paper_has(const struct paper *p, uint64_t number);
uint64_t paper_count(const struct paper *p);
struct slip paper_slip(const struct paper *p, uint64_t number);

// The number of the form that has this code; 0: none that was printed.
uint64_t paper_number(const struct paper *p, const struct slip *slip);

// When the store key is renewed: seals all of it under key, which knows its older one, in the transaction from which on
// the new key is the store's. What is damaged is passed over: it must not hold up an erasure. The error of t.
MUST_USE enum err paper_rewrap(struct kv_txn *t, const struct store_key *key);

#endif
