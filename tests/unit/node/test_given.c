// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Fields of drafts, as a page kept them: read for what they are, or said to be wrong.
#include "node/desk/given.h"

#include <criterion/criterion.h>
#include <string.h>

static struct slice list_of(struct buf *room, const char *const *codes, size_t n)
{
    struct slice texts[32];
    const size_t from = room->n;
    for (size_t i = 0; i < n; i++) {
        texts[i] = slice_text(codes[i]);
    }
    content_make_list(texts, n, room);
    return slice_of(room->p + from, room->n - from);
}

static struct slice hands_of(struct buf *room, uint64_t up, uint64_t all)
{
    const size_t from = room->n;
    pack_array(room, 2);
    pack_uint(room, up);
    pack_uint(room, all);
    return slice_of(room->p + from, room->n - from);
}

Test(given, what_a_page_kept_is_what_a_note_taker_gave)
{
    struct buf room = buf_new(4096);
    struct buf map = buf_new(4096);
    struct content c = { .count = 0 };
    struct given g;
    struct trouble trouble = { .err = OK };
    const char *const groups[] = { "women", "youth" };
    struct buf more = buf_new(4096);
    content_add_text(&c, "text", SLICE_LITERAL("They took the land."));
    content_add_text(&c, "question", SLICE_LITERAL(""));
    content_add_value(&c, "groups", list_of(&room, groups, 2));
    content_add_value(&c, "hands", hands_of(&more, 34, 50));
    content_add_text(&c, "sensitivity", SLICE_LITERAL("sealed"));
    content_add_text(&c, "identity", SLICE_LITERAL("Acacia, at the mill"));
    content_add_uint(&c, "form", 7);
    content_add_text(&c, "slip_code", SLICE_LITERAL("K7Q-42M-9XD"));
    content_add_bool(&c, "typing", true); // somebody else's
    content_make(&c, &map);
    cr_assert_eq(given_read(buf_slice(&map), &g, &trouble), OK, "%s", trouble.why.text);
    cr_expect(slice_equal(g.c.text, SLICE_LITERAL("They took the land.")));
    cr_expect_eq(g.c.question.n, 0);
    cr_expect_eq(g.c.groups.n, 2);
    cr_expect(slice_equal(g.c.groups.codes[1], SLICE_LITERAL("youth")));
    cr_expect_eq(g.c.hands_for, 34);
    cr_expect_eq(g.c.hands_of, 50);
    cr_expect(g.guarded && g.c.sensitivity == SENSITIVITY_SEALED && g.identified);
    cr_expect_eq(g.c.form, 7);
    cr_expect(slice_equal(g.slip, SLICE_LITERAL("K7Q-42M-9XD")));
    cr_expect_not(g.refused);
    buf_done(&room);
    buf_done(&more);
    buf_done(&map);
}

Test(given, a_field_of_another_kind_is_named_and_nothing_is_taken)
{
    const char *const many[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q" };
    const char *const blank[] = { "two words" };
    struct buf room = buf_new(4096);
    struct content rows[9] = { { .count = 0 } };
    const char *const codes[9] = { "draft-wrong", "draft-wrong", "draft-wrong", "draft-wrong", "draft-wrong",
                                   "draft-wrong", "codes-many",  "code-unknown", "code-unknown" };
    struct buf values[3] = { buf_new(512), buf_new(512), buf_new(512) };
    content_add_uint(&rows[0], "text", 5);
    content_add_text(&rows[1], "groups", SLICE_LITERAL("women"));
    content_add_text(&rows[2], "form", SLICE_LITERAL("7"));
    content_add_uint(&rows[3], "no_words", 1);
    content_add_value(&rows[4], "hands", list_of(&values[0], many, 2));
    content_add_uint(&rows[5], "hands", 5);
    content_add_value(&rows[6], "themes", list_of(&values[1], many, 17));
    content_add_value(&rows[7], "themes", list_of(&values[2], blank, 1));
    content_add_text(&rows[8], "sensitivity", SLICE_LITERAL("secret"));
    for (size_t i = 0; i < 9; i++) {
        struct given g = { .guarded = true };
        struct trouble trouble = { .err = OK };
        buf_reset(&room);
        content_make(&rows[i], &room);
        cr_expect_neq(given_read(buf_slice(&room), &g, &trouble), OK, "row %zu", i);
        cr_expect(g.guarded, "untouched");
        cr_assert_not_null(trouble.code, "row %zu", i);
        cr_expect_str_eq(trouble.code, codes[i], "row %zu", i);
    }
    cr_expect_neq(given_read(SLICE_LITERAL("\xc1"), &(struct given){ .guarded = false }, NULL), OK);
    for (size_t i = 0; i < 3; i++) {
        buf_done(&values[i]);
    }
    buf_done(&room);
}

Test(given, what_is_lacking_is_told_in_words_that_a_catalogue_has)
{
    const char *const none[] = { "" };
    const char *const child[] = { "child" };
    const char *needs[CONTRIBUTE_NEEDS];
    struct buf map = buf_new(4096);
    struct buf scopes = buf_new(64);
    struct buf flags = buf_new(64);
    struct content c = { .count = 0 };
    content_make(&c, &map);
    cr_assert_eq(given_needs(buf_slice(&map), 0, needs), 2);
    cr_expect_str_eq(needs[0], "groups");
    cr_expect_str_eq(needs[1], "text");
    cr_assert_eq(given_needs(buf_slice(&map), 1, needs), 1, "a recording says it");
    cr_expect_str_eq(needs[0], "groups");
    content_add_value(&c, "scopes", list_of(&scopes, none, 0));
    content_add_value(&c, "flags", list_of(&flags, child, 1));
    content_add_text(&c, "text", SLICE_LITERAL("He is nine."));
    buf_reset(&map);
    content_make(&c, &map);
    cr_assert_eq(given_needs(buf_slice(&map), 0, needs), 3);
    cr_expect_str_eq(needs[0], "consent");
    cr_expect_str_eq(needs[2], "stop");
    cr_assert_eq(given_needs(SLICE_LITERAL("no map"), 0, needs), 1);
    cr_expect_str_eq(needs[0], "fields");
    buf_done(&map);
    buf_done(&scopes);
    buf_done(&flags);
}
