// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Checked arithmetic for numbers that come from outside, and decimal numbers as text.
#ifndef BARAZA_BASE_NUM_H
#define BARAZA_BASE_NUM_H

#include "common/base/bytes.h"

// *out = a + b; false, and *out untouched, when it does not fit.
MUST_USE static inline bool num_add(uint64_t a, uint64_t b, uint64_t *out)
{
    uint64_t r = 0;
    if (__builtin_add_overflow(a, b, &r)) {
        return false;
    }
    *out = r;
    return true;
}

// *out = a * b; false, and *out untouched, when it does not fit.
// *out = a * b; false, and *out untouched, when it does not fit.
MUST_USE static inline bool num_mul(uint64_t a, uint64_t b, uint64_t *out)
{
    uint64_t r = 0;
    if (__builtin_mul_overflow(a, b, &r)) {
        return false;
    }
    *out = r;
    return true;
}

// Reads s as a decimal number with no sign, no space and no leading zero (but "0" itself) into *out.
// False, and *out untouched, for anything else and for what does not fit 64 bits.
MUST_USE bool num_parse_u64(struct slice s, uint64_t *out);

#endif
