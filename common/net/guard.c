// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What a connection holds is counted from outside libzmq: bytes that the kernel took from the peer, less those libzmq
// has not read yet, less those of whole messages that were handed out.
// It must never touch a socket of libzmq, only ask the kernel about descriptors, and shut one down.
// Read first: common/net/guard.h.
#include "common/net/guard.h"

#include "common/base/num.h"

#include <dirent.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

// What was known of a descriptor at the last look.
struct row {
    uint64_t cookie;    // the kernel's number for the connection: a descriptor is used again, this is not
    uint64_t delivered; // what net->delivered had come to
    uint64_t settled;   // bytes of this connection that were handed out, or are no part of messages
};

struct holder {
    int fd;
    uint64_t held;
};

// Large, but only the pages of descriptors in use are ever touched.
struct guard {
    struct net *net;
    struct row rows[LIMIT_NET_FDS];
    struct holder holders[LIMIT_NET_FDS]; // of one look
};

struct guard *guard_new(struct net *net)
{
    struct guard *g = mem_new(sizeof *g);
    g->net = net;
    return g;
}

void guard_free(struct guard *g)
{
    free(g);
}

// True when fd is a TCP connection to the router's port.
static bool is_peer(int fd, unsigned port)
{
    struct sockaddr_storage at;
    socklen_t n = sizeof at;
    if (getsockname(fd, (struct sockaddr *)&at, &n) != 0) {
        return false;
    }
    unsigned local = 0;
    if (at.ss_family == AF_INET) {
        local = ntohs(((const struct sockaddr_in *)&at)->sin_port);
    } else if (at.ss_family == AF_INET6) {
        local = ntohs(((const struct sockaddr_in6 *)&at)->sin6_port);
    }
    n = sizeof at;
    return local == port && getpeername(fd, (struct sockaddr *)&at, &n) == 0;
}

// Bytes that libzmq has read from the connection, and the connection's cookie. False when it just ended.
static bool bytes_read(int fd, uint64_t *read, uint64_t *cookie)
{
    struct tcp_info info = { 0 };
    socklen_t n = sizeof info;
    socklen_t cookie_size = sizeof *cookie;
    int waiting = 0;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) != 0 || ioctl(fd, FIONREAD, &waiting) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_COOKIE, cookie, &cookie_size) != 0) {
        return false;
    }
    uint64_t unread = waiting < 0 ? 0 : (uint64_t)waiting;
    *read = info.tcpi_bytes_received > unread ? info.tcpi_bytes_received - unread : 0;
    return true;
}

// Returns what the connection holds now, and brings its row up to date.
static uint64_t held_by(struct guard *g, int fd)
{
    uint64_t read = 0;
    uint64_t cookie = 0;
    if (!bytes_read(fd, &read, &cookie)) {
        return 0;
    }
    struct row *row = &g->rows[fd];
    if (row->cookie != cookie) {
        // What was handed out since the last look came from this connection, or is at most a queue of the one before.
        *row = (struct row){ .cookie = cookie, .delivered = row->delivered };
    }
    uint64_t more = atomic_load(&g->net->delivered[fd]) - row->delivered;
    row->delivered += more;
    row->settled += more;
    // The handshake and heartbeats are never handed out: whoever holds next to nothing after a message is even. So is
    // whoever seems to hold less than nothing. Neither gives anybody more than LIMIT_NET_HELD_LEAST.
    if (row->settled > read || (more > 0 && read - row->settled <= LIMIT_NET_HELD_LEAST)) {
        row->settled = read;
    }
    return read - row->settled;
}

static int most_first(const void *a, const void *b)
{
    uint64_t x = ((const struct holder *)a)->held;
    uint64_t y = ((const struct holder *)b)->held;
    return (x < y) - (x > y);
}

// Fills g->holders with the connections that hold much; returns how many, and *all: what all connections hold.
static size_t collect(struct guard *g, DIR *dir, unsigned port, uint64_t *all)
{
    size_t n = 0;
    for (const struct dirent *d = readdir(dir); d != NULL; d = readdir(dir)) {
        uint64_t fd = 0;
        if (num_parse_u64(slice_text(d->d_name), &fd) && fd < LIMIT_NET_FDS && is_peer((int)fd, port)) {
            uint64_t held = held_by(g, (int)fd);
            *all += held;
            if (held > LIMIT_NET_HELD_LEAST) {
                g->holders[n++] = (struct holder){ (int)fd, held };
            }
        }
    }
    return n;
}

size_t guard_look(struct guard *g)
{
    unsigned port = atomic_load(&g->net->port);
    DIR *dir = port == 0 ? NULL : opendir("/proc/self/fd");
    if (dir == NULL) {
        return 0;
    }
    uint64_t all = 0;
    size_t n = collect(g, dir, port, &all);
    closedir(dir);
    qsort(g->holders, n, sizeof g->holders[0], most_first);
    size_t cut = 0;
    while (cut < n && (g->holders[cut].held > LIMIT_NET_HELD_PEER || all > LIMIT_NET_HELD)) {
        // Should libzmq have closed it in this moment and another connection got its number, that one reconnects.
        shutdown(g->holders[cut].fd, SHUT_RDWR);
        all -= g->holders[cut].held;
        cut++;
    }
    return cut;
}
