// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Sealed parts and protection key files from strangers: whatever has the form names its recipients, and nothing but
// what was sealed for a key, at its place, opens with it.
#include "tests/fuzz/fuzz.h"

#include "common/author/protect_key.h"
#include "common/format/sealed.h"

static struct boxkey pub[2];
static struct boxsec sec[2];
static const struct place place = { .seq = 7 };

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    CHECK(ident_init() == OK);
    for (size_t i = 0; i < 2; i++) {
        for (size_t k = 0; k < sizeof sec[i].b; k++) {
            sec[i].b[k] = (uint8_t)(0x40 + i);
        }
        pub[i] = box_public(&sec[i]);
    }
    return 0;
}

static void check_sealed(struct slice s)
{
    struct boxkey to[LIMIT_PROTECT_KEYS];
    const size_t n = sealed_recipients(s, to);
    struct buf out = buf_new(LIMIT_DISCLOSURE_BYTES);
    CHECK(sealed_ok(s) == (n > 0));
    CHECK(n == 0 || (n >= SEALED_FEWEST && n <= LIMIT_PROTECT_KEYS));
    for (size_t i = 0; i < 2; i++) {
        bool named = false;
        for (size_t k = 0; k < n; k++) {
            named = named || boxkey_equal(to[k], pub[i]);
        }
        const enum sealed_opening o = sealed_open(s, &place, false, SLICE_LITERAL("said"), pub[i], &sec[i], &out);
        CHECK((o == SEALED_NOT) == (n == 0));
        CHECK(n == 0 || (o == SEALED_OTHER_KEY) == !named);
        CHECK(o == SEALED_OPENED || out.n == 0);
    }
    buf_done(&out);
}

// What was put into the padded plaintext comes out again, whole.
static void check_roundtrip(struct slice content)
{
    struct buf part = buf_new(2 * LIMIT_DISCLOSURE_BYTES);
    struct buf out = buf_new(LIMIT_DISCLOSURE_BYTES);
    if (sealed_make(&place, SLICE_LITERAL("said"), content, pub, 2, &part)) {
        CHECK(sealed_open(buf_slice(&part), &place, false, SLICE_LITERAL("said"), pub[1], &sec[1], &out) ==
              SEALED_OPENED);
        CHECK(slice_equal(buf_slice(&out), content));
    }
    buf_done(&part);
    buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct slice whole = slice_of(data, n);
    struct slice name = { NULL, 0 };
    struct boxkey key;
    struct protect_key opened;
    check_sealed(whole);
    check_roundtrip(whole);
    if (protect_key_read_line(whole, &name, &key)) {
        CHECK(name.n > 0 && name.n <= LIMIT_CODE_BYTES);
    } else {
        CHECK(protect_key_open(whole, SLICE_LITERAL("guess"), &opened, NULL) == ERR_BAD_INPUT); // no line, no key file
    }
    return 0;
}
