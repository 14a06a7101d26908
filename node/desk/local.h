// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The entries of the people of a state, one after the other, each with how far it has come: what list, show, status and
// add read. It must never write. Read first: common/store/journal.h, common/store/exchange_state.h.
#ifndef BARAZA_NODE_DESK_LOCAL_H
#define BARAZA_NODE_DESK_LOCAL_H

#include "common/format/content.h"
#include "common/format/erasure.h"
#include "node/desk/fates.h"

// One entry. Everything borrows the reader until its next step.
struct local_entry {
    struct position at;
    struct entry entry;
    struct body body;      // valid when known
    bool known;            // kind and body are this version's
    enum fate fate;
    uint64_t refusal;      // FATE_REFUSED: the hub's code
};

struct local;

// Starts reading all journals of desk's store. ERR_* with why. Gives *out; local_end before the state closes.
MUST_USE enum err local_begin(struct desk *desk, struct local **out, struct why *why);

// Moves to the next entry, journal by journal, in order. False at the end or on a failure, which local_end tells.
// Entries that are damaged here are passed over; local_damages has them.
MUST_USE bool local_next(struct local *l, struct local_entry *out);

// What is damaged of what was passed over up to here.
struct local_damage {
    struct position at;
    enum fate fate;      // LOST; WAITING: a whole copy of it will travel; RECEIVED or CONFIRMED: the hub has it
    struct hash id;      // zeros: not known
    uint64_t claimed_s;  // when it was written, or the entry before it; 0: not known
};
struct local_damages {
    const struct local_damage *rows; // borrows l
    size_t n;
    uint64_t hidden;     // entries that this store counts and does not show: its tree is damaged. At the end only.
};
struct local_damages local_damages(const struct local *l);

// Reads the parts of the entry last read. ERR_LOCKED when nobody is unlocked; ERR_NOT_FOUND: it has none.
// The disclosure borrows l until the next call.
MUST_USE enum err local_parts(struct local *l, struct disclosure *out, struct why *why);

// The redactions that came down to here, by the roster as it is known here. Borrowed until local_end. What they cover
// is erased in what local_parts gives, also while it is still here.
const struct erasure *local_erasures(const struct local *l);

// Ends and frees; returns the first failure of reading, with why.
MUST_USE enum err local_end(struct local *l, struct why *why);

// Returns part `name` of e as fields; no fields when it is a dummy, withheld, or no map. Borrows d.
struct content local_content(const struct entry *e, const struct disclosure *d, const char *name);

// Finds a session here: by code, or by a beginning of its id (4 hex digits or more), the latest when several fit;
// wanted NULL: the one opened last. ERR_NOT_FOUND with why; ERR_CORRUPT.
struct local_session {
    struct hash id;
    char code[LIMIT_CODE_BYTES + 1];
    char area[LIMIT_CODE_BYTES + 1];
    char lang[LIMIT_FIELD_KEY + 1]; // the first language of the forum; empty when not given or locked, as what follows
    char basis[LIMIT_CODE_BYTES + 1], channel[LIMIT_CODE_BYTES + 1]; // what add assumes there
    size_t scope_n;
    char scopes[LIMIT_SCOPES][LIMIT_CODE_BYTES + 1];
    char sensitivity[LIMIT_CODE_BYTES + 1];
    size_t seal_to_n;
    char seal_to[LIMIT_PROTECT_KEYS][LIMIT_CODE_BYTES + 1];
};
MUST_USE enum err local_session_find(struct desk *desk, const char *wanted, struct local_session *out, struct why *why);

#endif
