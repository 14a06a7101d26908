// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The thread from what was said to the policy, as a fold over the record: sessions, contributions, clauses with their
// versions, links, responses. Pure: entries, disclosed parts and standings come in; nothing is stored or fetched.
// Only entries in force count. References may come before what they name: they are resolved when asked.
// Read first: docs/DESIGN.md; who reads the result is trace.h and gap.h.
#ifndef BARAZA_HUB_DRAFT_FOLD_H
#define BARAZA_HUB_DRAFT_FOLD_H

#include "common/format/kinds.h"

struct draft;

// Returns a draft that has seen no entry; frees it.
struct draft *draft_new(void);
void draft_free(struct draft *d);

// One entry of the record. Everything is borrowed until draft_take returns.
struct draft_item {
    uint64_t index;
    const struct entry *entry;
    const struct body *body;             // NULL when kind_parse was not GOOD
    const struct disclosure *disclosure; // NULL when no parts are known; checked against the entry's commitments
    enum verdict standing;               // by now: roster_standing after the whole record was folded
};

// Takes one entry; index ascending (CHECK). Not in force, or no kind of the thread: passed over.
void draft_take(struct draft *d, const struct draft_item *item);

#define DRAFT_NONE SIZE_MAX

// Slices of everything below borrow the draft until its next draft_take. An empty text: withheld or never given.
struct draft_session {
    struct hash id;
    uint64_t index;
    struct slice area, code, type;
};

struct draft_contribution {
    struct hash id;
    uint64_t index;
    uint64_t claimed_s;
    struct pubkey author;
    uint64_t sensitivity;
    struct hash session;                 // the id it names
    struct slice lang, text, summary;
    size_t theme_count;
    const struct slice *themes;          // codes, as proposed by the facilitator
};

struct draft_version {
    struct hash id;
    uint64_t index;
    uint64_t version;
    struct pubkey author;
    struct hash previous, parent;        // zeros: none
    struct slice type;                   // threat, objective, action …
    struct slice lang, title, text;      // in the language it was written in
    struct slice content;                // the whole part `text`: all languages, an action's musts
    size_t clause;                       // the clause it is a version of
};

struct draft_clause {
    struct hash stable;                  // id of its first version
    size_t current;                      // version: the highest number in force, of equal ones the latest in the record
    size_t version_count;
};

// What was linked several times from the same to the same in the same way is one, named as at first.
struct draft_link {
    struct hash id;
    uint64_t index;
    struct slice relation;               // originates, supports, modifies, answers …
    struct hash from, to;
    struct slice reason;                 // the last that was given
};

struct draft_response {
    struct hash id;
    uint64_t index;
    struct slice disposition;
    struct slice lang, reason;
    size_t target_count;
    const struct hash *targets;
};

// All of each, in the order of the record: how many, and the first. Borrowed until the next draft_take.
size_t draft_sessions(const struct draft *d, const struct draft_session **out);
size_t draft_contributions(const struct draft *d, const struct draft_contribution **out);
size_t draft_versions(const struct draft *d, const struct draft_version **out);
size_t draft_clauses(const struct draft *d, const struct draft_clause **out);
size_t draft_links(const struct draft *d, const struct draft_link **out);
size_t draft_responses(const struct draft *d, const struct draft_response **out);

// What an id names. Any version of a clause names the clause.
enum draft_node_type { DRAFT_UNKNOWN, DRAFT_SESSION, DRAFT_CONTRIBUTION, DRAFT_CLAUSE, DRAFT_RESPONSE };
struct draft_node {
    enum draft_node_type type;
    size_t i;
};
struct draft_node draft_find(const struct draft *d, struct hash id);

// The session of a contribution, or DRAFT_NONE when it is not in force or not there.
size_t draft_session_of(const struct draft *d, size_t contribution);

// The current version of a clause.
const struct draft_version *draft_current(const struct draft *d, size_t clause);

#endif
