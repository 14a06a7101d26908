// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What a connection holds is counted from outside libzmq. Inwards: bytes that the kernel took from the peer, less those
// libzmq has not read yet, less those of whole messages that were handed out. Outwards: bytes of messages that were
// queued, less those that libzmq has written to the kernel.
// It must never touch a socket of libzmq, only ask the kernel about descriptors, and shut one down.
// Read first: common/net/guard.h.
#include "common/net/guard.h"

#include "common/base/num.h"

#include <dirent.h>
#include <linux/sockios.h>
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
    uint64_t queued;    // what net->queued had come to
    uint64_t given;     // bytes that were queued to this connection, and others that were written and are no messages
};

// What the kernel says of a connection.
struct traffic {
    uint64_t cookie;
    uint64_t read;    // bytes that libzmq has read
    uint64_t written; // bytes that libzmq has written
    bool drained;     // the peer has acknowledged all of them: libzmq has nothing more, it would write it
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

// False when the connection just ended.
static bool look_at(int fd, struct traffic *out)
{
    struct tcp_info info = { 0 };
    socklen_t n = sizeof info;
    socklen_t cookie_size = sizeof out->cookie;
    int waiting = 0;
    int unsent = 0;
    if (ioctl(fd, SIOCOUTQ, &unsent) != 0 || getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) != 0 ||
        ioctl(fd, FIONREAD, &waiting) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_COOKIE, &out->cookie, &cookie_size) != 0) {
        return false;
    }
    uint64_t unread = waiting < 0 ? 0 : (uint64_t)waiting;
    out->read = info.tcpi_bytes_received > unread ? info.tcpi_bytes_received - unread : 0;
    out->written = (uint64_t)info.tcpi_bytes_acked + (unsent < 0 ? 0 : (uint64_t)unsent);
    out->drained = unsent == 0;
    return true;
}

static uint64_t held_inwards(struct guard *g, int fd, struct row *row, uint64_t read)
{
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

static uint64_t held_outwards(struct guard *g, int fd, struct row *row, const struct traffic *t)
{
    uint64_t more = atomic_load(&g->net->queued[fd]) - row->queued;
    row->queued += more;
    row->given += more;
    // The handshake and heartbeats are written, but never queued; and a message may be queued after the kernel spoke.
    if (row->given < t->written || (t->drained && more == 0)) {
        row->given = t->written;
    }
    return row->given - t->written;
}

// Returns what the connection holds now, and brings its row up to date.
static uint64_t held_by(struct guard *g, int fd)
{
    struct traffic t;
    if (!look_at(fd, &t)) {
        return 0;
    }
    struct row *row = &g->rows[fd];
    if (row->cookie != t.cookie) {
        // What went in or out since the last look was this connection's, or is at most a queue of the one before.
        *row = (struct row){ .cookie = t.cookie, .delivered = row->delivered, .queued = row->queued };
    }
    return held_inwards(g, fd, row, t.read) + held_outwards(g, fd, row, &t);
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
