// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A receipt as one file for somebody who has nothing but the charter, or its fingerprint (PROTOCOL 8.11): a C2SP
// tlog-proof whose `extra` holds the charter and the entry. What stands in it is believed for its hashes and signatures
// alone. Pure.
// It must never take from the file which consultation it is to be judged by.
#ifndef BARAZA_FORMAT_RECEIPT_H
#define BARAZA_FORMAT_RECEIPT_H

#include "common/format/charter.h"
#include "common/format/entry.h"
#include "common/format/proof.h"

// What goes into one. Borrowed.
struct receipt {
    struct slice charter;                       // the whole note
    struct slice succession;                    // how keys were changed since; empty: none was
    size_t n;                                   // 1 or more: the entry, and what follows it in its journal up to the
    struct slice entries[LIMIT_RECEIPT_CHAIN];  // entry that the proof is of
    struct slice proof;                         // its tlog-proof, without an extra line
};

// Appends the file's text. False, with out as it was, when it is longer than LIMIT_NOTE_BYTES or r->proof is no proof.
MUST_USE bool receipt_make(const struct receipt *r, struct buf *out);

// Takes one apart: out borrows room (filled here, at most LIMIT_NOTE_BYTES) and text, and its proof is the whole text.
// Verifies nothing. False, with why, when it is not of the form.
MUST_USE bool receipt_parse(struct slice text, struct buf *room, struct receipt *out, struct why *why);

// What a good one shows.
struct receipt_facts {
    struct charter charter;  // borrows the receipt
    struct entry entry;      // it is about this one
    uint64_t index;          // of the entry that the proof is of: the last of the chain
    struct tree_head head;
};

// Verifies a parsed one against the consultation that the caller trusts, in this order: the charter's id and
// signatures, the entry's form, consultation and signature, the chain, the succession, the proof. VERDICT_GOOD and
// *out; else the verdict of what was wrong, with why, and *out untouched.
MUST_USE enum verdict receipt_verify(const struct receipt *r, struct hash consultation, struct receipt_facts *out,
                                     struct why *why);

#endif
