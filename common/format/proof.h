// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Receipts: that one leaf is in the record, as a text of its own that verifies offline (C2SP tlog-proof).
// It verifies against keys that the caller trusts; it never takes a key from the proof.
// Read first: docs/PROTOCOL.md, "Record"; c2sp.org/tlog-proof.
#ifndef BARAZA_FORMAT_PROOF_H
#define BARAZA_FORMAT_PROOF_H

#include "common/format/checkpoint.h"

// A proof taken apart. Slices borrow its text.
struct proof {
    uint64_t index;
    size_t n;
    struct hash hashes[LIMIT_PROOF_HASHES]; // the leaf's sibling first
    struct slice extra;      // base64 as it stands; of no meaning to us and never trusted; empty when absent
    struct slice checkpoint; // a whole signed note
};

// Appends the text of p. Its extra is base64 text already, or empty; its checkpoint is a note.
void proof_make(const struct proof *p, struct buf *out);

// Reads one; verifies nothing. False, and *out untouched, when it is not of the form; why says where.
MUST_USE bool proof_parse(struct slice text, struct proof *out, struct why *why);

// What a proof is to be judged by. Borrowed.
struct proof_trust {
    const struct vkey *log;
    const struct vkey *witnesses; // cosigners' keys, or NULL
    size_t n;                     // how many of them
    size_t quorum;                // how many of them must have cosigned
    enum checkpoint_form form;    // CHECKPOINT_OURS for receipts of ours
};

// Verifies the proof of a leaf (its hash as merkle_leaf gives it). VERDICT_GOOD, with *index and *head (each may be
// NULL) written; VERDICT_NOT_CANONICAL (form), VERDICT_BAD_SIGNATURE (log or witnesses), VERDICT_WRONG_CONSULTATION
// (with CHECKPOINT_OURS: another origin), VERDICT_BAD_PROOF (the hashes do not lead from the leaf to the root).
// On failure nothing is written but why.
MUST_USE enum verdict proof_verify(struct slice text, struct hash leaf_hash, const struct proof_trust *trust,
                                   uint64_t *index, struct tree_head *head, struct why *why);

#endif
