// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The record in its order, from a hub's state or from an export that was verified first: what log, who, show, trace,
// gap, prove and export read. It ends at the last published checkpoint; at a hub that has published none yet, where the
// record is. Every entry comes with its standing by now, because the roster is folded over all of it first.
// It must never write, and never take an export's word for which consultation it is.
#ifndef BARAZA_TOOLS_BARAZA_READING_H
#define BARAZA_TOOLS_BARAZA_READING_H

#include "common/format/charter.h"
#include "common/format/erasure.h"
#include "common/format/merkle.h"
#include "common/format/roster.h"
#include "tools/baraza/cmd.h"

struct reading;
struct state;

// Where to read: the option rows below fill it. Neither: the state's own record, which must be a hub's.
struct reading_from {
    const char *record;  // an export, or the state directory of a hub
    const char *charter; // what an export must belong to: a file, or a fingerprint; NULL: the state's
};
#define READING_RECORD(from) \
    { "record", 0, ARG_TEXT, "FILE|DIR", "read this export, or this hub's state", &(from)->record }
#define READING_CHARTER(from) \
    { "charter", 0, ARG_TEXT, "FILE|HASH", "the charter an export must belong to; the state's when not given", \
      &(from)->charter }

// For a command whose own options say only where to read: reads argv as cmd_parse does (command has no options of its
// own yet), and *record (may be NULL) says whether a record is meant: one was named, or the state is a hub's.
int reading_parse(struct cmd_context *context, struct arg_command command, int argc, char **argv,
                  struct reading_from *from, struct args *args, bool *record);

// True when the state is a hub's, as far as its files say.
bool reading_at_hub(const struct cmd_context *context);

// Opens and folds. Returns -1 and *out, or has reported (2 with the fingerprint to compare, when no charter is known;
// 1 when the export is not good). An export whose charter the state does not have needs no state.
int reading_open(struct cmd_context *context, const struct reading_from *from, struct reading **out);
void reading_close(struct reading *r);

// One entry. Everything borrows the reading until its next step.
struct reading_item {
    uint64_t index;
    struct entry entry;
    struct body body;              // valid when form is GOOD or SEEN_CONTRADICTS
    enum verdict form;             // of kind_parse, or SEEN_CONTRADICTS
    enum verdict standing;         // by now
    bool has_parts;
    struct disclosure disclosure;  // valid when has_parts; its salts are derived, and what is erased is not in it
    uint64_t erased;               // a bit for each part that a redaction covers, whether or not parts are shown
};

// True when kind and body are this version's: item->body is valid then.
bool reading_known(const struct reading_item *item);

// Moves to the next entry. False at the end or on a failure, which reading_end tells.
MUST_USE bool reading_next(struct reading *r, struct reading_item *out);

// Starts again from the first entry.
void reading_rewind(struct reading *r);

// The first failure of reading, reported: its exit code, or -1 when there was none.
int reading_end(struct reading *r);

// -1 when nothing of the entries (words: nor of the words that were read so far) was damaged on a hub's disk; else
// reports that: for what others are to verify. Who only reads goes on with the rest, and it is named as it is met.
int reading_need_whole(const struct reading *r, bool words);

// -1 when what was read ends at a signed checkpoint; else reports that the hub has published none yet.
int reading_need_checkpoint(const struct reading *r);

// What was read: the checkpoint it ends at, and its signed note (empty: none yet); the charter and its note; the roster
// at its end. All borrowed until reading_close.
struct tree_head reading_head(const struct reading *r);
struct slice reading_checkpoint(const struct reading *r);
const struct charter *reading_charter(const struct reading *r);
struct hash reading_consultation(const struct reading *r);
struct slice reading_charter_note(const struct reading *r);
const struct roster *reading_roster(const struct reading *r);

// The hub's state that is read; NULL for an export. Borrowed until reading_close.
struct state *reading_state(const struct reading *r);

// The ids of all entries, by index: as many as reading_head says. Borrowed.
const struct hash *reading_ids(const struct reading *r);

// The kind of the entry at index < reading_head's size (CHECK); KIND_UNKNOWN for one of a later version.
enum kind reading_kind(const struct reading *r, uint64_t index);

// The redactions in what was read, by the roster at its end. Borrowed until reading_close.
const struct erasure *reading_erasures(const struct reading *r);

// How many digits tell all ids apart.
size_t reading_digits(const struct reading *r);

// Looks for an id, or a beginning of it with 4 digits or more. OK and *index; ERR_NOT_FOUND; ERR_BUSY: several fit;
// ERR_BAD_INPUT: no id.
MUST_USE enum err reading_look(const struct reading *r, struct slice typed, uint64_t *index);

// The same, reported: returns -1 and *out, or the exit code.
int reading_find(const struct reading *r, const char *typed, struct hash *out);

#endif
