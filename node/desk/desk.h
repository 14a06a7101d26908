// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Where a person works at a site: the state, whoever is unlocked, her journal. The modules of this folder are what she
// does there, as functions: they neither ask, print nor know JSON, so that the commands and the page share them.
#ifndef BARAZA_NODE_DESK_DESK_H
#define BARAZA_NODE_DESK_DESK_H

#include "common/author/append.h"
#include "common/author/keyholder.h"
#include "common/author/state.h"

// All borrowed: who opens them (tools/baraza/work.h, node/page) also closes them. An all-zero struct is harmless.
struct desk {
    struct state *state;
    struct keyring *keyring;     // NULL at a hub
    struct safe *safe;           // where unlocked keys lie; NULL when nobody's can
    struct unlocked *who;        // NULL while nobody is unlocked
    struct author *author;       // NULL while nobody writes
    struct store_key store_key;
    bool readable;               // store_key is valid: the words of entries here can be read
    bool wiped;                  // words or keys were wiped here: what is missing is no damage
};

// Appends n items in one durable transaction, as author_append. When the keys of this computer were renewed while it
// was being written, takes the new ones first. ERR_* with why; nothing was written then.
MUST_USE enum err desk_append(struct desk *desk, uint64_t wall_s, const struct append_item *items, size_t n,
                              struct append_result *results, struct why *why);

#endif
