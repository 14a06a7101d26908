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

#define CODEBOOK_QUESTIONS 64 // of a guide; more are not shown
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

// False, and says which code of c's groups and themes is not in b, with the nearest that is; *unknown (may be NULL) is
// that code, which borrows c. The one entry point of whoever writes a contribution.
struct codebook_unknown {
    const char *list; // "group" or "theme"
    struct slice code;
};
MUST_USE bool codebook_check(const struct codebook *b, const struct contribution *c, struct codebook_unknown *unknown,
                             struct why *why);

// The highest version of the guide and of the codebook in force; 0: there is none.
uint64_t codebook_guide_version(const struct codebook *b);
uint64_t codebook_version(const struct codebook *b);

// All groups or themes (CODES_GROUP, CODES_THEME) that can be chosen, in their order, one at a time: false at the end.
// Codes that are replaced are among them. Borrows b.
struct codebook_row {
    struct slice code, parent, label; // parent: empty at the top
    bool replaced;
};
MUST_USE bool codebook_row(const struct codebook *b, enum code_list list, size_t i, enum language language,
                           struct codebook_row *out);

// The guide's questions, as codebook_row: code and label.
MUST_USE bool codebook_question(const struct codebook *b, size_t i, enum language language, struct codebook_row *out);

// What the guide has asked of a speaker: "sex", "age", "displaced", "disability". Borrows b.
#define CODEBOOK_ASKS 4
size_t codebook_asks(const struct codebook *b, struct slice out[static CODEBOOK_ASKS]);

// What is read out to somebody who speaks of a child or of gender-based violence: the guide's in that language or in
// English, else this program's own. Borrows b (NULL: this program's own).
struct slice codebook_referral(const struct codebook *b, enum language language);

// The groups to tick on a form, at most CODEBOOK_GROUPS: the guide's; where it names none, the first of the codebook
// that are not replaced; where there is neither, the usual ones. Writes them and returns how many; borrows b.
#define CODEBOOK_GROUPS 8
size_t codebook_groups(const struct codebook *b, struct slice out[static CODEBOOK_GROUPS]);

// How a group or theme (list: CODES_GROUP, CODES_THEME) is called in that language, by the codebook in its last
// version, else by the starter codebook; in English, or the code itself, when neither says. Borrows b and code.
struct slice codebook_label(const struct codebook *b, enum code_list list, struct slice code, enum language language);

// What is read aloud before anything is written down, by the guide; empty when it does not say it in that language.
struct slice codebook_script(const struct codebook *b, enum language language);

// What the guide has read aloud, in every language that it gives it in, one at a time: false at the end. Borrows b.
enum codebook_aloud { CODEBOOK_SCRIPT, CODEBOOK_REFERRAL, CODEBOOK_ALOUD_COUNT };
struct codebook_text {
    struct slice lang, text;
};
MUST_USE bool codebook_aloud(const struct codebook *b, enum codebook_aloud what, size_t i, struct codebook_text *out);

// True when flags hold one at which nothing verbatim is taken.
bool codebook_must_stop(const struct code_set *flags);

#endif
