// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Waiting, and the only reader of clocks: one poll over sockets and file descriptors with one deadline, signals as a
// descriptor, a wake-up for other threads, free disk. What it reads goes into events; cores never call it.
#ifndef BARAZA_NET_LOOP_H
#define BARAZA_NET_LOOP_H

#include "common/net/sock.h"

// Milliseconds since the machine started, time asleep included (a laptop's lid). Never goes back.
uint64_t loop_now_ms(void);

// Milliseconds of these in which the machine was asleep.
uint64_t loop_slept_ms(void);

// Seconds since 1970 by the wall clock, which may be wrong and may jump: a claim, never an order.
uint64_t loop_wall_s(void);

// One thing to wait for: a socket, or (sock NULL) a file descriptor. fd -1 with sock NULL is skipped.
struct loop_watch {
    struct sock *sock;
    int fd;
    bool to_write;  // descriptors only: ready when it can be written, instead of read
    bool ready;     // out: a message or event waits; data, end or error on the descriptor
};

// Waits until something in watches is ready or loop_now_ms reaches deadline_ms (0: just looks; UINT64_MAX: no
// deadline). Sets `ready` in each. n is at most LIMIT_LOOP_WATCHES (CHECK). ERR_IO: waiting itself failed.
MUST_USE enum err loop_wait(struct loop_watch *watches, size_t n, uint64_t deadline_ms);

// Blocks SIGTERM, SIGINT and SIGHUP for this thread and those it starts later, ignores SIGPIPE and SIGXFSZ (whoever
// writes hears of it), and gives a descriptor to watch; loop_fd_close closes it. Call before any thread exists. ERR_IO.
MUST_USE enum err loop_signals_open(int *out_fd);

// Takes the next signal number; 0 when none waits.
int loop_signals_take(int fd);

// Gives a descriptor that other threads can make ready. loop_fd_close closes it. ERR_IO.
MUST_USE enum err loop_wake_open(int *out_fd);

// Makes it ready. From any thread, never blocks; several before one loop_wake_clear are one.
void loop_wake(int fd);

// Makes it not ready: call first, then look at what the other thread left.
void loop_wake_clear(int fd);

// Closes a descriptor given above; -1 is harmless.
void loop_fd_close(int fd);

// Bytes that may still be written where path is; 0 when that cannot be found out.
uint64_t loop_disk_free(const char *path);

// Raises the soft limit of open files to the hard one: a hub needs a descriptor per connection.
void loop_raise_files(void);

#endif
