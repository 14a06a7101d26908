// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The strict cursor and the packer: what they agree on, and all that the cursor refuses.
#include "common/format/pack.h"

#include "tests/unit/shared.h"

static bool hex_canonical(const char *hex, bool contents)
{
    struct buf b = hex_buf(hex);
    bool ok = pack_canonical(buf_slice(&b), contents);
    buf_done(&b);
    return ok;
}

Test(pack, numbers_have_their_shortest_form_and_come_back)
{
    static const struct {
        uint64_t v;
        size_t n;
    } rows[] = {
        { 0, 1 },          { 0x7f, 1 },        { 0x80, 2 },       { 0xff, 2 },       { 0x100, 3 },
        { 0xffff, 3 },     { 0x10000, 5 },     { 0xffffffff, 5 }, { 0x100000000, 9 }, { UINT64_MAX, 9 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf b = buf_new(64);
        pack_uint(&b, rows[i].v);
        cr_assert_eq(b.n, rows[i].n);
        struct cursor c = cursor_new(buf_slice(&b), false);
        cr_assert_eq(cursor_peek(&c), CURSOR_UINT);
        cr_assert_eq(cursor_uint(&c), rows[i].v);
        cr_assert_eq(cursor_peek(&c), CURSOR_END);
        cr_assert(cursor_done(&c));
        buf_done(&b);
    }
}

Test(pack, lengths_and_counts_have_their_shortest_form_and_come_back)
{
    static const size_t sizes[] = { 0, 1, 15, 16, 31, 32, 255, 256, 65535, 65536 };
    static uint8_t bytes[65536];
    memset(bytes, 'a', sizeof bytes);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct slice s = slice_of(bytes, sizes[i]);
        struct buf b = buf_new(1 << 20);
        pack_array(&b, 3);
        pack_str(&b, s);
        pack_bin(&b, s);
        pack_array(&b, sizes[i]);
        for (size_t k = 0; k < sizes[i]; k++) {
            pack_uint(&b, k & 0x7f);
        }
        struct cursor c = cursor_new(buf_slice(&b), false);
        cursor_array_of(&c, 3);
        cr_assert(slice_equal(cursor_str(&c), s));
        cr_assert(slice_equal(cursor_bin(&c), s));
        cr_assert_eq(cursor_array(&c, sizes[i]), sizes[i]);
        for (size_t k = 0; k < sizes[i]; k++) {
            cr_assert(!cursor_done(&c));
            cr_assert_eq(cursor_uint(&c), k & 0x7f);
        }
        cr_assert(cursor_done(&c));
        cr_assert(pack_canonical(buf_slice(&b), false));
        buf_done(&b);
    }
}

Test(pack, maps_and_booleans_are_for_part_contents_only)
{
    struct buf b = buf_new(256);
    pack_map(&b, 3);
    pack_text(&b, "a");
    pack_bool(&b, true);
    pack_text(&b, "aa");
    pack_map(&b, 0);
    pack_text(&b, "b");
    pack_array(&b, 1);
    pack_bool(&b, false);
    struct cursor c = cursor_new(buf_slice(&b), true);
    cr_assert_eq(cursor_map(&c, 8), 3);
    cr_assert(slice_equal(cursor_str(&c), slice_text("a")));
    cr_assert(cursor_bool(&c));
    cr_assert(slice_equal(cursor_str(&c), slice_text("aa")));
    cr_assert_eq(cursor_map(&c, 8), 0);
    cr_assert(slice_equal(cursor_str(&c), slice_text("b")));
    cursor_array_of(&c, 1);
    cr_assert_not(cursor_bool(&c));
    cr_assert(cursor_done(&c));
    cr_assert(pack_canonical(buf_slice(&b), true));
    cr_assert_not(pack_canonical(buf_slice(&b), false));
    c = cursor_new(buf_slice(&b), false);
    cr_assert_eq(cursor_peek(&c), CURSOR_BAD);
    cr_assert_eq(cursor_map(&c, 8), 0);
    cr_assert_not(cursor_ok(&c));
    buf_done(&b);
}

Test(pack, every_other_form_is_refused)
{
    static const char *const bad[] = {
        "",                       // nothing
        "00 00",                  // bytes after the value
        "cc 7f", "cd 00ff", "ce 0000ffff", "cf 00000000ffffffff", // numbers that have a shorter form
        "cc", "cd 01", "cf 00000001000000", // cut numbers
        "c0", "c1", "c7 00 01", "c8 0000 01", "c9 00000000 01", "d4 01 00", "d8 01 00", // nil, never used, ext
        "ca 3f800000", "cb 3ff0000000000000", // floats
        "d0 00", "d1 0000", "d2 00000000", "d3 0000000000000000", "ff", "e0", // signed
        "d9 1f 61616161616161616161616161616161616161616161616161616161616161", // str8 of 31
        "d9 00", "da 0001 61", "db 00000001 61", "c5 0001 61", "c6 00000001 61",
        "a1", "a2 61", "c4 01", "c4 ff 00", // more claimed than there is
        "dc 0001 00", "dd 00000001 00", "91", "92 00", "dd ff000000", "df ffffffff", "de ffff",
        "a1 80", "a2 c0af", "a3 eda080", "a4 f4908080", "a1 c3", // not UTF-8
        "81 00 00", "81 a161", "82 a161 00 a161 00", "82 a162 00 a161 00", "82 a16161 00 a161 00", "80 80",
        "81 c401 61 00",          // a key that is not str
        "91 91 91 91 91 91 91 00", "91 91 91 91 91 91 90", // seven deep
        "de 0001 a161 00", "df 00000001 a161 00",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_assert_not(hex_canonical(bad[i], true), "%s", bad[i]);
        cr_assert_not(hex_canonical(bad[i], false), "%s", bad[i]);
    }
    cr_assert(hex_canonical("91 91 91 91 91 91 00", false));
    cr_assert(hex_canonical("96 90 80 a0 c400 c2 c3", true));
    cr_assert(hex_canonical("82 a0 00 a161 00", true));
}

Test(pack, a_cursor_poisons_itself_at_the_first_fault)
{
    struct buf b = hex_buf("93 01 a161 c401ff");
    struct cursor c = cursor_new(buf_slice(&b), false);
    uint8_t fixed[4] = { 1, 2, 3, 4 };
    cursor_array_of(&c, 3);
    cr_assert_eq(cursor_uint(&c), 1);
    cr_assert_eq(cursor_bin(&c).n, 0); // a str stands there
    cr_assert_not(cursor_ok(&c));
    cr_assert_eq(cursor_str(&c).n, 0);
    cr_assert_eq(cursor_uint(&c), 0);
    cr_assert_eq(cursor_array(&c, 9), 0);
    cr_assert_eq(cursor_value(&c).n, 0);
    cursor_bin_fixed(&c, fixed, sizeof fixed);
    cr_assert_eq(be32_get(fixed), 0);
    cr_assert_eq(cursor_peek(&c), CURSOR_BAD);
    cr_assert_not(cursor_done(&c));

    c = cursor_new(buf_slice(&b), false);
    cr_assert_eq(cursor_array(&c, 2), 0); // one more than allowed
    cr_assert_not(cursor_ok(&c));

    c = cursor_new(buf_slice(&b), false);
    cursor_array_of(&c, 3);
    cursor_uint(&c);
    cursor_str(&c);
    cr_assert_not(cursor_done(&c)); // one value of the array is still to come
    cursor_bin_fixed(&c, fixed, 1);
    cr_assert_eq(fixed[0], 0xff);
    cr_assert(cursor_done(&c));
    cr_assert_eq(cursor_uint(&c), 0); // nothing is left to read
    cr_assert_not(cursor_done(&c));
    c = cursor_new(buf_slice(&b), false);
    cursor_fail(&c);
    cr_assert_not(cursor_ok(&c));
    buf_done(&b);
}

Test(pack, a_whole_value_comes_out_as_its_bytes)
{
    struct buf b = hex_buf("94 92 01 91 a161 90 c402 0102 05");
    struct cursor c = cursor_new(buf_slice(&b), false);
    cursor_array_of(&c, 4);
    struct slice nested = cursor_value(&c);
    cr_assert_eq(nested.n, 5);
    cr_assert_eq(nested.p[0], 0x92);
    cr_assert_eq(cursor_value(&c).n, 1);
    cr_assert_eq(cursor_value(&c).n, 4);
    cr_assert_eq(cursor_uint(&c), 5);
    cr_assert(cursor_done(&c));
    buf_done(&b);
}

// True when the first byte of a form is of an allowed kind: not nil, ext, a float, or signed.
static bool kind_allowed(const char *hex)
{
    struct buf bytes = hex_buf(hex);
    uint8_t first = bytes.p[0];
    buf_done(&bytes);
    return first < 0xe0 && first != 0xc0 && !(first >= 0xc7 && first <= 0xcb) && !(first >= 0xd0 && first <= 0xd8);
}

Test(pack, of_each_published_value_only_the_shortest_allowed_form_passes)
{
    json_t *document = shared_json("vectors/msgpack/msgpack-test-suite.json");
    const char *name;
    json_t *group;
    json_t *row;
    json_t *form;
    size_t i;
    size_t k;
    size_t passed = 0;
    json_object_foreach(document, name, group) {
        json_array_foreach(group, i, row) {
            json_t *forms = json_object_get(row, "msgpack");
            size_t shortest = SIZE_MAX;
            json_array_foreach(forms, k, form) {
                const char *hex = json_string_value(form);
                shortest = kind_allowed(hex) && strlen(hex) < shortest ? strlen(hex) : shortest;
            }
            json_array_foreach(forms, k, form) {
                const char *hex = json_string_value(form);
                bool expected = kind_allowed(hex) && strlen(hex) == shortest;
                cr_assert_eq(hex_canonical(hex, true), expected, "%s row %zu: %s", name, i, hex);
                passed += expected ? 1 : 0;
            }
        }
    }
    cr_assert_eq(passed, 44); // so many of its 85 values are of a kind we allow
    json_decref(document);
}
