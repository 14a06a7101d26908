// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Inside of the audit: the record's tree and its journals, as an auditor rebuilds them. For audit*.c, and for whoever
// folds a record entry by entry (tools/baraza/reading.c).
// Read first: common/format/audit.h.
#ifndef BARAZA_FORMAT_AUDIT_STATE_H
#define BARAZA_FORMAT_AUDIT_STATE_H

#include "common/base/table.h"
#include "common/base/why.h"
#include "common/format/audit.h"
#include "common/format/erasure.h"
#include "common/format/merkle.h"

// --- audit_tree.c: all leaf hashes, and the root at any size up to their number ---

#define AUDIT_TREE_FLOOR 8   // lowest level of complete subtrees that is kept; below, they are made anew from leaves
#define AUDIT_TREE_CACHE 256 // roots kept, since many authors have seen the same checkpoint

struct audit_tree {
    size_t n;
    struct hash *leaves;
    struct merkle_frontier frontier;
    size_t level_n[64];
    struct hash *levels[64];
    struct tree_head cache[AUDIT_TREE_CACHE]; // by size; a size of 0 is a free place
};

// Appends a leaf hash to t, which starts as all zeros.
void audit_tree_add(struct audit_tree *t, struct hash leaf);

// Returns the root of the first `size` leaves; size at most n (CHECK).
struct hash audit_tree_root(struct audit_tree *t, uint64_t size);

// Frees what t holds.
void audit_tree_done(struct audit_tree *t);

// --- audit_clear.c: parts that should be sealed and are not (PROTOCOL 4.7) ---

struct audit_clear {
    uint64_t n, first;              // entries with such a part; index of the first, when there is one
    struct table sealed, corrected; // contributions that are sealed; targets of corrections in the clear
};

// Returns the state before the first entry; frees it.
struct audit_clear audit_clear_new(void);
void audit_clear_done(struct audit_clear *c);

// The parts of an entry, as bits, that stand in the clear and must not, or, of a correction, must not when what it
// corrects is sealed. Touches nothing else: any thread may ask.
uint32_t audit_clear_parts(const struct body *body, const struct disclosure *d);

// Takes the entry at index with what audit_clear_parts said of it.
void audit_clear_add(struct audit_clear *c, uint64_t index, const struct entry *e, const struct body *body,
                     uint32_t parts);

// --- audit_chain.c: that journals are what 3-formats calls them: trees of entries that name the one before ---

struct audit_journal {
    struct hash head;   // the entry that was last added, on whatever branch
    uint64_t next;
    bool forked;
};

struct audit_place {
    uint32_t journal;
    uint32_t seq;
};

struct audit_chain {
    size_t n;                     // entries so far
    struct audit_place *places;   // of each entry
    struct table journal_of, author_of;
    size_t journal_count, author_count, fork_count; // fork_count: journals that forked
    struct audit_journal *journals;
    bool indexed;                 // index_of is kept: from the first fork on
    struct table index_of;        // entry id -> index
};

// Returns the state before the first entry; frees it.
struct audit_chain audit_chain_new(void);
void audit_chain_done(struct audit_chain *c);

// Takes the next entry; leaves holds the ids of all before it. False, with a sentence in why, when it is in no
// journal's place. A fork is no fault: it is counted.
MUST_USE bool audit_chain_add(struct audit_chain *c, const struct entry *e, const struct hash *leaves, struct why *why);

// --- audit_erasure.c: whether what is given as erased may be, and what must be erased is ---

struct audit_erasure;

// Returns the state before the first entry; frees it, NULL is harmless.
struct audit_erasure *audit_erasure_new(void);
void audit_erasure_free(struct audit_erasure *x);

// Takes the next entry: its form and, when that is GOOD, its body; its standing at its index; a bit for each of its
// parts that is disclosed, and for each that is given as erased.
void audit_erasure_add(struct audit_erasure *x, const struct entry *e, enum verdict form, const struct body *body,
                       enum verdict standing, uint64_t index, uint64_t given, uint64_t erased);

// What is wrong with an entry.
struct audit_fault {
    uint64_t index;
    struct why what;
};

// Judges all entries by the roster at the end; ids holds their ids. False with the first fault in *out; else report has
// how many have erased parts, and the first of them.
MUST_USE bool audit_erasure_end(struct audit_erasure *x, const struct roster *roster, const struct hash *ids,
                                struct audit_report *report, struct audit_fault *out);

#endif
