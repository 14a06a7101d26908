// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Read first: introduce.h.
#include "tools/baraza/introduce.h"

#include "common/format/armor.h"

#include <string.h>

#define CHECK_BYTES 4
#define HEX_KEY 64u
#define LINE (2 * HEX_KEY + 2 * CHECK_BYTES + 2)

static struct hash check_of(struct pubkey key, struct boxkey transport)
{
    struct sha256 h;
    sha256_init(&h);
    sha256_add(&h, SLICE_LITERAL("baraza/introduce/v1"));
    sha256_add(&h, SLICE_ARRAY(key.b));
    sha256_add(&h, SLICE_ARRAY(transport.b));
    return sha256_done(&h);
}

void introduce_put(struct pubkey key, struct boxkey transport, struct buf *out)
{
    const struct hash check = check_of(key, transport);
    armor_put_hex(out, SLICE_ARRAY(key.b));
    buf_put_u8(out, '-');
    armor_put_hex(out, SLICE_ARRAY(transport.b));
    buf_put_u8(out, '-');
    armor_put_hex(out, slice_of(check.b, CHECK_BYTES));
}

bool introduce_parse(struct slice text, struct pubkey *key, struct boxkey *transport)
{
    uint8_t room[LINE];
    uint8_t check[CHECK_BYTES];
    struct buf line = buf_over(room, sizeof room);
    struct pubkey k;
    struct boxkey t;
    for (size_t i = 0; i < text.n; i++) {
        if (strchr(" \t\r\n", text.p[i]) == NULL) {
            buf_put_u8(&line, text.p[i]);
        }
    }
    if (!buf_ok(&line) || line.n != LINE || room[HEX_KEY] != '-' || room[2 * HEX_KEY + 1] != '-' ||
        !armor_hex_fixed(slice_of(room, HEX_KEY), k.b, sizeof k.b) ||
        !armor_hex_fixed(slice_of(room + HEX_KEY + 1, HEX_KEY), t.b, sizeof t.b) ||
        !armor_hex_fixed(slice_of(room + 2 * HEX_KEY + 2, (size_t)2 * CHECK_BYTES), check, sizeof check)) {
        return false;
    }
    const struct hash wanted = check_of(k, t);
    if (memcmp(check, wanted.b, sizeof check) != 0) {
        return false;
    }
    *key = k;
    *transport = t;
    return true;
}
