// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
#include "common/format/seal.h"
#include "common/net/loop.h"
#include "common/net/zap.h"
#include "node/node_link.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct pair {
    struct boxkey pub;
    struct boxsec sec;
};

static struct pair pair_new(void)
{
    struct pair p;
    box_keypair(&p.pub, &p.sec);
    return p;
}

// Waits for the next thing that happens to the connection.
static enum node_link_event next_event(struct node_link *l)
{
    uint64_t end = loop_now_ms() + 20000;
    enum node_link_event event = node_link_next(l);
    while (event == NODE_LINK_NONE && loop_now_ms() < end) {
        struct loop_watch watch = { .sock = node_link_sock(l), .fd = -1 };
        cr_assert(loop_wait(&watch, 1, loop_now_ms() + 100) == OK);
        event = node_link_next(l);
    }
    return event;
}

// A bound TCP socket: listening, or (else) a port at which nobody answers.
static int tcp_socket(bool listens, unsigned *port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert(fd >= 0);
    cr_assert(bind(fd, (const struct sockaddr *)&at, sizeof at) == 0);
    cr_assert(!listens || listen(fd, 4) == 0);
    cr_assert(getsockname(fd, (struct sockaddr *)&at, &n) == 0);
    *port = ntohs(at.sin_port);
    return fd;
}

Test(link, addresses_are_hosts_and_ports_and_nothing_else)
{
    static const struct {
        const char *text;
        enum err wanted;
    } rows[] = {
        { "127.0.0.1:4740", OK },
        { "  tcp://127.0.0.1:4740   [::1]:4740 hub.example.org:1 ", OK },
        { "1:1 2:2 3:3 4:4 5:5 6:6 7:7 8:8", OK },
        { "1:1 2:2 3:3 4:4 5:5 6:6 7:7 8:8 9:9", ERR_CONFIG },
        { "", ERR_CONFIG },
        { "   ", ERR_CONFIG },
        { "hub.example.org", ERR_CONFIG },
        { "hub.example.org:0", ERR_CONFIG },
        { "ipc:///tmp/hub", ERR_CONFIG },
        { "127.0.0.1:4740 hub", ERR_CONFIG },
    };
    cr_assert(ident_init() == OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct node_link *l = NULL;
        struct why why = { "" };
        cr_expect(node_link_open(slice_text(rows[i].text), &l, &why) == rows[i].wanted, "%s", rows[i].text);
        cr_expect((rows[i].wanted == OK) == (why.text[0] == '\0'), "%s: %s", rows[i].text, why.text);
        node_link_close(l);
    }
}

Test(link, the_address_that_answers_is_found_and_a_refusal_is_told)
{
    struct pair hub;
    struct pair site;
    unsigned dead = 0;
    char addresses[160];
    struct zap *zap = NULL;
    struct sock *router = NULL;
    struct node_link *l = NULL;
    struct why why = { "" };
    cr_assert(ident_init() == OK);
    hub = pair_new();
    site = pair_new();
    struct net *net = net_new();
    int fd = tcp_socket(false, &dead);
    cr_assert(zap_start(net, &zap, &why) == OK, "%s", why.text);
    cr_assert(sock_bind_router(net, "tcp://127.0.0.1:0", &hub.sec, &router, &why) == OK, "%s", why.text);
    snprintf(addresses, sizeof addresses, "127.0.0.1:%u %s", dead, sock_endpoint(router));
    cr_assert(node_link_open(slice_text(addresses), &l, &why) == OK, "%s", why.text);
    node_link_hub(l, hub.pub);
    cr_expect_null(node_link_sock(l));
    node_link_connect(l, site.pub, &site.sec);
    cr_expect_eq(next_event(l), NODE_LINK_REFUSED);
    cr_expect_null(node_link_sock(l), "a connection that was refused has ended");
    struct zap_key known = { site.pub, ZAP_MEMBER };
    zap_replace(zap, &known, 1);
    node_link_connect(l, site.pub, &site.sec);
    cr_expect_eq(next_event(l), NODE_LINK_UP);
    cr_expect_not_null(node_link_sock(l));
    sock_close(router);
    cr_expect_eq(next_event(l), NODE_LINK_LOST);
    node_link_close(l);
    zap_stop(zap);
    net_free(net);
    close(fd);
}

Test(link, silence_and_strangers_are_told_apart_once_every_address_had_its_turn)
{
    struct pair site;
    struct boxkey hub = { { 7 } };
    unsigned first = 0;
    unsigned second = 0;
    char addresses[96];
    struct node_link *l = NULL;
    cr_assert(ident_init() == OK);
    site = pair_new();
    int dead = tcp_socket(false, &first);
    int alive = tcp_socket(true, &second);
    snprintf(addresses, sizeof addresses, "127.0.0.1:%u", first);
    cr_assert(node_link_open(slice_text(addresses), &l, NULL) == OK);
    node_link_hub(l, hub);
    node_link_connect(l, site.pub, &site.sec);
    cr_expect_eq(next_event(l), NODE_LINK_SILENT);
    node_link_close(l);
    snprintf(addresses, sizeof addresses, "127.0.0.1:%u 127.0.0.1:%u", second, first);
    cr_assert(node_link_open(slice_text(addresses), &l, NULL) == OK);
    node_link_hub(l, hub);
    node_link_connect(l, site.pub, &site.sec);
    int visitor = accept(alive, NULL, NULL);
    cr_assert(visitor >= 0);
    cr_assert(send(visitor, "HTTP/1.1 400 Bad Request\r\n\r\n", 28, MSG_NOSIGNAL) == 28);
    close(visitor);
    cr_expect_eq(next_event(l), NODE_LINK_STRANGER);
    node_link_close(l);
    close(dead);
    close(alive);
}
