// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The drafts of the person at this desk: kept (durable and encrypted, not signed), listed after whatever happened,
// discarded for good, and put away once they are signed. The one door for page and commands.
// It must never say "kept" before the disk has it, nor put one tab's words over another's.
// Read first: docs/STORAGE.md "Drafts"; common/store/draft.h.
#ifndef BARAZA_NODE_DESK_DRAFTS_H
#define BARAZA_NODE_DESK_DRAFTS_H

#include "common/store/draft.h"

struct desk;    // desk->who must be unlocked but for drafts_of_session
struct trouble;
struct state;

// Drafts that were read. Everything they point to is wiped and freed by drafts_done (an all-zero one is harmless).
struct drafts {
    struct drafts_row {
        struct draft draft;    // of a damaged one only its id is known
        uint64_t bytes;        // its length on the disk
        bool damaged;
        struct buf room;       // private
    } *rows;
    size_t n;
};
void drafts_done(struct drafts *d);

// Keeps a draft: when this returns OK the disk has it. d: id, version it is based on (0: new), session, kept_s (the
// clock), fields (one canonical map, content.h); on success d->version, d->number and d->kept_s are those of now.
// anew: what was kept of it before, and what hangs on it, is gone for good ("remove the text and continue").
// On ERR_EXISTS with trouble "draft-changed" *theirs is the one draft that stands there, for drafts_done, and nothing
// was changed. Else: draft-gone (discarded), draft-signed, draft-too-long, drafts-full, draft-damaged, disk-full, …
MUST_USE enum err drafts_keep(struct desk *desk, struct draft *d, bool anew, struct drafts *theirs,
                              struct trouble *trouble);

// All drafts of this person, those of one forum when session is not NULL (damaged ones always): by forum and number.
// What was signed already (and a crash kept from being put away) is not among them. Gives *out.
MUST_USE enum err drafts_list(struct desk *desk, const struct hash *session, struct drafts *out,
                              struct trouble *trouble);

// One of them. draft-gone, draft-signed, draft-damaged. Gives *out, of one row.
MUST_USE enum err drafts_get(struct desk *desk, struct draft_id id, struct drafts *out, struct trouble *trouble);

// Discards one for good, damaged or not, with what hangs on it. OK also when it is gone.
MUST_USE enum err drafts_discard(struct desk *desk, struct draft_id id, struct trouble *trouble);

// To be called once the entries that were made of them are durable (each appended with import_key =
// draft_import_key(desk->who->person.key, id), so that a draft never becomes two entries): puts them away as
// drafts_discard does. After a crash in between drafts_list does it.
MUST_USE enum err drafts_signed(struct desk *desk, const struct draft_id *ids, size_t n, struct trouble *trouble);

// How many drafts everybody who writes here has for a forum, or for all (session NULL); nobody has to be unlocked. So a
// seal can be refused, and wiping can say what goes. ERR_* with why.
struct drafts_count {
    size_t n;
    struct draft_count rows[LIMIT_PERSONS];
    uint64_t all;                       // damaged ones included
};
MUST_USE enum err drafts_of_session(struct state *state, const struct hash *session, struct drafts_count *out,
                                    struct why *why);

#endif
