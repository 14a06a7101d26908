// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The headers of all entries of a site in memory, for whoever asks again and again (the page): read once, then only
// what is new; how far each has come is judged anew when the store changed. So counts and lists cost the same with ten
// thousand entries as with ten. It must never hold what was said.
// Read first: node/desk/fates.h, node/desk/local.h (the same, read through once).
#ifndef BARAZA_NODE_DESK_LEDGER_H
#define BARAZA_NODE_DESK_LEDGER_H

#include "common/format/kinds.h"
#include "node/desk/fates.h"

struct ledger_row {
    struct position at;
    struct hash id;          // zeros: damaged, and not known
    struct hash about;       // of a contribution its session, else the first entry it names; zeros: none
    enum kind kind;          // KIND_UNKNOWN when damaged or of a later version
    enum fate fate;
    bool confirmed;          // a verified receipt covers it, whatever the fate says beyond that
    uint64_t refusal;        // FATE_REFUSED: the hub's code
    uint64_t claimed_s;      // when it was written, by its author's clock; of a damaged one that of the one before
    uint64_t order_s;        // the same, but never before what stands ahead of it in its journal
    bool damaged;            // it cannot be shown
};

// A session here.
struct ledger_forum {
    struct hash id;
    struct pubkey author;
    char code[LIMIT_CODE_BYTES + 1];
    char area[LIMIT_CODE_BYTES + 1];
    bool sealed;             // it, or the author's share of it, is sealed, and that was not refused
};

struct ledger {
    const struct ledger_row *const *rows; // newest first, all of them
    size_t n;
    const struct ledger_forum *forums;
    size_t forum_n;
    struct tally shown;      // contributions, and what is damaged so that nobody can say what it was
    struct tally entries;    // of every kind
    uint64_t hidden;         // entries that the store counts and does not show: its tree is damaged
    uint64_t oldest_s;       // claimed time of the oldest entry that waits; 0: none does
    uint64_t waiting_bytes;  // of the copies of what waits, without attachments
    uint64_t alone;          // of what waits: neither acknowledged nor in a bundle that was made here
    uint64_t alone_s;        // claimed time of the oldest of these; 0: none
    uint64_t bundle_s;       // when the last bundle was made here; 0: never
};

struct ledger_book;

// Returns an empty one. ledger_free frees; NULL is harmless.
struct ledger_book *ledger_new(void);
void ledger_free(struct ledger_book *b);

// Brings it up to the store as it is and gives *out, borrowed until the next call. desk: whose store; nobody need be
// unlocked. ERR_CORRUPT with why, or the store's error: *out is untouched, and the next call reads all anew.
MUST_USE enum err ledger_look(struct ledger_book *b, struct desk *desk, struct ledger *out, struct why *why);

// The row of that id, or NULL.
const struct ledger_row *ledger_find(const struct ledger *l, struct hash id);

// The forum of that id, or NULL.
const struct ledger_forum *ledger_forum(const struct ledger *l, struct hash id);

#endif
