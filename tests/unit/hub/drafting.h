// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the tests of the drafting thread share: two forums, a drafter, and the draft folded from the world's record.
#ifndef BARAZA_TESTS_UNIT_HUB_DRAFTING_H
#define BARAZA_TESTS_UNIT_HUB_DRAFTING_H

#include "hub/draft/fold.h"
#include "tests/lib/world.h"

#include <criterion/criterion.h>

struct drafting {
    struct world w;
    struct person secretary, facilitator, drafter;
    struct said *forums[2];
    struct said *land[3];  // two from the first forum, one from the second
    struct said *road;     // from the second
};

// Founds it all. drafting_done frees it.
static inline void drafting_init(struct drafting *t)
{
    cr_assert_eq(ident_init(), OK);
    world_init(&t->w, 1);
    t->secretary = person_of("secretary");
    t->facilitator = person_of("facilitator");
    t->drafter = person_of("drafter");
    (void)world_grant(&t->w, &t->w.root[0], &t->secretary, 1u << ROLE_SECRETARIAT, NULL);
    (void)world_grant(&t->w, &t->secretary, &t->facilitator, 1u << ROLE_FACILITATOR, NULL);
    (void)world_grant(&t->w, &t->secretary, &t->drafter, 1u << ROLE_DRAFTER, NULL);
    t->forums[0] = world_session(&t->w, &t->facilitator, "LR-NIM", "LR-NIM-2026-001");
    t->forums[1] = world_session(&t->w, &t->facilitator, "LR-BON", "LR-BON-2026-001");
    for (size_t i = 0; i < 3; i++) {
        t->land[i] = world_contribute(&t->w, &t->facilitator, t->forums[i / 2], "The same plot was sold twice.");
    }
    t->road = world_contribute(&t->w, &t->facilitator, t->forums[1], "The road is unsafe after dark.");
}

// Frees it.
static inline void drafting_done(struct drafting *t)
{
    world_done(&t->w);
}

// Folds the record as it is now, with the standings of now. Free with draft_free.
static inline struct draft *drafting_fold(const struct drafting *t)
{
    struct draft *d = draft_new();
    for (size_t i = 0; i < t->w.n; i++) {
        const struct said *s = t->w.record[i];
        draft_take(d, &(struct draft_item){ .index = i, .entry = &s->entry, .body = &s->body,
                                            .disclosure = &s->disclosure, .standing = world_standing(&t->w, s) });
    }
    return d;
}

#endif
