// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What of an entry may leave the hub: consent is obeyed, restricted and sealed words stay unless they were asked for.
// Pure. It never opens a sealed part. Read first: PROTOCOL 13.5.
#ifndef BARAZA_TOOLS_BARAZA_SCOPE_H
#define BARAZA_TOOLS_BARAZA_SCOPE_H

#include "common/format/kinds.h"

struct scope {
    bool parts;         // words were asked for at all
    bool restricted;    // and what is meant for named roles only, too; sealed parts then leave as they are, sealed
    struct slice today; // "2026-03-04": consent may have ended
};

// Writes to *out what of d (with its salts derived) may leave: everything else is withheld.
//   no contribution       all of it
//   contribution          all of it while consent names the scope `record` and has not ended (no scopes given: record
//                         and analyse, the default of the domain); else its consent alone, which says why
//   restricted or sealed  nothing, unless s->restricted
//   identity              a dummy as it is; a real one only with s->restricted
// body NULL: a kind this version does not know, of which nothing leaves but with s->restricted.
void scope_limit(const struct scope *s, const struct entry *e, const struct body *body, const struct disclosure *d,
                 struct disclosure *out);

#endif
