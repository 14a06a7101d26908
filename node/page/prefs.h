// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What each person chose for the page: its language, and whether it has explained itself to her.
#ifndef BARAZA_NODE_PAGE_PREFS_H
#define BARAZA_NODE_PAGE_PREFS_H

#include "common/author/state.h"
#include "common/format/ident.h"

#define PREFS_LANGUAGE 16 // bytes of a language's tag

struct prefs {
    struct pubkey key;
    char language[PREFS_LANGUAGE + 1]; // empty: she chose none
    bool explained;
};

// Hers; nothing chosen is no failure. ERR_CORRUPT, or the store's error.
MUST_USE enum err prefs_get(struct state *state, struct pubkey key, struct prefs *out);

// Keeps them durably. ERR_FULL: LIMIT_PERSONS; ERR_CORRUPT, or the store's error.
MUST_USE enum err prefs_put(struct state *state, const struct prefs *p);

// True for a tag that may be kept: [a-z]{2,3}, and further parts of letters and digits behind hyphens.
MUST_USE bool prefs_language_ok(struct slice tag);

#endif
