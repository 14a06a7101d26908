// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What parts say, the lists of codes, and text in its normal form.
#include "common/base/text.h"
#include "common/format/codes.h"
#include "common/format/content.h"
#include "common/format/nfc.h"

#include "tests/unit/shared.h"

Test(content, fields_added_in_any_order_come_back_by_name)
{
    struct content c = { 0 };
    struct content back;
    struct buf b = buf_new(4096);
    struct buf list = buf_new(256);
    const struct slice themes[] = { SLICE_LITERAL("crime"), SLICE_LITERAL("borders") };
    content_make_list(themes, 2, &list);
    content_add_text(&c, "text", SLICE_LITERAL("Le pont est tombé."));
    content_add_uint(&c, "guide", 300);
    content_add_value(&c, "themes", buf_slice(&list));
    content_add_bool(&c, "minor", true);
    content_add_text(&c, "ask", SLICE_LITERAL(""));
    content_add_bin(&c, "hash", SLICE_LITERAL("\x00\x01"));
    content_make(&c, &b);
    cr_assert(pack_canonical(buf_slice(&b), true));
    cr_assert(content_parse(buf_slice(&b), &back));
    cr_assert_eq(back.count, 6);
    cr_assert(slice_equal(back.fields[0].key, SLICE_LITERAL("ask")));
    cr_assert(slice_equal(content_text(&back, "text"), SLICE_LITERAL("Le pont est tombé.")));
    cr_assert_eq(content_uint(&back, "guide"), 300);
    cr_assert(content_bool(&back, "minor"));
    cr_assert(slice_equal(content_text(&back, "hash"), SLICE_LITERAL("\x00\x01")));
    cr_assert(content_find(&back, "ask") != NULL);
    cr_assert(content_find(&back, "summary") == NULL);
    cr_assert_eq(content_uint(&back, "text"), 0);
    struct slice read[2];
    cr_assert_eq(content_list(content_value(&back, "themes"), read, 2), 2);
    cr_assert(slice_equal(read[1], themes[1]));
    cr_assert_eq(content_list(content_value(&back, "themes"), read, 1), 0);
    cr_assert_eq(content_list(content_value(&back, "text"), read, 2), 0);
    buf_done(&b);
    buf_done(&list);
}

Test(content, imported_bytes_stay_what_they_were)
{
    struct content c = { 0 };
    struct content back;
    struct buf b = buf_new(256);
    content_add_text(&c, "text", SLICE_LITERAL("caf\xe9"));
    content_make(&c, &b);
    cr_assert(content_parse(buf_slice(&b), &back));
    cr_assert_eq(content_find(&back, "text")->type, CURSOR_BIN);
    cr_assert(slice_equal(content_text(&back, "text"), SLICE_LITERAL("caf\xe9")));
    buf_done(&b);
}

Test(content, a_dummy_has_no_fields_and_another_form_is_refused)
{
    static const char *const bad[] = { "90", "82a16105a16106", "82a16205a16105", "81a161", "8105", "80 00" };
    struct content c;
    cr_assert(content_parse(slice_of(NULL, 0), &c));
    cr_assert_eq(c.count, 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct buf b = hex_buf(bad[i]);
        cr_assert(!content_parse(buf_slice(&b), &c), "%s", bad[i]);
        buf_done(&b);
    }
}

Test(codes, every_list_has_codes_once_with_labels_in_every_language_and_parents_that_exist)
{
    for (enum code_list list = CODES_DISPOSITION; list < CODES_LIST_COUNT; list++) {
        size_t n = 0;
        const struct code_row *rows = codes_list(list, &n);
        cr_assert(n >= 2);
        for (size_t i = 0; i < n; i++) {
            cr_assert(text_code_ok(slice_text(rows[i].code)), "%s", rows[i].code);
            cr_assert_eq(codes_find(list, slice_text(rows[i].code)), &rows[i], "%s twice", rows[i].code);
            for (enum language l = LANG_EN; l < LANG_COUNT; l++) {
                cr_assert(rows[i].labels[l][0] != '\0');
                cr_assert(text_is_nfc(slice_text(rows[i].labels[l])), "%s", rows[i].code);
            }
            if (list == CODES_THEME && rows[i].parent != NULL) {
                const struct code_row *parent = codes_find(list, slice_text(rows[i].parent));
                cr_assert(parent != NULL);
                cr_assert(parent < &rows[i]);
            }
        }
        cr_assert(codes_list_name(list)[0] != '\0');
        cr_assert(codes_find(list, SLICE_LITERAL("no-such-code")) == NULL);
    }
}

Test(codes, dispositions_are_the_nine_with_their_names)
{
    size_t n = 0;
    (void)codes_list(CODES_DISPOSITION, &n);
    const struct code_row *row = codes_find(CODES_DISPOSITION, SLICE_LITERAL("not-accepted"));
    cr_assert_eq(n, 9);
    cr_assert_str_eq(row->labels[LANG_FR], "non retenu");
    cr_assert_str_eq(row->labels[LANG_PT], "não acolhido");
    cr_assert_str_eq(row->labels[LANG_AR], "غير مأخوذ به");
}

Test(codes, a_language_tag_leads_to_an_interface_language)
{
    static const struct {
        const char *tag;
        enum language language;
    } rows[] = { { "fr", LANG_FR }, { "fr-CF", LANG_FR }, { "pt_MZ", LANG_PT }, { "ar-LY", LANG_AR },
                 { "en-LR", LANG_EN }, { "kpe-LR", LANG_EN }, { "", LANG_EN }, { "frr", LANG_EN } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_assert_eq(language_of(slice_text(rows[i].tag)), rows[i].language, "%s", rows[i].tag);
    }
}

Test(nfc, typed_text_is_composed_and_nothing_else_is_changed)
{
    static const struct {
        const char *in;
        const char *out;
    } rows[] = {
        { "", "" },
        { "plain text\n", "plain text\n" },
        { "e\xcc\x81", "\xc3\xa9" },                                 // e with acute
        { "\xc3\xa9", "\xc3\xa9" },
        { "\xe2\x84\xab", "\xc3\x85" },                              // angstrom sign
        { "q\xcc\x87\xcc\xa3", "q\xcc\xa3\xcc\x87" },                // marks in their order
        { "\xd8\xa7\xd9\x93", "\xd8\xa2" },                          // alef and madda
        { "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "\xed\x95\x9c" },  // Hangul
        { "\xef\xac\x81", "\xef\xac\x81" },                          // a ligature stays: that is NFKC's business
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf b = buf_new(64);
        cr_assert(text_nfc(slice_text(rows[i].in), &b));
        cr_assert(slice_equal(buf_slice(&b), slice_text(rows[i].out)), "row %zu", i);
        cr_assert_eq(text_is_nfc(slice_text(rows[i].in)), slice_equal(slice_text(rows[i].in), slice_text(rows[i].out)));
        buf_done(&b);
    }
    struct buf b = buf_new(4);
    cr_assert(!text_nfc(SLICE_LITERAL("\xff"), &b));
    cr_assert(!text_nfc(SLICE_LITERAL("h\xc3\xa9\xc3\xa9"), &b));
    cr_assert_eq(b.n, 0);
    buf_done(&b);
}
