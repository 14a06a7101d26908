// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What somebody holds of the hub's signed word (checkpoints, receipts, custody notes), as one file to show to others,
// and what such words prove, alone or beside a record (PROTOCOL 17). Pure.
// It must never trust the file: only what the log key signed counts, and it never takes that key from the file.
#ifndef BARAZA_FORMAT_EVIDENCE_H
#define BARAZA_FORMAT_EVIDENCE_H

#include "common/format/custody.h"
#include "common/format/merkle.h"
#include "common/format/note.h"

#define EVIDENCE_MAGIC "baraza/evidence/v1\n"

struct evidence_receipt {
    struct slice entry; // the entry's bytes
    struct slice proof; // its receipt (8.6)
};

struct evidence_custody {
    struct custody note;
    struct sig signature;
};

// Slices borrow what was parsed, or the maker's bytes.
struct evidence {
    struct hash consultation;
    size_t note_count, receipt_count, custody_count;
    struct slice notes[LIMIT_EVIDENCE_NOTES]; // checkpoints, whole notes
    struct evidence_receipt receipts[LIMIT_EVIDENCE_RECEIPTS];
    struct evidence_custody custodies[LIMIT_EVIDENCE_CUSTODIES];
};

// Appends the file's bytes.
void evidence_make(const struct evidence *e, struct buf *out);

// Reads a file's form; verifies nothing. False, with why, when it is none; *out is then of no use.
MUST_USE bool evidence_parse(struct slice bytes, struct evidence *out, struct why *why);

enum evidence_fault {
    EVIDENCE_UNSIGNED,  // not signed by the log's key: it says nothing about the hub
    EVIDENCE_FORKED,    // two signed checkpoints of one size and different roots
    EVIDENCE_REWRITTEN, // the record's first entries are not those of a signed checkpoint
    EVIDENCE_SHORTER,   // the record ends before a signed checkpoint
    EVIDENCE_MOVED,     // at the index that a receipt names stands another entry
    EVIDENCE_DROPPED,   // an entry in the hub's custody is not in the record
    EVIDENCE_FALSE,     // a signed custody note says another root than its journal in the record has
    EVIDENCE_FAULTS,
};

// Returns a sentence on what a fault proves; static storage.
const char *evidence_fault_text(enum evidence_fault f);

// One thing found. a, b: sizes or an index (see the fault); id: the entry, zeros when none.
struct evidence_finding {
    enum evidence_fault fault;
    uint64_t a, b;
    struct hash id;
};

// A record that was verified before: of each entry its id, its place in its journal and how many parts it has.
struct evidence_entry {
    struct hash id, prev;
    uint64_t seq;
    size_t parts;
};
struct evidence_record {
    const struct evidence_entry *entries;
    uint64_t size;
};

// Judges e by the log's keys (n of them: the charter's, and those that followed it), beside a record (NULL: alone).
// Writes at most LIMIT_EVIDENCE_FINDINGS findings to out and returns how many there are in all.
size_t evidence_judge(const struct evidence *e, const struct vkey *logs, size_t n, const struct evidence_record *record,
                      struct evidence_finding out[LIMIT_EVIDENCE_FINDINGS]);

#endif
