// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Writing down what somebody said: what is filled in, what is refused, and with which trouble.
#include "node/desk/contribute.h"

#include "common/format/content.h"
#include "tests/unit/node/desk_scene.h"

#include <string.h>

#define SET(code) { .codes = { SLICE_LITERAL(code) }, .n = 1 }

static struct given given_of(const char *text)
{
    return (struct given){ .c = { .text = slice_text(text), .groups = SET("women") } };
}

Test(contribute, a_draft_says_what_it_lacks_until_it_can_be_signed)
{
    const struct code_set child = SET("child");
    struct given ready = given_of("They took the land.");
    struct given no_group = ready, no_text = ready, no_consent = ready, stop = ready, wordless = ready, hands = ready;
    no_group.c.groups.n = 0;
    no_text.c.text.n = 0;
    no_consent.refused = true;
    stop.c.flags = child;
    wordless.c.wordless = true;
    wordless.c.flags = child;
    hands.c.hands_for = 51;
    hands.c.hands_of = 50;
    struct given raised = wordless;
    raised.c.text.n = 0;
    const struct {
        const char *what;
        const struct given *given;
        size_t n;
        enum trouble_code need;
    } rows[] = {
        { "ready", &ready, 0, TROUBLE_COUNT },
        { "no group", &no_group, 1, TROUBLE_GROUP },
        { "no text", &no_text, 1, TROUBLE_TEXT_EMPTY },
        { "no consent", &no_consent, 1, TROUBLE_CONSENT },
        { "a child is spoken of", &stop, 1, TROUBLE_STOP },
        { "words where none are taken", &wordless, 1, TROUBLE_WORDS },
        { "raised without a word", &raised, 0, TROUBLE_COUNT },
        { "more hands than people", &hands, 1, TROUBLE_HANDS },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum trouble_code needs[CONTRIBUTE_NEEDS];
        cr_expect_eq(contribute_needs(rows[i].given, needs), rows[i].n, "%s", rows[i].what);
        cr_expect(rows[i].n == 0 || needs[0] == rows[i].need, "%s", rows[i].what);
    }
}

static struct content part_of(const struct contribute *x, size_t i)
{
    struct content c = { .count = 0 };
    cr_assert(content_parse(x->item.parts[i], &c));
    return c;
}

Test(contribute, what_was_left_out_is_as_the_forum_says_and_words_are_in_their_normal_form)
{
    struct desk_scene s;
    struct contribute x = { .begun = false };
    struct trouble trouble = { .err = OK };
    desk_scene_init(&s);
    struct given g = given_of("De\xcc\x81sormais ils ont pris la terre.\r\n\n");
    g.c.support = SLICE_LITERAL("contested");
    g.c.hands_for = 34;
    g.c.hands_of = 50;
    g.c.table = SLICE_LITERAL("table-2");
    g.c.age = SLICE_LITERAL("refused");
    cr_assert_eq(contribute_begin(&s.desk, &s.session, s.codebook, &g, &x, &trouble), OK, "%s", trouble.why.text);
    cr_assert_eq(contribute_words(&g, &x, &trouble), OK, "%s", trouble.why.text);
    const struct content context = part_of(&x, 0);
    const struct content said = part_of(&x, 1);
    const struct content speaker = part_of(&x, 2);
    const struct content consent = part_of(&x, 3);
    struct slice scopes[LIMIT_SCOPES];
    cr_expect(slice_equal(content_text(&said, "text"), SLICE_LITERAL("D\xc3\xa9sormais ils ont pris la terre.")));
    cr_expect(slice_equal(content_text(&said, "lang"), SLICE_LITERAL("en")), "the consultation's first");
    cr_expect(slice_equal(content_text(&context, "channel"), SLICE_LITERAL("oral-forum")));
    cr_expect(slice_equal(content_text(&context, "support"), SLICE_LITERAL("contested")));
    cr_expect(slice_equal(content_text(&context, "table"), SLICE_LITERAL("table-2")));
    cr_expect(slice_equal(content_text(&context, "slip"), slice_text(x.slip.text)));
    cr_expect(slice_equal(content_value(&context, "hands"), SLICE_LITERAL("\x92\x22\x32")), "[34, 50]");
    cr_expect(slice_equal(content_text(&speaker, "age"), SLICE_LITERAL("refused")));
    cr_expect(slice_equal(content_text(&consent, "basis"), SLICE_LITERAL("oral-witnessed")));
    cr_assert_eq(content_list(content_value(&consent, "scopes"), scopes, LIMIT_SCOPES), 2);
    cr_expect(slice_equal(scopes[0], SLICE_LITERAL("record")) && slice_equal(scopes[1], SLICE_LITERAL("analyse")));
    cr_expect_eq(x.item.sealed, 0);
    cr_expect(hash_equal(x.item.refs[0], s.session.id));
    cr_assert(author_item_ok(&x.item, NULL));
    contribute_done(&x);

    memcpy(s.session.sensitivity, "sealed", sizeof "sealed");
    cr_assert_eq(contribute_begin(&s.desk, &s.session, s.codebook, &g, &x, &trouble), OK, "%s", trouble.why.text);
    cr_assert_eq(contribute_words(&g, &x, &trouble), OK);
    cr_expect_eq(x.body.as.contribution.sensitivity, SENSITIVITY_SEALED);
    cr_expect_neq(x.item.sealed, 0);
    cr_expect_eq(x.item.sealed_to_count, 2, "all of the charter");
    contribute_done(&x);
    g.guarded = true; // open, although the forum is sealed
    cr_assert_eq(contribute_begin(&s.desk, &s.session, s.codebook, &g, &x, &trouble), OK);
    cr_expect_eq(x.c.sensitivity, SENSITIVITY_OPEN);
    contribute_done(&x);
    desk_scene_done(&s);
}

Test(contribute, what_cannot_be_taken_is_said_with_a_code_and_leaves_nothing)
{
    struct desk_scene s;
    desk_scene_init(&s);
    const struct given good = given_of("They took the land.");
    struct given rows[12];
    const char *const codes[] = { "code-unknown", "code-unknown",   "stop",          "words-not-wanted",
                                  "hands-wrong",  "language-wrong", "seal-to-wrong", "seal-to-nothing",
                                  "written-by-clear", "slip-wrong",  "consent-needed", "code-unknown" };
    for (size_t i = 0; i < 12; i++) {
        rows[i] = good;
    }
    rows[0].c.kind = SLICE_LITERAL("thread");
    rows[1].c.groups = (struct code_set)SET("womn");
    rows[2].c.flags = (struct code_set)SET("gender-based-violence");
    rows[3].c.wordless = true;
    rows[4].c.hands_for = 3;
    rows[5].c.lang = SLICE_LITERAL("not a tag");
    rows[6].identified = true;
    rows[6].seal_to = (struct code_set)SET("one"); // one alone would decide
    rows[7].seal_to = (struct code_set)SET("one");
    rows[8].guarded = true;
    rows[8].c.sensitivity = SENSITIVITY_SEALED;
    rows[8].c.form = 1;
    rows[8].c.written_by = SLICE_LITERAL("Acacia");
    rows[9].c.form = 1;
    rows[9].slip = SLICE_LITERAL("K7Q-42M-9XX");
    rows[10].refused = true;
    rows[11].c.sex = SLICE_LITERAL("not a code");
    for (size_t i = 0; i < 12; i++) {
        struct contribute x = { .begun = false };
        struct trouble trouble = { .err = OK };
        const enum err e = contribute_begin(&s.desk, &s.session, s.codebook, &rows[i], &x, &trouble);
        cr_expect_neq(e, OK, "row %zu", i);
        cr_expect_eq(e, trouble.err);
        cr_assert_not_null(trouble.code, "row %zu", i);
        cr_expect_str_eq(trouble.code, codes[i], "row %zu: %s", i, trouble.why.text);
        contribute_done(&x);
    }
    struct given other = good;
    struct contribute x = { .begun = false };
    other.c.groups = (struct code_set)SET("womn");
    other.new_codes = true;
    cr_expect_eq(contribute_begin(&s.desk, &s.session, s.codebook, &other, &x, NULL), OK, "any code, when asked for");
    contribute_done(&x);
    desk_scene_done(&s);
}

Test(contribute, words_that_are_none_are_refused_with_their_limit)
{
    struct desk_scene s;
    desk_scene_init(&s);
    static char large[LIMIT_DISCLOSURE_BYTES + 2];
    memset(large, 'a', sizeof large - 1);
    const struct {
        const char *text, *code;
    } rows[] = { { "", "text-empty" }, { "\n\r\n", "text-empty" }, { "\xff\xfe", "text-not-utf8" },
                 { large, "text-long" } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct contribute x = { .begun = false };
        struct trouble trouble = { .err = OK };
        const struct given g = given_of(rows[i].text);
        cr_assert_eq(contribute_begin(&s.desk, &s.session, s.codebook, &g, &x, &trouble), OK);
        cr_expect_neq(contribute_words(&g, &x, &trouble), OK);
        cr_assert_not_null(trouble.code);
        cr_expect_str_eq(trouble.code, rows[i].code);
        contribute_done(&x);
    }
    desk_scene_done(&s);
}
