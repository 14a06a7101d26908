// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Text as bytes. Nothing here depends on a locale.
#include "common/base/text.h"

#include <string.h>

// Decodes one code point at s; returns its length in bytes, or 0 when it is not well formed (RFC 3629, 4).
static size_t decode(struct slice s, uint32_t *point)
{
    static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
    uint8_t first = s.p[0];
    size_t n = first < 0x80             ? 1
               : (first & 0xe0) == 0xc0 ? 2
               : (first & 0xf0) == 0xe0 ? 3
               : (first & 0xf8) == 0xf0 ? 4
                                        : 0;
    if (n == 0 || n > s.n) {
        return 0;
    }
    uint32_t v = n == 1 ? first : first & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((s.p[i] & 0xc0) != 0x80) {
            return 0;
        }
        v = v << 6 | (s.p[i] & 0x3fu);
    }
    if (v < least[n] || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff)) {
        return 0;
    }
    *point = v;
    return n;
}

bool text_utf8_ok(struct slice s)
{
    uint32_t point = 0;
    while (s.n > 0) {
        // Most text is mostly ASCII: eight bytes at once, while none has its high bit.
        uint64_t eight = 0;
        if (s.n >= sizeof eight) {
            memcpy(&eight, s.p, sizeof eight);
            if ((eight & 0x8080808080808080u) == 0) {
                s = slice_of(s.p + sizeof eight, s.n - sizeof eight);
                continue;
            }
        }
        size_t n = decode(s, &point);
        if (n == 0) {
            return false;
        }
        s = slice_of(s.p + n, s.n - n);
    }
    return true;
}

bool text_code_ok(struct slice s)
{
    if (s.n < 1 || s.n > 32) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        bool ok = letter || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
        if (!ok) {
            return false;
        }
    }
    return true;
}

bool text_take_line(struct slice *rest, struct slice *line)
{
    const uint8_t *end = rest->n == 0 ? NULL : memchr(rest->p, '\n', rest->n);
    if (end == NULL) {
        return false;
    }
    size_t n = (size_t)(end - rest->p);
    *line = slice_of(rest->p, n);
    *rest = slice_of(rest->p + n + 1, rest->n - n - 1);
    return true;
}

bool text_starts(struct slice s, const char *prefix, struct slice *after)
{
    size_t n = strlen(prefix);
    if (s.n < n || memcmp(s.p, prefix, n) != 0) {
        return false;
    }
    if (after != NULL) {
        *after = slice_of(s.p + n, s.n - n);
    }
    return true;
}

static bool harmful(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point <= 0x9f) || (point >= 0x202a && point <= 0x202e) ||
           (point >= 0x2066 && point <= 0x2069);
}

bool text_plain_ok(struct slice s)
{
    while (s.n > 0) {
        uint32_t point = 0;
        size_t n = decode(s, &point);
        if (n == 0 || harmful(point)) {
            return false;
        }
        s = slice_of(s.p + n, s.n - n);
    }
    return true;
}

void text_put_safe(struct buf *out, struct slice s, bool one_line)
{
    while (s.n > 0) {
        uint32_t point = 0;
        size_t n = decode(s, &point);
        bool blank = n > 0 && (point == '\n' || point == '\t' || point == '\r');
        if (blank) {
            buf_put_u8(out, one_line || point == '\r' ? ' ' : s.p[0]);
        } else if (n == 0 || harmful(point)) {
            buf_put_text(out, "\xef\xbf\xbd");
        } else {
            buf_put(out, slice_of(s.p, n));
        }
        n = n == 0 ? 1 : n;
        s = slice_of(s.p + n, s.n - n);
    }
}

size_t text_prefix_bytes(struct slice s, size_t characters)
{
    size_t at = 0;
    while (at < s.n && characters > 0) {
        at++;
        while (at < s.n && (s.p[at] & 0xc0) == 0x80) {
            at++;
        }
        characters--;
    }
    return at;
}
