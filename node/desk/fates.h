// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// How far the entries of a site have come, each: what the hub acknowledged, proved, refused and answered, and what this
// disk lost, held together. It reads what was exchanged, never an entry of a notebook.
// Read first: common/store/exchange_state.h.
#ifndef BARAZA_NODE_DESK_FATES_H
#define BARAZA_NODE_DESK_FATES_H

#include "common/author/notebook.h"
#include "common/store/exchange_state.h"
#include "common/store/journal.h"
#include "common/store/lost.h"
#include "node/desk/desk.h"

// How far an entry has come (1-domain: saved, received, confirmed, answered; and what stands beside these).
enum fate {
    FATE_WAITING,   // saved here, not yet acknowledged by the hub
    FATE_RECEIVED,  // the hub's custody note covers it
    FATE_CONFIRMED, // a verified receipt covers it
    FATE_ANSWERED,  // a response to it that is in force is here
    FATE_REFUSED,   // the hub refused it, signed
    FATE_REPLACED,  // it followed a refused or lost one, and was signed anew
    FATE_LOST,      // damaged on this disk before the hub had it: told by an incident (author/mend.h)
    FATE_COUNT,
};

// Returns "waiting", "received" ...; static storage.
const char *fate_name(enum fate f);

// The numbers of the one reconciling line, over contributions and over all entries.
struct tally {
    uint64_t saved, received, waiting, refused; // saved == received + waiting + refused + lost
    uint64_t lost;                              // damaged here before the hub had it
    uint64_t confirmed, answered;               // of those received
    uint64_t replaced;                          // older copies of what was signed anew: not counted in saved
};
// Counts one.
void tally_add(struct tally *t, enum fate f);

struct fates {
    struct notebook notebooks[LIMIT_PERSONS];
    size_t notebook_count;
    struct stranded stranded[LIMIT_STRANDED]; // journals that ended, of which something is to be signed anew yet
    size_t stranded_count;
    struct hash *answered;       // ids that a response here names, ascending
    size_t answered_count;
    struct refused *refused;     // of all journals
    size_t refused_count;
    struct lost *lost;           // of all journals, in their order
    size_t lost_count;
};

// Reads all of it in t; fates_done frees. ERR_* with why; *out is empty then.
MUST_USE enum err fates_load(struct desk *desk, struct kv_txn *t, struct fates *out, struct why *why);

// Reads it anew but for what was answered, which changes only when something comes down. ERR_*: *f is good for
// fates_done only.
MUST_USE enum err fates_reload(struct kv_txn *t, struct fates *f);

// Frees; harmless on all zeros.
void fates_done(struct fates *f);

// How far one journal has come.
struct fates_journal {
    struct journal_id id;
    struct journal_head head;
    struct exchange_journal exchange;
    bool current;                // its author writes in it now
};

// Reads it. Where what was heard of it is damaged, as if nothing had been heard: the next exchange puts that right.
// ERR_CORRUPT, the error of t.
MUST_USE enum err fates_journal(const struct fates *f, struct kv_txn *t, const struct journal_id *id,
                                struct fates_journal *out);

// The fate of the entry of that number and id; *code: of FATE_REFUSED, the hub's.
enum fate fates_of(const struct fates *f, const struct fates_journal *j, uint64_t seq, const struct hash *id,
                   uint64_t *code);

// The same of one whose bytes are damaged here: it may travel as its copy, else it is lost.
enum fate fates_of_damaged(const struct fates *f, const struct fates_journal *j, struct kv_txn *t,
                           const struct store_key *key, uint64_t seq, const struct hash *id);

#endif
