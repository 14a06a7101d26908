// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Unicode normalisation form C, for text that was typed; imported text keeps its bytes. And the folding under which
// words are searched, which is never stored. The one door to utf8proc.
#ifndef BARAZA_FORMAT_NFC_H
#define BARAZA_FORMAT_NFC_H

#include "common/base/bytes.h"

// Appends text in NFC (Unicode Standard Annex 15). False, with out as it was, when text is not valid UTF-8 or does not
// fit.
MUST_USE bool text_nfc(struct slice text, struct buf *out);

// True when text is valid UTF-8 and already in NFC.
MUST_USE bool text_is_nfc(struct slice text);

// Appends text as a search compares it: without case, accents, vowel marks and tatweel, compatible forms as one, alef
// maqsura as ya, ta marbuta as ha; so that who types "eau" finds "Eàu", and who leaves out hamza or vowels finds the
// word all the same (Unicode Standard Annex 15, NFKC_Casefold without marks). False, with out as it was, when text is
// not valid UTF-8 or does not fit.
MUST_USE bool text_fold(struct slice text, struct buf *out);

#endif
