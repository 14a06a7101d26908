// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The code on a slip, and its check symbol. Read first: slip.h.
#include "common/format/slip.h"

#include "common/base/fault.h"

#include <string.h>

#define DATA_SYMBOLS 8
#define SYMBOLS (DATA_SYMBOLS + 1)
#define GROUP 3
#define SYMBOL_BITS 5

// Without I, L, O and U, which are taken for 1, 0 and V in handwriting (Crockford's base 32).
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

// The check is over the field of 32 elements, x^5 + x^2 + 1, in which x has order 31: each place has a weight of its
// own, so that a wrong symbol, and any two that changed places, give another sum.
static unsigned times_x(unsigned v)
{
    return (v & 16u) != 0 ? ((v << 1) ^ 0x25u) : v << 1;
}

static unsigned check_of(const unsigned data[static DATA_SYMBOLS])
{
    unsigned sum = 1; // so that nothing but zeros is no code
    for (size_t i = 0; i < DATA_SYMBOLS; i++) {
        sum = times_x(sum) ^ data[i];
    }
    return FAULT(SLIP_UNCHECKED) ? 0 : times_x(sum);
}

static struct slip put(const unsigned data[static DATA_SYMBOLS])
{
    struct slip s;
    size_t n = 0;
    for (size_t i = 0; i < SYMBOLS; i++) {
        if (i > 0 && i % GROUP == 0) {
            s.text[n++] = '-';
        }
        s.text[n++] = alphabet[i < DATA_SYMBOLS ? data[i] : check_of(data)];
    }
    s.text[n] = '\0';
    CHECK(n == SLIP_TEXT);
    return s;
}

struct slip slip_make(const uint8_t random[static SLIP_RANDOM])
{
    uint64_t bits = 0;
    unsigned data[DATA_SYMBOLS];
    for (size_t i = 0; i < SLIP_RANDOM; i++) {
        bits = bits << 8 | random[i];
    }
    for (size_t i = DATA_SYMBOLS; i-- > 0;) {
        data[i] = (unsigned)(bits & 31u);
        bits >>= SYMBOL_BITS;
    }
    return put(data);
}

// The value of a symbol as it was typed; false when it is none.
static bool value_of(uint8_t typed, unsigned *out)
{
    const char upper = (char)(typed >= 'a' && typed <= 'z' ? typed - 'a' + 'A' : typed);
    const char meant = (char)(upper == 'O' ? '0' : upper == 'I' || upper == 'L' ? '1' : upper == 'U' ? 'V' : upper);
    const char *at = meant == '\0' ? NULL : strchr(alphabet, meant);
    *out = at == NULL ? 0 : (unsigned)(at - alphabet);
    return at != NULL;
}

bool slip_parse(struct slice typed, struct slip *out, struct why *why)
{
    unsigned values[SYMBOLS];
    size_t n = 0;
    for (size_t i = 0; i < typed.n; i++) {
        if (typed.p[i] == '-' || typed.p[i] == ' ') {
            continue;
        }
        if (n == SYMBOLS || !value_of(typed.p[i], &values[n])) {
            n = 0;
            break;
        }
        n++;
    }
    if (n != SYMBOLS) {
        why_set(why, "that is no code of a slip: it has nine letters and digits, like K7Q-42M-9XD");
        return false;
    }
    if (check_of(values) != values[DATA_SYMBOLS]) {
        why_set(why, "that is no code of a slip: a letter or digit in it is wrong, or two have changed places; read it "
                     "again");
        return false;
    }
    *out = put(values);
    return true;
}

bool slip_equal(const struct slip *a, const struct slip *b)
{
    return memcmp(a->text, b->text, SLIP_TEXT) == 0;
}
