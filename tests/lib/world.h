// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A small consultation in memory, for tests: a charter, people with keys made from their names, and a record that they
// write into. Everything is the same in every run. It knows no store and no network.
#ifndef BARAZA_TESTS_LIB_WORLD_H
#define BARAZA_TESTS_LIB_WORLD_H

#include "common/format/charter.h"
#include "common/format/merkle.h"
#include "common/format/roster.h"
#include "common/format/seal.h"

struct person {
    struct pubkey pub;
    struct seckey sec;
    struct boxkey transport;
    struct boxsec transport_sec;
    struct incarnation incarnation;
    uint64_t next;
    struct hash prev;
};

// One entry as it was made, with all its parts, and what became of it.
struct said {
    struct buf bytes, given;   // the entry, its disclosure
    struct entry entry;
    struct body body;
    struct disclosure disclosure;
    enum verdict form;
    enum verdict admitted, standing;
    uint64_t index;            // UINT64_MAX: not in the record
};

struct world {
    struct buf charter_note;
    struct charter charter;
    struct person root[3];
    struct person hub;         // its log key
    struct roster *roster;
    struct merkle_frontier tree;
    struct tree_head seen;     // what the next entries name as seen; the empty tree at first
    size_t n;                  // entries in the record
    struct said **record;
    size_t made_count;
    struct said **made;        // all, also those not in the record
};

// Founds a consultation with three root keys of whom `quorum` must approve; ident_init was called.
void world_init(struct world *w, unsigned quorum);
void world_done(struct world *w);

// Keys from a name; the first incarnation.
struct person person_of(const char *name);

// The same person in a new incarnation, numbered; her journal starts anew.
struct person person_again(const struct person *p, unsigned number);

// Makes p's next entry with refs and with bytes for its parts (NULL: all dummies). Not in the record yet.
struct said *world_make(struct world *w, struct person *p, const struct body *body, const struct hash *refs, size_t n,
                        const struct slice *parts);

// Puts it into the record, when the roster admits it. Returns its standing, or roster_admit's verdict.
enum verdict world_put(struct world *w, struct said *s);

// Puts it into the record whatever the roster says, as a dishonest hub would.
void world_force(struct world *w, struct said *s);

// world_make and world_put.
struct said *world_say(struct world *w, struct person *p, const struct body *body, const struct hash *refs, size_t n,
                       const struct slice *parts);

// The standing by now.
enum verdict world_standing(const struct world *w, const struct said *s);

// Shorthands for the usual acts; each returns what was said. areas: one code, or NULL for everywhere.
struct said *world_grant(struct world *w, struct person *by, const struct person *to, uint32_t roles, const char *area);
struct said *world_approve(struct world *w, struct person *by, const struct said *act);
struct said *world_invite(struct world *w, struct person *by, const char *name, uint32_t roles, const char *area,
                          uint64_t uses);
struct said *world_enrol(struct world *w, struct person *newcomer, const struct said *invite, const char *name);
struct said *world_revoke(struct world *w, struct person *by, const struct person *whom, const char *reason,
                          const struct said *const *stands, size_t n);
struct said *world_accept(struct world *w, struct person *by, const struct person *whom, const struct said *last);
struct said *world_session(struct world *w, struct person *by, const char *area, const char *code);
struct said *world_contribute(struct world *w, struct person *by, const struct said *session, const char *text);
struct said *world_link(struct world *w, struct person *by, const char *relation, const struct said *from,
                        const struct said *to);
struct said *world_respond(struct world *w, struct person *by, const struct said *target, const char *disposition);

// Asks that a part (or two; NULL: no second) of an entry be erased. A correction whose `said` is text.
struct said *world_redact(struct world *w, struct person *by, struct hash target, const char *part, const char *second);
struct said *world_correct(struct world *w, struct person *by, const struct said *target, const char *text);

// A clause, or with `first` the next version of the clause that it began. parent may be NULL.
struct said *world_clause(struct world *w, struct person *by, const char *type, const char *title,
                          const struct said *first, uint64_t version, const struct said *parent);

// Appends an export of the record, with a checkpoint signed by w->hub.
void world_export(const struct world *w, bool with_parts, struct buf *out);

#endif
