// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
#include "common/ops/sleep.h"

#include <criterion/criterion.h>
#include <stdlib.h>

Test(sleep, without_a_bus_the_clocks_tell_and_small_differences_do_not)
{
    cr_assert_eq(setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus", 1), 0);
    struct sleep_watch *w = sleep_open();
    cr_assert(!sleep_turn(w, 1000, 7200000, true), "how long it slept before is nothing to us");
    cr_assert(!sleep_in_advance(w));
    cr_assert_eq(sleep_fd(w), -1);
    cr_assert(sleep_deadline(w) <= 3000, "the clocks are looked at every two seconds while somebody is unlocked");
    cr_assert(!sleep_turn(w, 2000, 7200000, true));
    cr_assert(!sleep_turn(w, 3000, 7200900, true), "clocks are not read at one moment");
    cr_assert(sleep_turn(w, 90000, 7286000, true), "a night");
    sleep_locked(w);
    cr_assert(!sleep_turn(w, 90001, 7286000, true), "once");
    sleep_close(w);
}
