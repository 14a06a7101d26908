// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// For the tests of author/: a scratch directory with a site's state in it, and a person who can write.
#ifndef BARAZA_TESTS_UNIT_AUTHOR_SITE_H
#define BARAZA_TESTS_UNIT_AUTHOR_SITE_H

#include "common/author/append.h"

#include <criterion/criterion.h>

#define PASSPHRASE SLICE_LITERAL("three herons stand")

struct site {
    char root[64];      // the scratch directory; marks are below it too
    char dir[96];       // the state
    struct buf note;    // the charter
    struct boxkey intake;
    struct keyring *keyring;
    struct safe safe;
    struct unlocked *heron;
};

// Makes the directory, the state and Heron, unlocked. site_done removes all.
void site_init(struct site *s);
void site_init_of(struct site *s, struct slice charter_note); // of a consultation that exists already
void site_done(struct site *s);

// Opens the state, or fails the test.
struct state *site_open(const struct site *s);

// Appends n contributions to a session of the same journal (made with the first), and returns the last one's id.
struct hash site_say(struct state *state, const struct unlocked *who, const char *const *words, size_t n);

// Copies the state directory as cp -a does.
void site_copy(const char *from, const char *to);

#endif
