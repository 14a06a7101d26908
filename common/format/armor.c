// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Bytes as text. libsodium's decoders refuse spare bits and wrong padding.
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
    size_t n = sodium_base64_encoded_len(data.n, sodium_base64_VARIANT_ORIGINAL);
    // libsodium writes a NUL behind the text: room for it is taken and given back.
    uint8_t *p = buf_room(out, n);
    if (p != NULL) {
        sodium_bin2base64((char *)p, n, data.p, data.n, sodium_base64_VARIANT_ORIGINAL);
        out->n -= 1;
    }
}

static bool base64_into(struct slice text, uint8_t *out, size_t room, size_t *length)
{
    const char *end = NULL;
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
