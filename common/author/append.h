// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The one way an entry is written, by command line, page and hub alike: build, sign, and make durable in one
// transaction (entry, parts in the vault, outbox copy, import keys), then the mark. After it returns, it is "saved".
// It must never report an entry that is not on the disk, and never change bytes: what was typed is normalised before
// it comes here (content.h), what was imported is not.
// Read first: docs/PROTOCOL.md 3 and 4, docs/STORAGE.md "Append".
#ifndef BARAZA_AUTHOR_APPEND_H
#define BARAZA_AUTHOR_APPEND_H

#include "common/author/keyring.h"
#include "common/author/state.h"
#include "common/format/kinds.h"

// One entry to write. All borrowed.
struct append_item {
    const struct body *body;           // kind and machine-read body
    const struct hash *refs;
    size_t ref_count;
    struct slice parts[LIMIT_PARTS];   // contents in the kind's order; empty where nothing was given (a dummy)
    uint32_t sealed;                   // a bit for each part that is sealed before it is stored, when it is not empty,
    const struct boxkey *sealed_to;    // and to whom: SEALED_FEWEST to LIMIT_PROTECT_KEYS (CHECK) when a bit is set
    size_t sealed_to_count;
    const struct hash *import_key;     // NULL, or what this came from: an item whose key is known is skipped
};

struct append_result {
    bool saved;                        // false: skipped, it was imported before; id is then that entry's
    struct hash id;
    uint64_t seq;
};

// An author at work: who, in which incarnation, where her journal ends.
struct author;

// Starts writing as u (kept) in s (kept). When the store's mark shows that this directory was copied or restored, or
// a refusal or the hub's head asked for it, a new incarnation begins and its `resume` is written with the first
// append. ERR_CORRUPT, ERR_IO. Gives *out.
MUST_USE enum err author_open(struct state *s, const struct unlocked *u, struct author **out, struct why *why);
void author_close(struct author *a);

// True when author_open found that this state was copied or restored (to say so to the person).
bool author_moved(const struct author *a);

// Then: at least so many entries were saved here by this person that this state does not hold. 0: it holds all of them.
uint64_t author_gone(const struct author *a);

// Writes n items in order, in one transaction with fsync; all of them or none. wall_s: the clock, which is only a
// claim and is rounded down to the charter's quantum. results: n of them, filled on success.
// ERR_BAD_INPUT: an item breaks a limit of its kind (why says which and the limit); ERR_FULL, ERR_IO, ERR_BUSY: nothing
// was written and nothing is saved.
MUST_USE enum err author_append(struct author *a, uint64_t wall_s, const struct append_item *items, size_t n,
                                struct append_result *results, struct why *why);

// Checks one item against its kind and the limits, without writing: what an importer asks row by row. True when good.
MUST_USE bool author_item_ok(const struct append_item *item, struct why *why);

#endif
