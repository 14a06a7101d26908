// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The record in its order, from a hub's state or from an export that was verified first: what log, who, show, trace,
// gap and export read. Every entry comes with its standing by now, because the roster is folded over all of it first.
// It must never write, and never take an export's word for which consultation it is.
#ifndef BARAZA_TOOLS_BARAZA_READING_H
#define BARAZA_TOOLS_BARAZA_READING_H

#include "common/format/kinds.h"
#include "common/format/merkle.h"
#include "common/format/roster.h"
#include "tools/baraza/work.h"

struct reading;

// Where to read: the option rows below fill it. Neither: the state's own record, which must be a hub's.
struct reading_from {
    const char *record;  // an export
    const char *charter; // what it must belong to: a file, or a fingerprint; NULL: the state's
};
#define READING_RECORD(from) \
    { "record", 0, ARG_TEXT, "FILE", "read an export instead of a hub's state", &(from)->record }
#define READING_CHARTER(from) \
    { "charter", 0, ARG_TEXT, "FILE|HASH", "the charter it must belong to; the state's when not given", \
      &(from)->charter }

// Opens and folds. Returns -1 and *out, or has reported (2 with the fingerprint to compare, when no charter is known;
// 1 when the export is not good). An export whose charter the state does not have needs no state.
int reading_open(struct cmd_context *context, const struct reading_from *from, struct reading **out);
void reading_close(struct reading *r);

// One entry. Everything borrows the reading until its next step.
struct reading_item {
    uint64_t index;
    struct entry entry;
    struct body body;              // valid when form is GOOD
    enum verdict form;             // of kind_parse
    enum verdict standing;         // by now
    bool has_parts;
    struct disclosure disclosure;  // valid when has_parts
};

// Moves to the next entry. False at the end or on a failure, which reading_end tells.
MUST_USE bool reading_next(struct reading *r, struct reading_item *out);

// Starts again from the first entry.
void reading_rewind(struct reading *r);

// The first failure of reading, reported: its exit code, or -1 when there was none.
int reading_end(struct reading *r);

// What was read: the head it stands for, the roster at its end, the consultation, the charter's title when known.
struct tree_head reading_head(const struct reading *r);
const struct roster *reading_roster(const struct reading *r);
struct hash reading_consultation(const struct reading *r);
const struct state *reading_state(const struct reading *r); // NULL when it is an export

// Finds the entry of an id, or of a beginning of it with 4 digits or more. Returns -1, or has reported.
int reading_find(struct reading *r, const char *prefix, struct hash *out);

#endif
