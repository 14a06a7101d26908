// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the secretariat has published, as far as it came down to a site: the codes of the codebook, and what the guide
// says is read out, and which groups are asked for. Where it has published neither: the starter codebook, and a text of
// this program's own.
#ifndef BARAZA_NODE_DESK_CODEBOOK_H
#define BARAZA_NODE_DESK_CODEBOOK_H

#include "common/format/codes.h"
#include "node/desk/contribution.h"
#include "node/desk/desk.h"

#define CODEBOOK_CODES 4096   // in one list of a codebook; more are not taken
#define CODEBOOK_LABEL 95     // bytes of a code's label, in one language: what fits beside a box to tick
#define CODEBOOK_ALOUD 16384  // bytes of what a guide has read out, in one language

struct codebook;

// Reads what came down to the state. Codes of every version of the codebook that is in force at its index are taken,
// because a code stays valid for ever; the starter codebook stands in for a list that none of them has. The referral is
// that of the guide with the highest version. Nothing of either is known while the words are locked. ERR_* with why.
// Gives.
MUST_USE enum err codebook_here(struct desk *desk, struct codebook **out, struct why *why);
void codebook_free(struct codebook *b);

// False, and says which code of c's groups and themes is not in b, with the nearest that is. The one entry point of
// whoever writes a contribution.
MUST_USE bool codebook_check(const struct codebook *b, const struct contribution *c, struct why *why);

// What is read out to somebody who speaks of a child or of gender-based violence: the guide's in that language or in
// English, else this program's own. Borrows b (NULL: this program's own).
struct slice codebook_referral(const struct codebook *b, enum language language);

// The groups to tick on a form, at most CODEBOOK_GROUPS: the guide's; where it names none, the first of the codebook
// that are not replaced; where there is neither, the usual ones. Writes them and returns how many; borrows b.
#define CODEBOOK_GROUPS 8
size_t codebook_groups(const struct codebook *b, struct slice out[static CODEBOOK_GROUPS]);

// How a group is called in that language, by the codebook in its last version, else by the starter codebook; in
// English, or the code itself, when neither says. Borrows b and code.
struct slice codebook_group_label(const struct codebook *b, struct slice code, enum language language);

// What is read aloud before anything is written down, by the guide; empty when it does not say it in that language.
struct slice codebook_script(const struct codebook *b, enum language language);

// True when flags hold one at which nothing verbatim is taken.
bool codebook_must_stop(const struct code_set *flags);

#endif
