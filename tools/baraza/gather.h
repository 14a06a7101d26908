// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The fold of forums (common/format/forum.h) over what this computer has: a site's own notebooks, a hub's record, or an
// export that was named. It must never write.
#ifndef BARAZA_TOOLS_BARAZA_GATHER_H
#define BARAZA_TOOLS_BARAZA_GATHER_H

#include "node/desk/gather_site.h"
#include "tools/baraza/reading.h"
#include "tools/baraza/work.h"

// Folds all of r, from its first entry. Returns -1 and gives *out, or has reported.
int gather_record(struct reading *r, struct forum_fold **out);

// Opens what there is and folds it: the record that was named, else the hub's, else the site's notebooks. Returns -1
// and gives *out, or has reported.
int gather(struct cmd_context *context, const struct reading_from *from, struct forum_fold **out);

// The forum of that code; or reports that there is none, with *exit_code, and returns NULL. Borrows f.
const struct forum_state *gather_find(const struct forum_fold *f, const char *code, int *exit_code);

// "sealed: 31 contributions, 3 missing" …: a forum's standing as a line; and all of it for --json. Gives. whole: all of
// the record was folded; on a site, what was sealed and is not there may just be on another device.
void gather_put_standing(struct buf *out, const struct forum_state *forum, bool whole);
json_t *gather_json(const struct forum_state *forum);

// "100 planned, 92 held, 88 sealed, 8 silent" and, when there are such, "; 3 held without a plan; …". now_s: for how
// many of the silent are still ahead. And as JSON; gives.
void gather_put_totals(struct buf *out, const struct forum_fold *f, uint64_t now_s);
json_t *gather_totals_json(const struct forum_fold *f, uint64_t now_s);

// A line for each sealed forum whose contributions are not all there.
void gather_put_incomplete(struct buf *out, const struct forum_state *forum);

#endif
