// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Opening a forum: a session entry from what was typed, asked once and inherited by what is said there (PROTOCOL 7.5);
// and reading it back. Import, which opens one for its file, makes the same entry.
#ifndef BARAZA_NODE_DESK_SESSION_H
#define BARAZA_NODE_DESK_SESSION_H

#include "node/desk/contribution.h"
#include "node/desk/local.h"
#include "node/desk/plans.h"
#include "node/desk/trouble.h"

#define SESSION_TABLES 16      // break-out groups of one forum
#define SESSION_DATE 24        // room for a day as text
#define SESSION_LANGUAGES 16   // spoken at one forum

struct session_table {
    struct slice name;      // a code: 1, women, by-the-well
    struct code_set groups; // who sits there; contributions inherit them
};

// All borrowed; empty where not given.
struct session_fields {
    struct slice code, area, type;   // needed; codes
    struct hash plan;                // the forum-plan it carries out, or zeros
    struct slice title, date, place; // date: 2026-03-04
    struct slice precision, phase;   // codes
    bool interpreted;                // somebody interpreted; or, which says so too, between which languages
    struct slice interpreter, observers;
    struct code_set areas, authorities;
    struct slice languages[SESSION_LANGUAGES]; // the first is what contributions assume
    size_t language_n;
    uint64_t guide, codebook;        // versions in use, which session_open finds itself; 0: none
    struct session_table tables[SESSION_TABLES];
    size_t table_n;
    struct slice basis, channel, sensitivity; // what contributions assume there, as what follows
    struct code_set scopes, seal_to;
};

// Takes over from a plan what f does not give: area, type, date, title and place; and that it is this plan which is
// carried out. All borrowed: p, and date, which is written here.
void session_take_plan(struct session_fields *f, const struct plan *p, char date[static SESSION_DATE]);

// Opens the forum as desk->who, who writes; refuses what is no code or not known, a forum that is open here already
// (its area and code), and recipients that the charter does not have. Typed texts are put in NFC. ERR_* with t; then
// nothing was saved.
MUST_USE enum err session_open(struct desk *desk, uint64_t wall_s, const struct session_fields *f,
                               struct append_result *out, struct trouble *t);

// Only the append, for import: import_key as in append_item. ERR_* with t.
MUST_USE enum err session_append(struct desk *desk, uint64_t wall_s, const struct session_fields *f,
                                 const struct hash *import_key, struct append_result *out, struct trouble *t);

// What the session of that id says of itself, read here: bytes borrows the buffer that is given. No fields when it is
// locked, wiped, or says nothing. ERR_NOT_FOUND: no entry of that id is here; ERR_* with why.
MUST_USE enum err session_context(struct desk *desk, struct hash id, struct buf *bytes, struct content *out,
                                  struct why *why);

#endif
