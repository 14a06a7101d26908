// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Work memory: a hard cap, zeroed and aligned pieces, everything forgotten at once.
#include "common/base/arena.h"

#include <criterion/criterion.h>
#include <stdalign.h>
#include <string.h>

Test(arena, gives_zeroed_aligned_pieces_that_do_not_overlap)
{
    static const size_t sizes[] = { 1, 0, 7, 16, 17, 100, 16384, 16385, 40000, 3 };
    struct arena *a = arena_new(1 << 20);
    for (int round = 0; round < 3; round++) {
        uint8_t *taken[10];
        size_t total = 0;
        for (size_t i = 0; i < 10; i++) {
            taken[i] = arena_take(a, sizes[i]);
            cr_assert(taken[i] != NULL);
            cr_assert_eq((uintptr_t)taken[i] % alignof(max_align_t), 0);
            for (size_t k = 0; k < sizes[i]; k++) {
                cr_assert_eq(taken[i][k], 0);
                taken[i][k] = (uint8_t)(i + 1);
            }
            total += sizes[i];
            cr_assert_eq(arena_used(a), total);
        }
        for (size_t i = 0; i < 10; i++) {
            for (size_t k = 0; k < sizes[i]; k++) {
                cr_assert_eq(taken[i][k], i + 1);
            }
        }
        arena_reset(a);
        cr_assert_eq(arena_used(a), 0);
    }
    arena_free(a);
    arena_free(NULL);
}

Test(arena, the_cap_holds_between_two_resets)
{
    struct arena *a = arena_new(100);
    struct slice copy = { NULL, 0 };
    cr_assert(arena_take(a, 60) != NULL);
    cr_assert(arena_take(a, 41) == NULL);
    cr_assert(arena_take(a, SIZE_MAX) == NULL);
    cr_assert(arena_copy(a, slice_text("forty"), &copy));
    cr_assert(slice_equal(copy, slice_text("forty")));
    cr_assert(arena_take(a, 35) != NULL);
    struct slice untouched = copy;
    cr_assert_not(arena_copy(a, slice_text("x"), &copy));
    cr_assert_eq(copy.p, untouched.p);
    arena_reset(a);
    cr_assert(arena_take(a, 100) != NULL);
    arena_free(a);
}
