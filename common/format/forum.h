// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Forums: which were planned, held and sealed, and whether what was sealed is there; a pure fold over the record
// (PROTOCOL 7.7). Hub, site and `verify` run this one function, so they cannot disagree.
// It must never see a part, a clock or a disk.
//
// A forum is its area and code: a plan and all sessions that say both are one. A share is what one author wrote for one
// session entry; a seal covers the share that stands before it in the record.
#ifndef BARAZA_FORMAT_FORUM_H
#define BARAZA_FORMAT_FORUM_H

#include "common/format/kinds.h"
#include "common/format/merkle.h"

struct forum_fold;

// Returns the fold before the first entry; frees it. Gives.
struct forum_fold *forum_fold_new(void);
void forum_fold_free(struct forum_fold *f);

// Takes an entry that has its effect; kinds that are not of forums are passed over. Entries of one journal come in
// their order; an entry may come before the session that it names. Borrows both.
void forum_fold_add(struct forum_fold *f, const struct entry *e, const struct body *body);

// Draws the sum: call once after the last entry (CHECK), before what follows.
void forum_fold_end(struct forum_fold *f);

enum forum_standing {
    FORUM_SILENT,  // planned, and nothing was heard of it
    FORUM_OPEN,    // held, not sealed
    FORUM_SEALED,  // sealed, and all that was sealed is there
    FORUM_MISSING, // sealed, and fewer contributions or shares are there than were sealed
    FORUM_DIFFERS, // sealed, and what is there is not what was sealed
    FORUM_STANDINGS,
};

// Returns "silent", "open" …; static storage.
const char *forum_standing_name(enum forum_standing s);

struct forum_state {
    char area[LIMIT_CODE_BYTES + 1], code[LIMIT_CODE_BYTES + 1], type[LIMIT_CODE_BYTES + 1];
    enum forum_standing standing;
    bool planned;
    uint64_t date;            // planned: days since 1970-01-01
    bool held;
    struct hash session;      // held: the session entry that came first
    uint64_t contributions;   // that are there
    uint64_t people;          // attendance: of each author the last one counts
    bool sealed;
    struct hash seal;         // the last session seal, and what it says
    struct pubkey sealer;
    uint64_t count, forms, blank, spoiled;
    uint64_t shares;          // share seals that it names
    uint64_t missing;         // contributions that were sealed and are not there
    uint64_t late;            // contributions that are there and not under the seal
    uint64_t attested_keys;   // attestations of that seal by own keys, other than the sealer's
    uint64_t attested_sheets; // by photographed sheets
};

// How many forums, and number i of them, in the order of their coming; the held one of that code, else a planned one,
// else NULL. Borrowed.
size_t forum_fold_count(const struct forum_fold *f);
const struct forum_state *forum_fold_at(const struct forum_fold *f, size_t i);
const struct forum_state *forum_fold_find(const struct forum_fold *f, struct slice code);

// planned + unplanned == held + silent.
struct forum_totals {
    uint64_t planned, unplanned, held, silent;
    uint64_t sealed;     // of those held
    uint64_t incomplete; // of those sealed: missing or different
};
struct forum_totals forum_fold_totals(const struct forum_fold *f);

// What a seal of author's share would say by now: count and root, and how much of it her last share seal covers.
struct forum_share {
    uint64_t count;
    struct hash root;
    bool sealed;      // a share seal of hers covers exactly that
    struct hash seal; // sealed: its id
};
void forum_fold_share(const struct forum_fold *f, struct hash session, struct pubkey author, struct forum_share *out);

// Returns the root of ids in ascending order of their bytes (PROTOCOL 7.7). Sorts ids.
struct hash forum_root(struct hash *ids, size_t n);

#endif
