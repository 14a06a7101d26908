// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Bytes as text: lower-case hex and padded base64 (RFC 4648), strict in both directions. Over libsodium.
#ifndef BARAZA_FORMAT_ARMOR_H
#define BARAZA_FORMAT_ARMOR_H

#include "common/base/bytes.h"

// Appends the text of data to out.
void armor_put_hex(struct buf *out, struct slice data);
void armor_put_base64(struct buf *out, struct slice data);

// Reads text into exactly n bytes at out. False, and out untouched, when text has another length, a character
// outside the alphabet, or (base64) spare bits that are not zero. Hex takes both cases.
MUST_USE bool armor_hex_fixed(struct slice text, void *out, size_t n);
MUST_USE bool armor_base64_fixed(struct slice text, void *out, size_t n);

// Reads base64 text of any length and appends the bytes to out (whose maximum bounds them). False, with out as it
// was, for text that is not canonical base64 or does not fit.
MUST_USE bool armor_base64(struct slice text, struct buf *out);

#endif
