// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The secret of an invitation as words that are read out over a telephone (PROTOCOL 6.12): the rest of it, the letter,
// is no secret and goes another way. The words are as secret as the seed: never log them.
// Read first: common/format/invitation.h.
#ifndef BARAZA_FORMAT_WORDS_H
#define BARAZA_FORMAT_WORDS_H

#include "common/format/invitation.h"

#define WORDS_COUNT 18 // a byte each: the seed, and two to notice what was misheard

// The list, by byte.
extern const char *const words_list[256];

// Appends the words of inv, in lines of six.
void words_put(const struct invitation *inv, struct buf *out);

// Reads words into letter->seed: any case, anything but letters between them, of each at least its first four letters.
// False, with letter as it was, when they are not the words of this very letter; why names the word that is none.
MUST_USE bool words_take(struct slice text, struct invitation *letter, struct why *why);

#endif
