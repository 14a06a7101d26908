// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The code on the slip of paper that a participant takes home (PROTOCOL 7.9): eight random symbols and one that checks
// them, in groups of three for reading aloud. It says nothing by itself; it is kept in the part `context` of the one
// contribution it belongs to.
#ifndef BARAZA_FORMAT_SLIP_H
#define BARAZA_FORMAT_SLIP_H

#include "common/base/bytes.h"
#include "common/base/why.h"

#define SLIP_RANDOM 5 // bytes that a code is made of
#define SLIP_TEXT 11  // "K7Q-42M-9XD"

struct slip {
    char text[SLIP_TEXT + 1];
};

// The code of these random bytes.
struct slip slip_make(const uint8_t random[static SLIP_RANDOM]);

// Reads a code as a person types it: either case, with or without dashes and spaces; O is taken for 0, I and L for 1,
// U for V. False, with why and *out untouched, when it is none: one wrong symbol, or two swapped, are always noticed.
MUST_USE bool slip_parse(struct slice typed, struct slip *out, struct why *why);

// True when both are the same code.
bool slip_equal(const struct slip *a, const struct slip *b);

#endif
