// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Bytes as text. libsodium's decoders refuse spare bits and wrong padding; what they do not refuse is refused here.
#include "common/format/armor.h"

#include <sodium.h>
#include <string.h>

void armor_put_hex(struct buf *out, struct slice data)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t *p = buf_room(out, data.n * 2);
    for (size_t i = 0; p != NULL && i < data.n; i++) {
        p[2 * i] = (uint8_t)digits[data.p[i] >> 4];
        p[2 * i + 1] = (uint8_t)digits[data.p[i] & 15];
    }
}

void armor_put_base64(struct buf *out, struct slice data)
{
    // libsodium writes a NUL behind the text, for which out need not have room: so in pieces, over the stack.
    char text[4 * 64 + 1];
    const size_t piece = 3 * 64;
    while (data.n > 0) {
        size_t n = data.n < piece ? data.n : piece;
        sodium_bin2base64(text, sizeof text, data.p, n, sodium_base64_VARIANT_ORIGINAL);
        buf_put_text(out, text);
        data = slice_of(data.p + n, data.n - n);
    }
}

static bool base64_into(struct slice text, uint8_t *out, size_t room, size_t *length)
{
    const char *end = NULL;
    // libsodium 1.0.18 takes some bytes above 127 for digits, where char is signed.
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] >= 0x80) {
            return false;
        }
    }
    return sodium_base642bin(out, room, (const char *)text.p, text.n, NULL, length, &end,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           end == (const char *)text.p + text.n;
}

bool armor_hex_fixed(struct slice text, void *out, size_t n)
{
    uint8_t small[128];
    size_t length = 0;
    const char *end = NULL;
    if (n > sizeof small || text.n != n * 2) {
        return false;
    }
    if (sodium_hex2bin(small, n, (const char *)text.p, text.n, NULL, &length, &end) != 0 || length != n ||
        end != (const char *)text.p + text.n) {
        return false;
    }
    memcpy(out, small, n);
    return true;
}

bool armor_base64_fixed(struct slice text, void *out, size_t n)
{
    uint8_t small[128];
    size_t length = 0;
    if (n > sizeof small || text.n != (n + 2) / 3 * 4 || !base64_into(text, small, sizeof small, &length) ||
        length != n) {
        return false;
    }
    memcpy(out, small, n);
    return true;
}

bool armor_base64(struct slice text, struct buf *out)
{
    size_t before = out->n;
    size_t length = 0;
    if (text.n == 0) {
        return true;
    }
    if (text.n % 4 != 0) {
        return false;
    }
    size_t padding = text.p[text.n - 1] != '=' ? 0 : text.p[text.n - 2] != '=' ? 1 : 2;
    size_t room = text.n / 4 * 3 - padding;
    if (room > out->max - before) {
        return false;
    }
    uint8_t *p = buf_room(out, room);
    if (p == NULL || !base64_into(text, p, room, &length)) {
        out->n = before;
        return false;
    }
    out->n = before + length;
    return true;
}
