// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Checkpoints: a signed note of three lines, origin, size, root (C2SP tlog-checkpoint).
// It never decides whether a head may be signed: that the new tree extends the old one is the signer's duty.
// Read first: docs/PROTOCOL.md, "Record".
#ifndef BARAZA_FORMAT_CHECKPOINT_H
#define BARAZA_FORMAT_CHECKPOINT_H

#include "common/format/merkle.h"
#include "common/format/note.h"

// What a checkpoint says. Slices borrow the note.
struct checkpoint {
    struct slice origin;
    struct tree_head head;
    struct slice extensions; // further lines with their newlines; empty in ours
};

enum checkpoint_form {
    CHECKPOINT_OURS,    // exactly three lines; size 0 only with the root of the empty tree
    CHECKPOINT_FOREIGN, // whatever C2SP tlog-checkpoint allows: extension lines that are not empty
};

// Appends the checkpoint of head, signed by the log. The origin is the log key's name.
// Bytes depend on the arguments only: signing the same head again gives the same note.
void checkpoint_make(struct tree_head head, const struct vkey *log, const struct seckey *sec, struct buf *out);

// Appends the text that is signed: origin, size, root, with newlines.
void checkpoint_put_text(struct slice origin, struct tree_head head, struct buf *out);

// Reads the text of a note. False, and *out untouched, for anything but the form asked for.
MUST_USE bool checkpoint_parse(struct slice text, enum checkpoint_form form, struct checkpoint *out, struct why *why);

// Takes a whole note, verifies the log's signature on it and reads it in our form. The origin must be log->name.
// VERDICT_GOOD and *out written; else VERDICT_NOT_CANONICAL (no note, no checkpoint), VERDICT_WRONG_CONSULTATION
// (another origin), VERDICT_BAD_SIGNATURE, and *out untouched.
MUST_USE enum verdict checkpoint_verify(struct slice whole, const struct vkey *log, struct tree_head *out,
                                        struct why *why);

#endif
