// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The tables of errors and verdicts: numbers that are promises, a word and a sentence for each.
#include "common/base/err.h"
#include "common/base/verdict.h"
#include "common/base/why.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

Test(tables, every_error_has_a_name_a_sentence_and_an_exit_code)
{
    for (int i = 0; i < ERR_COUNT; i++) {
        enum err e = (enum err)i;
        cr_assert_gt(strlen(err_name(e)), 0);
        cr_assert_gt(strlen(err_text(e)), 0);
        cr_assert(e == OK ? err_exit_code(e) == 0 : err_exit_code(e) >= 64 && err_exit_code(e) <= 78);
    }
    cr_assert_eq(err_from_errno(ENOSPC), ERR_FULL);
    cr_assert_eq(err_from_errno(ENOENT), ERR_NOT_FOUND);
    cr_assert_eq(err_from_errno(EACCES), ERR_PERM);
    cr_assert_eq(err_from_errno(EEXIST), ERR_EXISTS);
    cr_assert_eq(err_from_errno(EIO), ERR_IO);
}

Test(tables, verdicts_keep_their_numbers_and_their_class)
{
    // Released numbers never change. A new verdict is added here with the number it got.
    static const struct {
        uint64_t number;
        const char *code;
    } promised[] = {
        { 0, "good" },           { 1, "not-canonical" },   { 2, "wrong-consultation" }, { 3, "bad-signature" },
        { 4, "not-enrolled" },   { 5, "too-large" },       { 6, "bad-part" },           { 7, "weak-key" },
        { 8, "key-not-held" },   { 39, "sealed-to-former" },
        { 32, "quota" },         { 33, "gap" },            { 34, "parts-missing" },     { 35, "branch-limit" },
        { 36, "hub-busy" },      { 37, "hub-full" },       { 64, "no-role" },           { 65, "out-of-area" },
        { 66, "revoked" },       { 67, "late" },           { 68, "unknown-target" },    { 69, "bad-body" },
        { 70, "unknown-kind" },  { 71, "invitation-spent" }, { 72, "pending" },         { 73, "void" },
        { 74, "seen-contradicts" }, { 75, "bad-proof" },   { 96, "bad-message" },       { 97, "wrong-version" },
        { 98, "out-of-turn" },   { 99, "over-credit" },    { 100, "not-admitted" },
    };
    enum verdict v = VERDICT_GOOD;
    for (size_t i = 0; i < sizeof promised / sizeof promised[0]; i++) {
        cr_assert(verdict_known(promised[i].number, &v));
        cr_assert_str_eq(verdict_code(v), promised[i].code);
    }
    for (uint64_t n = 0; n < 300; n++) {
        if (!verdict_known(n, &v)) {
            continue;
        }
        enum verdict_class class = verdict_class_of(v);
        cr_assert_gt(strlen(verdict_text(v)), 0);
        cr_assert_eq(class, n == 0 ? VERDICT_IS_GOOD : n < 32 ? VERDICT_IS_REFUSAL : n < 64 ? VERDICT_IS_DEFERRAL
                            : n < 96 ? VERDICT_IS_NO_EFFECT : VERDICT_IS_PROTOCOL);
    }
    cr_assert_not(verdict_known(UINT64_MAX, NULL));
}

Test(tables, a_sentence_that_is_too_long_is_cut_and_stays_text)
{
    struct why why;
    char text[500];
    memset(text, 'w', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    why_set(&why, "%s", text);
    cr_assert_eq(strlen(why.text), sizeof why.text - 1);
    why_set(NULL, "nobody asked");
}
