// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A hub's door and visitors, for the tests of common/net.
#include "tests/unit/net/door.h"

#include <criterion/criterion.h>
#include <zmq.h>

struct pair pair_new(void)
{
    struct pair pair;
    char pub[41];
    char sec[41];
    CHECK(zmq_curve_keypair(pub, sec) == 0);
    CHECK(zmq_z85_decode(pair.pub.b, pub) != NULL);
    CHECK(zmq_z85_decode(pair.sec.b, sec) != NULL);
    return pair;
}

void door_open(struct door *d)
{
    struct why why = { 0 };
    *d = (struct door){ .net = net_new(), .keys = pair_new() };
    cr_assert_eq(zap_start(d->net, &d->zap, &why), OK, "%s", why.text);
    cr_assert_eq(sock_bind_router(d->net, "tcp://127.0.0.1:0", &d->keys.sec, &d->router, &why), OK, "%s", why.text);
}

void door_close(struct door *d)
{
    sock_close(d->router);
    zap_stop(d->zap);
    net_free(d->net);
}

void door_admit(struct door *d, const struct pair *pairs, size_t n)
{
    struct zap_key keys[8];
    CHECK(n <= sizeof keys / sizeof keys[0]);
    for (size_t i = 0; i < n; i++) {
        keys[i] = (struct zap_key){ .key = pairs[i].pub, .class = ZAP_MEMBER };
    }
    zap_replace(d->zap, keys, n);
}

struct sock *door_visit(struct door *d, const struct pair *pair)
{
    struct why why = { 0 };
    struct sock *s = NULL;
    enum err e = sock_connect_dealer(d->net, sock_endpoint(d->router), d->keys.pub, pair->pub, &pair->sec, &s, &why);
    cr_assert_eq(e, OK, "%s", why.text);
    return s;
}

enum sock_event event_within(struct sock *s, uint64_t ms)
{
    uint64_t deadline = loop_now_ms() + ms;
    enum sock_event event = sock_event_next(s);
    while (event == SOCK_NONE && loop_now_ms() < deadline) {
        struct loop_watch watch = { .sock = s };
        cr_assert_eq(loop_wait(&watch, 1, deadline), OK);
        event = sock_event_next(s);
    }
    return event;
}

enum err frame_within(struct sock *s, uint64_t ms, struct sock_frame *out)
{
    uint64_t deadline = loop_now_ms() + ms;
    enum err e = sock_receive(s, out);
    while (e == ERR_AGAIN && loop_now_ms() < deadline) {
        struct loop_watch watch = { .sock = s };
        cr_assert_eq(loop_wait(&watch, 1, deadline), OK);
        e = sock_receive(s, out);
    }
    return e;
}

enum err say(struct sock *s, const struct sock_peer *to, const char *text)
{
    uint64_t deadline = loop_now_ms() + 2000;
    enum err e = sock_send(s, to, slice_text(text));
    while (e == ERR_AGAIN && loop_now_ms() < deadline) {
        cr_assert_eq(loop_wait(NULL, 0, loop_now_ms() + 5), OK);
        e = sock_send(s, to, slice_text(text));
    }
    return e;
}
