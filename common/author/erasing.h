// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Carrying out at a site what redactions ask (PROTOCOL 16.3): the parts that lie here are destroyed, and with them
// every key that still opens a page of the past: the store key and the keys of the outbox are renewed. Then it is said,
// with one `erased` entry. It takes somebody who is unlocked; while nobody is, erasing_due says what waits.
// It must never leave a state that nobody can open: each step is durable before the next, and whoever comes after a
// crash goes on where it ended.
// Read first: common/format/erasure.h, common/store/erase.h; docs/STORAGE.md "Renewing the store key".
#ifndef BARAZA_AUTHOR_ERASING_H
#define BARAZA_AUTHOR_ERASING_H

#include "common/author/keyring.h"
#include "common/author/state.h"
#include "common/format/erasure.h"
#include "common/format/roster.h"

// Folds what came down to a site: the roster (may be NULL), and the redactions that are or were in force. ERR_CORRUPT
// with why, or the error of t. Gives both. Costs a look at the number of redactions while there is none.
MUST_USE enum err erasing_fold(struct kv_txn *t, const struct charter *charter, struct roster **roster,
                               struct erasure **out, struct why *why);

// What waits for an unlock.
struct erasing_due {
    uint64_t redactions; // in force, of which something still lies here
    uint64_t notes;      // carried out, but not said yet
};

// Looks; needs nobody's key. The store's error, or ERR_CORRUPT with why.
MUST_USE enum err erasing_due(struct state *s, struct erasing_due *out, struct why *why);

// What was done.
struct erasing_done {
    uint64_t redactions; // of which something was destroyed
    uint64_t entries;    // of which parts were destroyed
    uint64_t said;       // `erased` entries written
    bool renewed;        // the store key is another one now
};

// True when somebody in safe has another store key than the store: another program renewed it. False on any failure.
bool erasing_stale(struct state *s, const struct safe *safe);

// Gives the people of the state's agent, if one runs in another process, the keys of now. What fails is passed over:
// whoever borrows a key of before is refused (ERR_AGAIN), and gets the new one here.
void erasing_tell_agent(struct state *s);

// Does all that is due, as whoever is unlocked in `safe`, which then has the new keys; `erased` entries are written by
// a facilitator, and wait for one if somebody here is one. wall_s: the clock, a claim. When nothing is due it only sees
// to it that everybody in the safe has the keys of now. An agent elsewhere is the caller's to tell.
// ERR_LOCKED: something is due and the safe is empty; ERR_CRYPTO: the keyring is not this store's; ERR_BUSY: another
// program is at it, or writes the keyring; else an error with why, and what was begun is taken up again by the next
// call.
MUST_USE enum err erasing_carry_out(struct state *s, struct safe *safe, uint64_t wall_s, struct erasing_done *out,
                                    struct why *why);

// The same in steps: *more is false when all is done. For a loop that does other things between them. Nothing is lost
// when it is closed half way; after an error of a step it is only to be closed, because what it holds in memory may
// not be on the disk. Gives *out; keeps s and safe.
struct erasing;
MUST_USE enum err erasing_open(struct state *s, struct safe *safe, uint64_t wall_s, struct erasing **out,
                               struct why *why);
MUST_USE enum err erasing_step(struct erasing *x, bool *more, struct why *why);

// Renews the keys although no redaction asks for it: something else was removed here. Before the first step, of which
// the one before all removing is the first: what is removed between it and the second is gone from pages of the past
// too at the end, also when a crash comes between.
void erasing_renew(struct erasing *x);
struct erasing_done erasing_result(const struct erasing *x);
void erasing_close(struct erasing *x);

#endif
