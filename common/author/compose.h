// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// One entry built from what somebody wants to say: header, commitments of its parts, signature, disclosure.
// It must never touch a store; randomness (the parts' seed) is the only thing it takes from outside.
// Read first: append.h, docs/PROTOCOL.md 3 and 4.
#ifndef BARAZA_AUTHOR_COMPOSE_H
#define BARAZA_AUTHOR_COMPOSE_H

#include "common/author/append.h"

// Where the entry stands and what it says of the world.
struct compose_place {
    struct place place;
    struct hash prev;
    uint64_t seen_size;
    struct hash seen_root;
    uint64_t claimed_s;
};

// What was built. disclosure's slices borrow the item's parts, or sealed; entry's borrow bytes.
struct composed {
    struct buf bytes;
    struct buf sealed[LIMIT_PARTS]; // the parts that were sealed
    struct entry entry;
    struct disclosure disclosure;
};

// Sets out up, once; compose may then be called any number of times, each forgetting the one before.
void composed_init(struct composed *out);
void composed_done(struct composed *out);

// Builds and signs item. sec NULL: checks only; the signature and the parts' commitments are then zeros. False, and a
// sentence in why that names the limit, when item breaks one or is not of its kind's form.
MUST_USE bool compose(const struct compose_place *at, const struct append_item *item, const struct seckey *sec,
                      struct composed *out, struct why *why);

#endif
