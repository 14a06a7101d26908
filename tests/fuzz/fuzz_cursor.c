// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The cursor against msgpack-c: what the cursor accepts, msgpack-c consumes to the last byte and packs again to the
// same bytes, and so do we (PROTOCOL 2.4). And whatever is asked of a cursor, in whatever order, stays in its bounds.
#include "tests/fuzz/fuzz.h"

#include "common/format/pack.h"

#include <msgpack.h>

static int append(void *out, const char *bytes, size_t n)
{
    buf_put(out, slice_of(bytes, n));
    return 0;
}

static void check_oracle(struct slice s)
{
    msgpack_zone zone;
    msgpack_object object;
    msgpack_packer packer;
    size_t offset = 0;
    struct buf again = buf_new(s.n);
    CHECK(msgpack_zone_init(&zone, 4096));
    CHECK(msgpack_unpack((const char *)s.p, s.n, &offset, &zone, &object) == MSGPACK_UNPACK_SUCCESS);
    CHECK(offset == s.n);
    msgpack_packer_init(&packer, &again, append);
    CHECK(msgpack_pack_object(&packer, object) == 0);
    CHECK(buf_ok(&again));
    CHECK(slice_equal(buf_slice(&again), s));
    msgpack_zone_destroy(&zone);
    buf_done(&again);
}

// Reads value by value as the callers do, writing each again.
static void check_rewriting(struct slice s)
{
    struct buf again = buf_new(s.n);
    struct cursor c = cursor_new(s, true);
    for (enum cursor_type type = cursor_peek(&c); type != CURSOR_END; type = cursor_peek(&c)) {
        CHECK(cursor_ok(&c));
        switch (type) {
        case CURSOR_UINT:
            pack_uint(&again, cursor_uint(&c));
            break;
        case CURSOR_STR:
            pack_str(&again, cursor_str(&c));
            break;
        case CURSOR_BIN:
            pack_bin(&again, cursor_bin(&c));
            break;
        case CURSOR_BOOL:
            pack_bool(&again, cursor_bool(&c));
            break;
        case CURSOR_ARRAY:
            pack_array(&again, cursor_array(&c, SIZE_MAX));
            break;
        case CURSOR_MAP:
            pack_map(&again, cursor_map(&c, SIZE_MAX));
            break;
        case CURSOR_END:
        case CURSOR_BAD:
            CHECK(false);
        }
    }
    CHECK(cursor_done(&c));
    CHECK(slice_equal(buf_slice(&again), s));
    buf_done(&again);
}

// Lets the first bytes of the input choose what is asked, of a cursor over the rest.
static void ask_anything(struct slice s)
{
    size_t asked = s.n / 4 < 32 ? s.n / 4 : 32;
    struct slice message = slice_of(s.p + asked, s.n - asked);
    struct cursor c = cursor_new(message, asked % 2 == 0);
    for (size_t i = 0; i < asked; i++) {
        uint8_t fixed[32];
        bool was_bad = !cursor_ok(&c);
        size_t count = 0;
        struct slice piece = { NULL, 0 };
        switch (s.p[i] % 8) {
        case 0:
            (void)cursor_uint(&c);
            break;
        case 1:
            piece = cursor_str(&c);
            break;
        case 2:
            piece = cursor_bin(&c);
            break;
        case 3:
            (void)cursor_bool(&c);
            break;
        case 4:
            count = cursor_array(&c, 1000);
            break;
        case 5:
            count = cursor_map(&c, 1000);
            break;
        case 6:
            piece = cursor_value(&c);
            break;
        default:
            cursor_bin_fixed(&c, fixed, sizeof fixed);
            break;
        }
        CHECK(lies_within(piece, message));
        CHECK(lies_within(c.rest, message));
        CHECK(count <= c.rest.n);
        CHECK(!was_bad || !cursor_ok(&c));
        CHECK(cursor_ok(&c) || (piece.n == 0 && count == 0));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct slice s = slice_of(data, n);
    bool contents = pack_canonical(s, true);
    bool plain = pack_canonical(s, false);
    CHECK(contents || !plain);
    if (contents) {
        check_oracle(s);
        check_rewriting(s);
    }
    ask_anything(s);
    return 0;
}
