// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Whole sentences for participants, on paper and when they ask with a slip, in the four interface languages.
// It is data. A sentence is never put together from parts of sentences.
#ifndef BARAZA_NODE_DESK_SLIP_WORDS_H
#define BARAZA_NODE_DESK_SLIP_WORDS_H

#include "common/format/codes.h"

enum slip_words {
    SLIP_WAITING,    // what became of it, for `baraza slip`
    SLIP_RECEIVED,
    SLIP_CONFIRMED,
    SLIP_REFUSED,
    SLIP_LOST,
    SLIP_NO_EFFECT,
    SLIP_UNANSWERED,
    SLIP_ANSWER,     // before the disposition
    SLIP_REFERRED,   // before to whom
    SLIP_WITHDRAWN,
    SLIP_WITHDRAWN_FOR, // before the uses
    SLIP_ERASED,
    SLIP_HEARD,      // on the slip itself
    SLIP_ASK,
    SLIP_ASK_AT,     // where a place is named below
    SLIP_KEEP,
    SLIP_WORDS,
};

// Returns the sentence; static storage.
const char *slip_words(enum slip_words w, enum language l);

#endif
