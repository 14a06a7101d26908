// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What an auditor does with an export: everything that can be proved of a record without its hub (PROTOCOL 13.2).
// Pure: the caller reads the file, and may spread the costly checks over threads; tools/baraza/auditor.h does both.
// It must never trust what the export says of itself: the charter's id comes from outside.
//
//     audit_feed until AUDIT_BATCH      one thread: framing, order, final hash
//     audit_batch_check                 any thread, any number at a time: form, ids, signatures, commitments
//     audit_fold, in the order of audit_take   one thread: leaves, chains, roster, counts
//     audit_end                         the result; the first bad thing of the file, whatever was noticed first
#ifndef BARAZA_FORMAT_AUDIT_H
#define BARAZA_FORMAT_AUDIT_H

#include "common/format/export.h"
#include "common/format/forum.h"
#include "common/format/merkle.h"
#include "common/format/roster.h"

struct audit;
struct audit_batch;

#define AUDIT_STANDINGS 128 // verdict numbers of standings are below this
#define AUDIT_FORUMS 16     // forums that are named in a report because their seals do not fit
#define AUDIT_ERASED 64     // entries with erased parts that are named in a report

// An entry of which parts are erased.
struct audit_erased {
    uint64_t index, by;       // by: the first redaction that covers it
    struct hash id;
    uint64_t claimed_s;       // when that redaction says it was written
    char parts[LIMIT_PARTS * (LIMIT_PART_NAME + 2)]; // "said, speaker"
};

struct audit_report {
    bool good;
    bool has_index;           // the first bad thing lies at this index of the record
    uint64_t index;
    struct why what;          // the first bad thing, as a sentence; when good, "verified: N entries, …"
    bool has_charter;
    struct hash consultation; // the charter's id, when its frame was read
    char title[LIMIT_TITLE_BYTES + 1]; // the charter's
    bool practice;
    struct tree_head head;    // the checkpoint's
    uint64_t entries, journals, authors, forks; // forks: journals that have branches
    uint64_t disclosed;       // entries that came with parts
    uint64_t in_clear;        // of these, such as have in the clear what should be sealed (PROTOCOL 4.7); no fault
    uint64_t in_clear_first;  // index of the first of them
    uint64_t erased;          // entries of which parts are erased, each by a redaction in the record
    uint64_t redactions;      // redactions in force at their index
    struct audit_erased erased_first[AUDIT_ERASED]; // the first of those entries
    uint64_t standing[AUDIT_STANDINGS]; // entries by their standing at their own index
    uint64_t pending;         // acts of the root that wait for approvals still, at the end
    uint64_t kinds[KIND_COUNT + 1];     // entries by kind; the last: kinds this version does not know
    struct forum_totals forums;
    size_t incomplete_n;      // sealed forums with missing or different contributions: the first of them
    struct forum_state incomplete[AUDIT_FORUMS];
};

// Returns an audit that expects the consultation with this id. Gives.
struct audit *audit_new(struct hash charter_id);
void audit_free(struct audit *a);

enum audit_state {
    AUDIT_MORE,  // the chunk is used up
    AUDIT_BATCH, // a batch is full: audit_take it, then feed the rest of the chunk
    AUDIT_STOP,  // nothing more is worth reading
};

// Takes bytes off *chunk, which it advances.
enum audit_state audit_feed(struct audit *a, struct slice *chunk);

// Returns the batch being filled, or NULL when it is empty; a new one begins. After the last audit_feed too. Gives:
// audit_fold takes it.
struct audit_batch *audit_take(struct audit *a);

// Checks everything about a batch that needs no order. Touches nothing but the batch.
void audit_batch_check(struct audit_batch *b);

// Takes b back, checked, in the order of audit_take (CHECK). False once something bad is known: then the rest need not
// be checked, but must still be given back.
bool audit_fold(struct audit *a, struct audit_batch *b);

// Entries folded so far, and how many the checkpoint promises (0 until it was read).
void audit_progress(const struct audit *a, uint64_t *done, uint64_t *total);

// The input is at its end (or after AUDIT_STOP) and every batch is folded (CHECK): writes the report. The roster as it
// then stands is borrowed from the audit (NULL when the charter was not good).
void audit_end(struct audit *a, struct audit_report *out);
const struct roster *audit_roster(const struct audit *a);

// Reads the charter's note off the head of an export, to show its fingerprint to somebody who has named none. head
// holds the first LIMIT_EXPORT_HEAD bytes of the file, or all. False when no good charter is there. *id: its id.
MUST_USE bool audit_peek_charter(struct slice head, struct hash *id);

#endif
