// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What of an entry may leave the hub: consent is obeyed, restricted and sealed words stay unless they were asked for.
// Pure. It never opens a sealed part. Read first: PROTOCOL 13.5.
#ifndef BARAZA_TOOLS_BARAZA_SCOPE_H
#define BARAZA_TOOLS_BARAZA_SCOPE_H

#include "common/base/table.h"
#include "node/desk/amends.h"

struct scope {
    bool parts;         // words were asked for at all
    bool restricted;    // and what is meant for named roles only
    bool attachments;   // and what opens sound and pictures
    bool sealed;        // and sealed contributions and identities, as they are: for those who can open them
    struct slice today; // "2026-03-04": consent may have ended
    const struct amends *amends; // what was corrected and withdrawn; NULL: nothing
    struct table allowed;        // corrected entries whose words may leave, with their sensitivity: scope_look fills it
};

// To be called for each entry in force before the first scope_limit, when there are amends: corrections of a
// contribution leave only where its own words do. scope_done frees what it keeps; an all-zero struct is harmless.
void scope_look(struct scope *s, const struct entry *e, const struct body *body, const struct disclosure *d);
void scope_done(struct scope *s);

// Writes to *out what of d (with its salts derived) may leave: everything else is withheld.
//   no contribution       all of it
//   contribution          all of it while consent names the scope `record`, has not ended and is not withdrawn (no
//                         scopes given: record and analyse, the default of the domain); else its consent alone, which
//                         says why. Consent that was corrected counts as it is now; of several, all must agree
//   correction            as the entry it names; nothing when that is not there
//   withdrawal, opened    nothing, unless s->restricted: their reasons may say what is not to be said any more
//   incident              nothing, unless s->restricted; its text only with s->sealed too
//   restricted            nothing, unless s->restricted
//   sealed                nothing, unless s->sealed
//   attachments           a dummy as it is; a real one only with s->attachments, and while consent names the scope
//                         `publish-audio` and that is not withdrawn; or when it is sealed, with s->sealed
//   identity              a dummy as it is; a real one only with s->sealed
//   what should be sealed and is not (PROTOCOL 4.7)   never
//   what is erased        as erased (PROTOCOL 4.4); erased: a bit for each part that a redaction covers (reading_item)
// body NULL: a kind this version does not know, of which nothing leaves but with s->restricted. Returns whether
// something was kept back because it should have been sealed.
bool scope_limit(const struct scope *s, const struct entry *e, const struct body *body, const struct disclosure *d,
                 uint64_t erased, struct disclosure *out);

#endif
