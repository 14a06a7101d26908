// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Clocks, waiting, signals, wake-ups. It must never decide anything: what it reads goes into events.
// Read first: common/net/loop.h.
#include "common/net/loop.h"

#include "common/net/net_inside.h"

#include <errno.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

// zmq_poll's own clock stands still while the machine sleeps: so that a deadline is not late by a night, no single
// wait is longer.
enum { WAIT_MOST_MS = 10000 };

uint64_t loop_now_ms(void)
{
    struct timespec t;
    CHECK(clock_gettime(CLOCK_BOOTTIME, &t) == 0);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

uint64_t loop_slept_ms(void)
{
    struct timespec awake;
    CHECK(clock_gettime(CLOCK_MONOTONIC, &awake) == 0);
    const uint64_t awake_ms = (uint64_t)awake.tv_sec * 1000 + (uint64_t)awake.tv_nsec / 1000000;
    const uint64_t now_ms = loop_now_ms(); // read second: what passes between the two is never sleep that was not
    return now_ms > awake_ms ? now_ms - awake_ms : 0;
}

uint64_t loop_wall_s(void)
{
    struct timespec t;
    CHECK(clock_gettime(CLOCK_REALTIME, &t) == 0);
    return t.tv_sec < 0 ? 0 : (uint64_t)t.tv_sec;
}

// Fills items for watches: one, or two for a dealer, whose events count as well. Returns how many.
static size_t poll_items(const struct loop_watch *watches, size_t n,
                         zmq_pollitem_t items[static 2 * LIMIT_LOOP_WATCHES])
{
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        const struct loop_watch *w = &watches[i];
        if (w->sock != NULL) {
            items[used++] = (zmq_pollitem_t){ .socket = w->sock->handle, .events = ZMQ_POLLIN };
            if (w->sock->monitor != NULL) {
                items[used++] = (zmq_pollitem_t){ .socket = w->sock->monitor, .events = ZMQ_POLLIN };
            }
        } else if (w->fd >= 0) {
            items[used++] = (zmq_pollitem_t){ .fd = w->fd, .events = w->to_write ? ZMQ_POLLOUT : ZMQ_POLLIN };
        }
    }
    return used;
}

// Sets `ready` from items, which poll_items filled for the same watches.
static bool poll_results(struct loop_watch *watches, size_t n, const zmq_pollitem_t *items)
{
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        struct loop_watch *w = &watches[i];
        w->ready = false;
        size_t count = w->sock != NULL ? (w->sock->monitor != NULL ? 2 : 1) : w->fd >= 0;
        for (; count > 0; count--) {
            w->ready = (items++)->revents != 0 || w->ready;
        }
        any = any || w->ready;
    }
    return any;
}

enum err loop_wait(struct loop_watch *watches, size_t n, uint64_t deadline_ms)
{
    CHECK(n <= LIMIT_LOOP_WATCHES);
    zmq_pollitem_t items[2 * LIMIT_LOOP_WATCHES];
    for (;;) {
        uint64_t now = loop_now_ms();
        uint64_t left = now < deadline_ms ? deadline_ms - now : 0;
        size_t used = poll_items(watches, n, items);
        int found = zmq_poll(items, (int)used, left < WAIT_MOST_MS ? (long)left : WAIT_MOST_MS);
        if (found < 0 && errno != EINTR) {
            return ERR_IO;
        }
        if (found < 0) {
            continue;
        }
        if (poll_results(watches, n, items) || left == 0) {
            return OK;
        }
    }
}

enum err loop_signals_open(int *out_fd)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    struct sigaction ignore = { .sa_handler = SIG_IGN };
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0 || sigaction(SIGPIPE, &ignore, NULL) != 0 ||
        sigaction(SIGXFSZ, &ignore, NULL) != 0) {
        return ERR_IO;
    }
    int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd < 0) {
        return ERR_IO;
    }
    *out_fd = fd;
    return OK;
}

int loop_signals_take(int fd)
{
    struct signalfd_siginfo info;
    ssize_t n = 0;
    do {
        n = read(fd, &info, sizeof info);
    } while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

enum err loop_wake_open(int *out_fd)
{
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (fd < 0) {
        return ERR_IO;
    }
    *out_fd = fd;
    return OK;
}

void loop_wake(int fd)
{
    // EAGAIN: the counter is full, so it is ready already.
    while (eventfd_write(fd, 1) != 0 && errno == EINTR) {
    }
}

void loop_wake_clear(int fd)
{
    eventfd_t count = 0;
    while (eventfd_read(fd, &count) != 0 && errno == EINTR) {
    }
}

void loop_fd_close(int fd)
{
    if (fd >= 0) {
        CHECK(close(fd) == 0);
    }
}

uint64_t loop_disk_free(const char *path)
{
    struct statvfs st;
    if (statvfs(path, &st) != 0) {
        return 0;
    }
    return (uint64_t)st.f_bavail * st.f_frsize;
}

void loop_raise_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        // Not being allowed to is no reason not to serve: the old limit stands.
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}
