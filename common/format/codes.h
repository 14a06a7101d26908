// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The closed lists of codes and the starter codebook, with labels in the four interface languages (PROTOCOL 7.4).
// It is data: what follows from a code is decided elsewhere. A process may replace groups and themes by its codebook.
#ifndef BARAZA_FORMAT_CODES_H
#define BARAZA_FORMAT_CODES_H

#include "common/base/bytes.h"

enum code_list {
    CODES_DISPOSITION,   // what became of a contribution (response's body)
    CODES_RELATION,      // link's body
    CODES_CLAUSE_TYPE,   // clause's body; parent: the document it belongs to (policy, strategy, plan)
    CODES_SESSION_TYPE,  // session's body
    CODES_CHANNEL,       // context
    CODES_STATEMENT,     // context: kind of statement
    CODES_SCALE,         // context
    CODES_SUPPORT,       // context: support in the room
    CODES_SPEAKER,       // speaker: kind
    CODES_CONSENT_BASIS, // consent
    CODES_SCOPE,         // consent
    CODES_SENSITIVITY,   // contribution's body, in the order of its numbers
    CODES_RISK,          // context: risk flags
    CODES_REVOKE_REASON, // revoke's body
    CODES_ERASE_REASON,  // redaction's body
    CODES_CORRECT_REASON, // correction's body
    CODES_OPEN_REASON,   // opened's body
    CODES_INCIDENT,      // incident's body
    CODES_ATTEST_WAY,    // attest's body
    CODES_SEX,           // attendance's body, speaker
    CODES_AGE,           // attendance's body, speaker
    CODES_AUTHORITY,     // session's context: who of the authorities was present
    CODES_PRECISION,     // session's context: how precisely the place is named
    CODES_PHASE,         // session's context: what the forum is held for
    CODES_GROUP,         // starter codebook
    CODES_THEME,         // starter codebook; parent: the theme above
    CODES_LIST_COUNT,
};

enum language { LANG_EN, LANG_FR, LANG_PT, LANG_AR, LANG_COUNT };

struct code_row {
    const char *code;
    const char *parent; // NULL at the top
    const char *labels[LANG_COUNT];
};

// Returns the rows of a list and their count; static storage, in the order they are shown.
const struct code_row *codes_list(enum code_list list, size_t *count);

// Returns the row of code, or NULL when the list has none.
const struct code_row *codes_find(enum code_list list, struct slice code);

// Returns the list's name for --json and pages: "dispositions".
const char *codes_list_name(enum code_list list);

// Returns the interface language of a tag: "pt-MZ" is LANG_PT; anything unknown is English.
enum language language_of(struct slice tag);

#endif
