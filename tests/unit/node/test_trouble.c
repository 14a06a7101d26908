// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The one table of troubles: each can be said in English and by its code in a catalogue.
#include "node/desk/trouble.h"

#include "common/ops/json.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

Test(trouble, each_code_stands_once_and_is_a_word_that_a_catalogue_can_have)
{
    for (enum trouble_code i = 0; i < TROUBLE_COUNT; i++) {
        const char *code = trouble_code(i);
        cr_assert(strlen(code) > 1 && strlen(code) < 40);
        for (const char *c = code; *c != '\0'; c++) {
            cr_assert(islower((unsigned char)*c) || isdigit((unsigned char)*c) || *c == '-', "%s", code);
        }
        for (enum trouble_code k = 0; k < i; k++) {
            cr_assert_str_neq(code, trouble_code(k));
        }
        struct trouble t;
        size_t names = 0;
        for (const char *c = trouble_sentence(i); (c = strchr(c, '{')) != NULL; c++) {
            names++;
        }
        if (names == 0) {
            cr_assert_neq(trouble_set(&t, i), OK);
            cr_assert_str_eq(t.code, code);
            cr_assert_eq(t.why.text[0] == '\0', trouble_sentence(i)[0] == '\0');
        }
        cr_assert_lt(strlen(trouble_sentence(i)), sizeof t.why.text, "%s: a sentence is cut at its end", code);
    }
}

Test(trouble, values_take_their_names_in_the_order_of_the_sentence_and_are_harmless)
{
    struct trouble t = { .err = OK };
    char loud[300];
    memset(loud, 'x', sizeof loud);
    loud[0] = '\x1b';
    memcpy(loud + 99, "\xc3\xa9", 2); // across the limit
    loud[sizeof loud - 1] = '\0';
    cr_assert_eq(trouble_with(&t, TROUBLE_FORM_TYPED, TROUBLE_NUMBER(12), TROUBLE_STRING("tana-2")), ERR_EXISTS);
    cr_assert_str_eq(t.code, "form-typed");
    cr_assert_eq(t.n, 2);
    cr_assert_str_eq(t.args[0].name, "form");
    cr_assert_not(t.args[0].is_text);
    cr_assert_eq(t.args[0].number, 12);
    cr_assert_str_eq(t.args[1].name, "forum");
    cr_assert_str_eq(t.args[1].text, "tana-2");
    cr_assert_not_null(strstr(t.why.text, "form 12 of tana-2 was typed in before"));
    cr_assert_eq(trouble_with(&t, TROUBLE_SLIP_TAKEN, TROUBLE_STRING(loud)), ERR_EXISTS);
    cr_assert_eq(strlen(t.args[0].text), 99, "cut before the character, not in it");
    cr_assert_null(strchr(t.why.text, '\x1b'));
}

Test(trouble, what_failed_below_gets_the_row_of_its_error_and_keeps_what_was_said_first)
{
    struct why why = { "" };
    for (int e = 1; e < ERR_COUNT; e++) {
        struct trouble t = { .err = OK };
        cr_assert_eq(trouble_of_err(&t, (enum err)e, NULL), (enum err)e);
        cr_assert_not_null(t.code);
        cr_assert_eq(t.err, (enum err)e);
        cr_assert_neq(t.why.text[0], '\0');
    }
    struct trouble t = { .err = OK };
    cr_assert_eq(trouble_of_err(&t, OK, &why), OK);
    cr_assert_null(t.code);
    why_set(&why, "the disk of this computer has 3 MB left");
    cr_assert_eq(trouble_of_err(&t, ERR_FULL, &why), ERR_FULL);
    cr_assert_str_eq(t.code, "disk-full");
    cr_assert_str_eq(t.why.text, why.text);
    cr_assert_eq(trouble_of_err(&t, ERR_IO, NULL), ERR_IO);
    cr_assert_str_eq(t.code, "disk-full", "the first that is said stays");
}

// True when each {name} of a is one of b.
static bool names_within(const char *a, const char *b)
{
    for (const char *at = a; (at = strchr(at, '{')) != NULL; at++) {
        char name[TROUBLE_NAME + 3];
        const char *end = strchr(at, '}');
        const size_t n = end == NULL ? 0 : (size_t)(end - at) + 1;
        if (n == 0 || n >= sizeof name) {
            return false;
        }
        memcpy(name, at, n);
        name[n] = '\0';
        if (strstr(b, name) == NULL) {
            return false;
        }
    }
    return true;
}

Test(trouble, every_catalogue_of_the_page_says_each_with_the_values_that_it_has)
{
    static const char *const languages[] = { "en", "fr", "pt", "ar" };
    for (size_t l = 0; l < sizeof languages / sizeof *languages; l++) {
        char path[64];
        json_error_t error;
        (void)snprintf(path, sizeof path, "node/page/assets/lang/%s.json", languages[l]);
        json_t *catalogue = json_load_file(path, 0, &error);
        cr_assert_not_null(catalogue, "%s: %s", path, error.text);
        for (enum trouble_code i = 0; i < TROUBLE_COUNT; i++) {
            char key[80];
            (void)snprintf(key, sizeof key, "trouble.%s", trouble_code(i));
            const json_t *one = json_object_get(catalogue, key);
            char plural[90];
            (void)snprintf(plural, sizeof plural, "%s.other", key);
            const char *words = json_string_value(one != NULL ? one : json_object_get(catalogue, plural));
            cr_expect_not_null(words, "%s has no %s", path, key);
            cr_expect(words == NULL || names_within(words, trouble_sentence(i)), "%s: %s has a value that is not given",
                      path, key);
        }
        json_decref(catalogue);
    }
}
