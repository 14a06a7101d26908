// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the tests of the hub's shells share: a hub on disk whose record knows an office, two facilitators and the hub's
// own author.
#ifndef BARAZA_TESTS_UNIT_HUB_SCENE_H
#define BARAZA_TESTS_UNIT_HUB_SCENE_H

#include "tests/lib/hub/house.h"

#include <criterion/criterion.h>

struct scene {
    struct world w;
    struct house house;
    struct person registrar, secretariat, amara, bintu;
    struct said *invite;  // by the registrar, for two
    uint64_t founded;     // size of the record
};

// Founds it all and opens the hub in this process; scene_done removes it.
void scene_init(struct scene *s);
void scene_done(struct scene *s);

// n entries of p's: a session if it is her first, then contributions.
void scene_speak(struct scene *s, struct person *p, struct said **out, size_t n);

// The same as world_contribute with one part of it withheld until it is given with scene_give.
struct said *scene_withhold(struct scene *s, struct person *p, const struct said *session);
void scene_give(struct said *said);

// Size of the record as it is on disk now.
uint64_t scene_size(struct scene *s);

// Changes the last byte of a value of the record, as a disk does.
void scene_damage(struct scene *s, enum db db, uint64_t index);

// The journal of p.
struct journal_id scene_journal(const struct person *p);

#endif
