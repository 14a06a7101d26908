// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The fields of a draft, as a page keeps them, read as what a note-taker gave. They were written by a program that runs
// in a browser, so each is checked for its kind; names that are not known are passed over.
// Read first: contribute.h, docs/STORAGE.md "Drafts".
#ifndef BARAZA_NODE_DESK_GIVEN_H
#define BARAZA_NODE_DESK_GIVEN_H

#include "common/format/content.h"
#include "node/desk/contribute.h"

// Reads a canonical map: text, lang, summary, ask, kind, channel, question, scale, support, table, speaker, sex, age,
// displaced, disability, basis, identity, written_by, slip_code, sensitivity: texts (an empty one: not given); groups,
// themes, flags, scopes (an empty list: consent was refused), seal_to: lists of texts; hands: [for, of]; form: number;
// no_words: truth. Borrows fields. A trouble (draft-wrong, codes-many, code-unknown) otherwise.
MUST_USE enum err given_read(struct slice fields, struct given *out, struct trouble *trouble);

// What a draft with so many attachments still needs before it can be signed, as words for a catalogue: groups, text,
// consent, stop, words, hands; fields: it cannot be read. Returns how many; static storage.
size_t given_needs(struct slice fields, size_t attachments, const char *out[static CONTRIBUTE_NEEDS]);

#endif
