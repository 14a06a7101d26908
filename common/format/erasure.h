// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Which parts of which entries are erased, by which redaction: a pure fold over redactions (PROTOCOL 16). Hub, node and
// auditor run this one function, so they cannot disagree. It reads headers and bodies and never a part.
//
//     erasure_put(f, &e, &body, index, standing)   for each redaction: its standing at its index, and that by now
//     erasure_mask(f, &e)                           then, of any entry: what must be gone of it
//
// A redaction may come before its target, so whoever asks while entries still come asks again later.
#ifndef BARAZA_FORMAT_ERASURE_H
#define BARAZA_FORMAT_ERASURE_H

#include "common/format/kinds.h"

struct erasure;

// Returns a fold that knows of no redaction. Gives; erasure_free frees it, NULL is harmless.
struct erasure *erasure_new(void);
void erasure_free(struct erasure *f);

// Takes a redaction at its index in the record; other kinds are passed over, and all is copied. To be called with its
// standing at its own index (roster_apply), and again with its standing by now (roster_standing) as often as that may
// have changed: one that was in force (GOOD) and is not any more erases nothing further, but what was erased for it is
// rightly gone. One that never was in force is not taken, only where it stands is remembered. The first calls come in
// the order of the record.
void erasure_put(struct erasure *f, const struct entry *e, const struct body *body, uint64_t index,
                  enum verdict standing);

// What must be gone of e: a bit for each part, bit 0 the first of its header (as in disclosure_bitmap). 0 for what is
// no content. Costs a look-up or three; nothing while no redaction was taken.
// Covered are the parts that a redaction in force names, of
//   the entry it names,
//   a correction of that entry (its first reference), and
//   an entry that was signed anew in place of one of these (erasure_replaced).
uint64_t erasure_mask(const struct erasure *f, const struct entry *e);

// Which parts of e may rightly be gone: erasure_mask, and what redactions named that are not in force any more.
uint64_t erasure_allowed(const struct erasure *f, const struct entry *e);

// A redaction as it was taken.
struct erasure_row {
    struct hash redaction, target;
    uint64_t index;      // of the redaction in the record
    uint64_t claimed_s;  // when its author says she wrote it
    bool in_force;
};

// By which redaction part i of e is gone: the first in the record of those in force, else of the others. False, and
// *out untouched, when none covers it.
MUST_USE bool erasure_of(const struct erasure *f, const struct entry *e, size_t i, struct erasure_row *out);

// How many redactions were taken, and number i of them (i < count, CHECK), in the order of taking.
size_t erasure_count(const struct erasure *f);
struct erasure_row erasure_row(const struct erasure *f, size_t i);

// How many redactions were put, in force or not, and the index of number i of them (i < count, CHECK), ascending: what
// is to be judged again.
size_t erasure_offered_count(const struct erasure *f);
uint64_t erasure_offered(const struct erasure *f, size_t i);

// True when e was signed anew in the place of an entry that was refused (PROTOCOL 7.3); *id is that entry's. What is
// erased of the one must be erased of the other, wherever it still lies.
MUST_USE bool erasure_replaced(const struct entry *e, struct hash *id);

#endif
