// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Waiting: deadlines, wake-ups from another thread, signals, descriptors beside sockets.
#include "tests/unit/net/door.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

Test(loop, a_wait_without_anything_ready_ends_at_its_deadline)
{
    uint64_t start = loop_now_ms();
    struct loop_watch nothing = { .fd = -1 };
    cr_assert_eq(loop_wait(&nothing, 1, start + 50), OK);
    cr_assert_not(nothing.ready);
    cr_assert_geq(loop_now_ms(), start + 50);
    cr_assert_eq(loop_wait(&nothing, 1, 0), OK);
    cr_assert_gt(loop_wall_s(), 1600000000);
}

static void *wake_thrice(void *argument)
{
    for (int i = 0; i < 3; i++) {
        loop_wake(*(int *)argument);
    }
    return NULL;
}

Test(loop, another_thread_wakes_a_wait_and_one_clear_forgets_all_its_calls)
{
    int wake = -1;
    cr_assert_eq(loop_wake_open(&wake), OK);
    struct door d;
    door_open(&d);
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, wake_thrice, &wake), 0);
    struct loop_watch watches[2] = { { .sock = d.router }, { .fd = wake } };
    cr_assert_eq(loop_wait(watches, 2, UINT64_MAX), OK);
    cr_assert_not(watches[0].ready);
    cr_assert(watches[1].ready);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    loop_wake_clear(wake);
    cr_assert_eq(loop_wait(watches, 2, 0), OK);
    cr_assert_not(watches[1].ready);
    loop_fd_close(wake);
    door_close(&d);
}

Test(loop, signals_come_as_data_one_by_one)
{
    int fd = -1;
    cr_assert_eq(loop_signals_open(&fd), OK);
    cr_assert_eq(loop_signals_take(fd), 0);
    kill(getpid(), SIGTERM);
    kill(getpid(), SIGHUP);
    kill(getpid(), SIGPIPE);
    struct loop_watch watch = { .fd = fd };
    cr_assert_eq(loop_wait(&watch, 1, loop_now_ms() + 2000), OK);
    cr_assert(watch.ready);
    int first = loop_signals_take(fd);
    int second = loop_signals_take(fd);
    cr_assert((first == SIGTERM && second == SIGHUP) || (first == SIGHUP && second == SIGTERM));
    cr_assert_eq(loop_signals_take(fd), 0);
    loop_fd_close(fd);
}

Test(loop, a_descriptor_is_ready_for_what_was_asked)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    struct loop_watch watches[2] = { { .fd = ends[0] }, { .fd = ends[1], .to_write = true } };
    cr_assert_eq(loop_wait(watches, 2, 0), OK);
    cr_assert_not(watches[0].ready);
    cr_assert(watches[1].ready);
    close(ends[1]);
    watches[1].fd = -1;
    cr_assert_eq(loop_wait(watches, 2, 0), OK);
    cr_assert(watches[0].ready, "the end of a stream is something to read");
    close(ends[0]);
}

Test(loop, free_disk_is_known_where_there_is_one)
{
    cr_assert_gt(loop_disk_free("/tmp"), 0);
    cr_assert_eq(loop_disk_free("/no/such/place"), 0);
}
