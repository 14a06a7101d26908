// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The relay, by poll; small, slow and for a few dozen connections.
#include "tests/unit/net/relay.h"

#include "common/base/num.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PAIRS = 32 };

// Two ends; what comes from in[0] goes to in[1] up to a limit, what comes from in[1] goes back without one.
struct carried {
    int ends[2];
    size_t left;
};

static struct sockaddr_in here(unsigned port)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)port);
    return address;
}

int connect_to(unsigned port)
{
    struct sockaddr_in address = here(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_geq(fd, 0);
    cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

unsigned port_of(const char *endpoint)
{
    uint64_t port = 0;
    cr_assert(num_parse_u64(slice_text(strrchr(endpoint, ':') + 1), &port));
    return (unsigned)port;
}

// Carries what is there from one end to the other, at most *left bytes. False when that is over.
static bool carry(int from, int to, size_t *left)
{
    static uint8_t block[65536];
    ssize_t n = recv(from, block, *left < sizeof block ? *left : sizeof block, 0);
    if (n <= 0) {
        return false;
    }
    *left -= (size_t)n;
    for (ssize_t sent = 0; sent < n;) {
        ssize_t m = send(to, block + sent, (size_t)(n - sent), MSG_NOSIGNAL);
        if (m <= 0) {
            return false;
        }
        sent += m;
    }
    return true;
}

static void carry_pair(struct carried *c, const struct pollfd *ready)
{
    size_t no_limit = SIZE_MAX;
    bool alive = ready[0].revents == 0 || carry(c->ends[0], c->ends[1], &c->left);
    if (ready[1].revents != 0) {
        alive = carry(c->ends[1], c->ends[0], &no_limit) && alive;
    }
    if (!alive) {
        close(c->ends[0]);
        close(c->ends[1]);
        c->ends[0] = c->ends[1] = -1;
    }
}

static void *relay_run(void *argument)
{
    struct relay *r = argument;
    struct carried carried[PAIRS];
    size_t n = 0;
    struct pollfd polls[2 + 2 * PAIRS];
    for (;;) {
        polls[0] = (struct pollfd){ .fd = r->stop, .events = POLLIN };
        polls[1] = (struct pollfd){ .fd = n < PAIRS ? r->listener : -1, .events = POLLIN };
        for (size_t i = 0; i < n; i++) {
            // An end whose limit is reached is not looked at any more: it just stands there.
            polls[2 + 2 * i] = (struct pollfd){ .fd = carried[i].left > 0 ? carried[i].ends[0] : -1, .events = POLLIN };
            polls[3 + 2 * i] = (struct pollfd){ .fd = carried[i].ends[1], .events = POLLIN };
        }
        poll(polls, 2 + 2 * n, -1);
        if (polls[0].revents != 0) {
            break;
        }
        for (size_t i = 0; i < n; i++) {
            carry_pair(&carried[i], &polls[2 + 2 * i]);
        }
        if (polls[1].revents != 0) {
            carried[n++] = (struct carried){ { accept(r->listener, NULL, NULL), connect_to(r->to) }, r->most };
        }
    }
    for (size_t i = 0; i < n; i++) {
        loop_fd_close(carried[i].ends[0]);
        loop_fd_close(carried[i].ends[1]);
    }
    return NULL;
}

void relay_open(struct relay *r, unsigned to, size_t most)
{
    *r = (struct relay){ .to = to, .most = most };
    struct sockaddr_in address = here(0);
    socklen_t size = sizeof address;
    r->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(r->listener, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(listen(r->listener, PAIRS), 0);
    cr_assert_eq(getsockname(r->listener, (struct sockaddr *)&address, &size), 0);
    r->port = ntohs(address.sin_port);
    cr_assert_eq(loop_wake_open(&r->stop), OK);
    cr_assert_eq(pthread_create(&r->thread, NULL, relay_run, r), 0);
}

void relay_close(struct relay *r)
{
    loop_wake(r->stop);
    cr_assert_eq(pthread_join(r->thread, NULL), 0);
    loop_fd_close(r->stop);
    loop_fd_close(r->listener);
}
