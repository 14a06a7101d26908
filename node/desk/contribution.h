// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A contribution's fields, put into its parts: shared by add, which normalises what was typed, and import, which keeps
// every byte. It must never change a text itself. Read first: common/format/content.h.
#ifndef BARAZA_NODE_DESK_CONTRIBUTION_H
#define BARAZA_NODE_DESK_CONTRIBUTION_H

#include "common/author/append.h"
#include "common/format/content.h"

#define CONTRIBUTION_TABLE 32 // bytes of the name of a break-out group
#define CONTRIBUTION_CODES 16 // themes, groups, scopes, flags or recipients of one contribution

struct recipients;

struct code_set {
    struct slice codes[CONTRIBUTION_CODES];
    size_t n;
};

// Where an imported one came from, as it was written there. Empty fields are left out.
struct contribution_source {
    uint64_t row;         // from 1, the header not counted; 0: not imported
    struct slice number;  // its own id there
    struct slice time;
    struct slice author;
    struct slice file;    // conversation or file, without its directory
    struct slice tool;    // "polis", "csv"
    struct slice agrees, disagrees, moderated; // polis
};

// Everything borrowed; empty: not given.
struct contribution {
    struct slice text, lang, summary, ask;
    struct slice kind, channel, question, scale, support;
    uint64_t hands_for, hands_of; // hands that were counted: for it, of all; of 0: none were
    struct slice table;       // the break-out group it was said in
    uint64_t guide, codebook; // the versions that were asked by; 0: none
    struct slice speaker;     // kind of speaker
    struct slice sex, age, displaced, disability; // of whoever spoke; "refused" is a value
    struct slice basis;       // of consent
    struct code_set themes, groups, scopes, flags;
    struct contribution_source source;
    uint64_t form;            // number of the paper form it was written on; 0: none
    struct slice written_by, typed_by; // of a form
    struct slice slip;        // the code that the participant takes home
    struct slice identity;    // who said it, and how to reach her; sealed
    bool wordless;            // nothing verbatim was taken: there is no part `said`
    uint64_t sensitivity;     // enum sensitivity
    const struct recipients *seal_to; // needed when something is sealed: contribution_sealed
};

// True when a part of c is sealed.
bool contribution_sealed(const struct contribution *c);

// Memory for the parts of one contribution, used again and again.
struct contribution_parts {
    struct buf context, said, speaker, consent, identity;
};
void contribution_parts_init(struct contribution_parts *p);
void contribution_parts_done(struct contribution_parts *p);

// Makes the parts of c and fills item (whose body must be a contribution's) with them, and with whom some are sealed
// to; they borrow p until its next use. False and why when it is too large.
MUST_USE bool contribution_make(const struct contribution *c, struct contribution_parts *p, struct append_item *item,
                                struct why *why);

// Splits "a,b;c d" into codes. False and why when one is no code, or there are too many. Borrows text.
MUST_USE bool code_set_parse(struct slice text, struct code_set *out, struct why *why);

// True when tag may be a language tag (BCP 47: letters, digits, hyphens, at most 35).
MUST_USE bool language_tag_ok(struct slice tag);

#endif
