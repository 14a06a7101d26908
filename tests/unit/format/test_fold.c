// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The folding under which words are searched: what people take for the same word is the same, and what they do not is
// not.
#include "common/format/nfc.h"

#include <criterion/criterion.h>

static void fold(const char *text, struct buf *out)
{
    buf_reset(out);
    cr_assert(text_fold(slice_text(text), out), "%s", text);
}

Test(fold, what_people_take_for_the_same_word_is_the_same)
{
    static const char *const same[][2] = {
        { "Château d'EAU", "chateau d'eau" },
        { "AÇÃO", "acao" },
        { "STRASSE", "straße" },
        { "\xef\xac\x81lm", "film" },                  // a ligature
        { "e\xcc\x81tat", "\xc3\xa9tat" },             // composed or not
        { "\u0642\u064f\u0637\u0650\u0639\u064e\u062a", "\u0642\u0637\u0639\u062a" }, // vowel marks
        { "\u0627\u0644\u0645\u062f\u0631\u0633\u0629", "\u0627\u0644\u0645\u062f\u0631\u0633\u0647" }, // ta marbuta
        { "\u0639\u0644\u0649", "\u0639\u0644\u064a" }, // alef maqsura
        { "\u0623\u0631\u0636", "\u0627\u0631\u0636" }, // hamza
        { "\u0645\u0640\u0640\u0627\u0621", "\u0645\u0627\u0621" }, // tatweel
        { "\u202bwell\u202c", "well" },                  // directions
    };
    struct buf one = buf_new(256), other = buf_new(256);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        fold(same[i][0], &one);
        fold(same[i][1], &other);
        cr_assert(slice_equal(buf_slice(&one), buf_slice(&other)), "%s and %s", same[i][0], same[i][1]);
    }
    buf_done(&one);
    buf_done(&other);
}

Test(fold, other_words_stay_others_and_nothing_is_written_of_what_cannot_be_folded)
{
    struct buf one = buf_new(256), other = buf_new(256), small = buf_new(4);
    fold("ford", &one);
    fold("fort", &other);
    cr_assert(!slice_equal(buf_slice(&one), buf_slice(&other)));
    cr_assert(!text_fold(slice_of("a\xff", 2), &one));
    cr_assert_eq(one.n, 4);
    cr_assert(!text_fold(SLICE_LITERAL("longer than four"), &small));
    cr_assert(text_fold(slice_of("", 0), &one));
    cr_assert_eq(one.n, 4);
    buf_done(&one);
    buf_done(&other);
    buf_done(&small);
}
