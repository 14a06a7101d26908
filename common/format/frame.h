// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// An entry in its whole form with what is disclosed of it: [entry: bin, disclosure], as it travels down and in exports.
#ifndef BARAZA_FORMAT_FRAME_H
#define BARAZA_FORMAT_FRAME_H

#include "common/format/entry.h"

// Appends [entry, disclosure] to out.
void frame_entry_make(struct slice entry, const struct disclosure *d, struct buf *out);

// Reads it: form only (no signature, no commitment is checked); slices borrow s. Salts under a seed are derived.
// GOOD, with e parsed and d of as many parts as e has; NOT_CANONICAL, TOO_LARGE. Outputs untouched unless GOOD.
MUST_USE enum verdict frame_entry_parse(struct slice s, struct entry *e, struct disclosure *d);

#endif
