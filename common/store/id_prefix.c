// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Short ids. It must never choose between two entries that both fit.
#include "common/store/id_prefix.h"

#include <string.h>

// The value of a hex digit, or 16.
static unsigned digit(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return (unsigned)c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (unsigned)c - 'a' + 10 : 16;
}

bool id_prefix_make(struct slice text, struct id_prefix *out)
{
    struct id_prefix p = { .n = text.n };
    if (text.n == 0 || text.n > 64) {
        return false;
    }
    for (size_t i = 0; i < text.n; i++) {
        unsigned v = digit(text.p[i]);
        if (v > 15) {
            return false;
        }
        p.digits[i / 2] = (uint8_t)(p.digits[i / 2] | (i % 2 == 0 ? v << 4 : v));
    }
    *out = p;
    return true;
}

struct id_prefix id_prefix_whole(struct hash id)
{
    struct id_prefix p = { .n = 64 };
    memcpy(p.digits, id.b, sizeof p.digits);
    return p;
}

void id_prefix_offer(struct id_prefix *p, const uint8_t id[static 32], uint64_t at)
{
    size_t whole = p->n / 2;
    if (memcmp(p->digits, id, whole) != 0 || (p->n % 2 == 1 && (id[whole] & 0xf0) != p->digits[whole])) {
        return;
    }
    p->several = p->any;
    if (!p->any) {
        p->found = at;
        p->any = true;
    }
}

bool id_prefix_done(const struct id_prefix *p)
{
    return p->several;
}

enum err id_prefix_result(const struct id_prefix *p, uint64_t *out)
{
    if (!p->any) {
        return ERR_NOT_FOUND;
    }
    *out = p->found;
    return p->several ? ERR_BUSY : OK;
}
