// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Messages between real sockets on 127.0.0.1, and what hostile ones do to them.
#include "tests/unit/net/door.h"

#include "common/limits.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#define SAYS(frame, text) cr_assert(slice_equal((frame).payload, SLICE_LITERAL(text)))

Test(sock, an_admitted_key_gets_in_and_is_known_by_its_key_and_answered)
{
    struct door d;
    door_open(&d);
    struct pair site = pair_new();
    door_admit(&d, &site, 1);
    struct sock *s = door_visit(&d, &site);
    cr_assert_eq(event_within(s, 5000), SOCK_UP);
    cr_assert_eq(say(s, NULL, "hello"), OK);
    struct sock_frame f;
    cr_assert_eq(frame_within(d.router, 5000, &f), OK);
    SAYS(f, "hello");
    cr_assert(boxkey_equal(f.user, site.pub));
    struct sock_peer back = f.from;
    sock_frame_done(&f);
    cr_assert_eq(say(d.router, &back, "welcome"), OK);
    cr_assert_eq(frame_within(s, 5000, &f), OK);
    SAYS(f, "welcome");
    cr_assert(boxkey_equal(f.user, d.keys.pub));
    sock_frame_done(&f);
    sock_close(s);
    door_close(&d);
}

Test(sock, an_unknown_key_is_refused_and_told_so_and_cannot_talk)
{
    struct door d;
    door_open(&d);
    struct pair stranger = pair_new();
    struct sock *s = door_visit(&d, &stranger);
    cr_assert_eq(event_within(s, 5000), SOCK_REFUSED);
    cr_assert_eq(sock_send(s, NULL, SLICE_LITERAL("hello")), ERR_AGAIN);
    struct sock_frame f;
    cr_assert_eq(frame_within(d.router, 200, &f), ERR_AGAIN);
    cr_assert_eq(zap_refused(d.zap), 1);
    struct boxkey out[ZAP_REFUSED_KEPT];
    uint64_t times = 0;
    cr_assert_eq(zap_take_refused(d.zap, out, &times), 1);
    cr_expect(boxkey_equal(out[0], stranger.pub)); // she has proved that it is hers
    cr_expect_eq(times, 1);
    cr_expect_eq(zap_take_refused(d.zap, out, &times), 0);
    cr_expect_eq(times, 0);
    sock_close(s);
    door_close(&d);
}

Test(sock, a_connection_that_ended_is_told_to_both_ends_and_nothing_goes_to_it)
{
    struct door d;
    door_open(&d);
    struct pair sites[2] = { pair_new(), pair_new() };
    door_admit(&d, sites, 2);
    struct sock *s = door_visit(&d, &sites[0]);
    cr_assert_eq(say(s, NULL, "hello"), OK);
    struct sock_frame f;
    cr_assert_eq(frame_within(d.router, 5000, &f), OK);
    sock_close(s);
    enum err e = OK;
    for (int i = 0; i < 400 && e != ERR_NET; i++) {
        cr_assert_eq(loop_wait(NULL, 0, loop_now_ms() + 5), OK);
        e = sock_send(d.router, &f.from, SLICE_LITERAL("x"));
    }
    cr_assert_eq(e, ERR_NET);
    sock_frame_done(&f);

    s = door_visit(&d, &sites[1]);
    cr_assert_eq(event_within(s, 5000), SOCK_UP);
    sock_close(d.router);
    d.router = NULL;
    cr_assert_eq(event_within(s, 5000), SOCK_DOWN);
    cr_assert_eq(event_within(s, 5000), SOCK_UNREACHED);
    cr_assert_eq(sock_send(s, NULL, SLICE_LITERAL("x")), ERR_AGAIN);
    sock_close(s);
    door_close(&d);
}

Test(sock, another_hub_key_another_protocol_and_an_empty_port_are_told_apart)
{
    struct door d;
    door_open(&d);
    struct pair site = pair_new();
    struct pair other = pair_new();
    door_admit(&d, &site, 1);
    struct why why;
    struct sock *s = NULL;
    const char *there = sock_endpoint(d.router);
    cr_assert_eq(sock_connect_dealer(d.net, there, other.pub, site.pub, &site.sec, &s, &why), OK);
    cr_assert_eq(event_within(s, 5000), SOCK_NO_HANDSHAKE);
    sock_close(s);

    void *context = zmq_ctx_new();
    void *plain = zmq_socket(context, ZMQ_ROUTER); // no CURVE: a hub that could be anybody
    char endpoint[128];
    size_t room = sizeof endpoint;
    cr_assert_eq(zmq_bind(plain, "tcp://127.0.0.1:*"), 0);
    cr_assert_eq(zmq_getsockopt(plain, ZMQ_LAST_ENDPOINT, endpoint, &room), 0);
    cr_assert_eq(sock_connect_dealer(d.net, endpoint, other.pub, site.pub, &site.sec, &s, &why), OK);
    cr_assert_eq(event_within(s, 5000), SOCK_NO_HANDSHAKE);
    sock_close(s);
    zmq_close(plain);
    zmq_ctx_term(context);

    cr_assert_eq(sock_connect_dealer(d.net, endpoint, other.pub, site.pub, &site.sec, &s, &why), OK);
    cr_assert_eq(event_within(s, 5000), SOCK_UNREACHED);
    sock_close(s);
    door_close(&d);
}

// A visitor that libzmq lets build what our own sockets never send.
static void *raw_visitor(struct door *d, void *context, const struct pair *pair)
{
    void *s = zmq_socket(context, ZMQ_DEALER);
    int linger = 0;
    zmq_setsockopt(s, ZMQ_LINGER, &linger, sizeof linger);
    if (pair != NULL) {
        zmq_setsockopt(s, ZMQ_CURVE_SERVERKEY, d->keys.pub.b, 32);
        zmq_setsockopt(s, ZMQ_CURVE_PUBLICKEY, pair->pub.b, 32);
        zmq_setsockopt(s, ZMQ_CURVE_SECRETKEY, pair->sec.b, 32);
    }
    cr_assert_eq(zmq_connect(s, sock_endpoint(d->router)), 0);
    return s;
}

Test(sock, a_message_of_several_parts_or_of_no_bytes_is_dropped_whole_and_the_next_one_read)
{
    struct door d;
    door_open(&d);
    struct pair site = pair_new();
    door_admit(&d, &site, 1);
    void *context = zmq_ctx_new();
    void *raw = raw_visitor(&d, context, &site);
    for (int i = 0; i < 500; i++) {
        cr_assert_eq(zmq_send(raw, "part", 4, ZMQ_SNDMORE), 4);
    }
    cr_assert_eq(zmq_send(raw, "last", 4, 0), 4);
    cr_assert_eq(zmq_send(raw, "", 0, 0), 0);
    cr_assert_eq(zmq_send(raw, "good", 4, 0), 4);
    struct sock_frame f;
    cr_assert_eq(frame_within(d.router, 5000, &f), ERR_BAD_INPUT);
    cr_assert_gt(f.from.n, 0);
    cr_assert_null(f.owner);
    cr_assert_eq(frame_within(d.router, 5000, &f), ERR_BAD_INPUT);
    cr_assert_eq(frame_within(d.router, 5000, &f), OK);
    SAYS(f, "good");
    sock_frame_done(&f);
    zmq_close(raw);
    zmq_ctx_term(context);
    door_close(&d);
}

Test(sock, a_message_over_the_limit_ends_the_connection_and_is_never_seen)
{
    struct door d;
    door_open(&d);
    struct pair site = pair_new();
    door_admit(&d, &site, 1);
    void *context = zmq_ctx_new();
    void *raw = raw_visitor(&d, context, &site);
    uint8_t *big = calloc(1, LIMIT_FRAME_BYTES + 1);
    cr_assert_eq(zmq_send(raw, big, LIMIT_FRAME_BYTES, 0), LIMIT_FRAME_BYTES);
    cr_assert_eq(zmq_send(raw, big, LIMIT_FRAME_BYTES + 1, 0), LIMIT_FRAME_BYTES + 1);
    struct sock_frame f;
    cr_assert_eq(frame_within(d.router, 5000, &f), OK);
    cr_assert_eq(f.payload.n, LIMIT_FRAME_BYTES);
    sock_frame_done(&f);
    cr_assert_eq(frame_within(d.router, 500, &f), ERR_AGAIN);
    free(big);
    zmq_close(raw);
    zmq_ctx_term(context);
    door_close(&d);
}

Test(sock, a_visitor_without_curve_is_never_heard)
{
    struct door d;
    door_open(&d);
    void *context = zmq_ctx_new();
    void *raw = raw_visitor(&d, context, NULL);
    zmq_send(raw, "let me in", 9, ZMQ_DONTWAIT);
    struct sock_frame f;
    cr_assert_eq(frame_within(d.router, 300, &f), ERR_AGAIN);
    zmq_close(raw);
    zmq_ctx_term(context);
    door_close(&d);
}

Test(sock, a_peer_that_does_not_read_makes_sending_say_not_now_and_loses_nothing_accepted)
{
    struct door d;
    door_open(&d);
    struct pair site = pair_new();
    door_admit(&d, &site, 1);
    struct sock *s = door_visit(&d, &site);
    cr_assert_eq(say(s, NULL, "hello"), OK);
    struct sock_frame f;
    cr_assert_eq(frame_within(d.router, 5000, &f), OK);
    struct sock_peer slow = f.from;
    sock_frame_done(&f);

    enum { BLOCK = LIMIT_NET_HELD_PEER / LIMIT_NET_QUEUE_OUT / 2 }; // a full queue of them is not cut by the guard
    uint8_t *block = calloc(1, BLOCK);
    uint64_t sent = 0;
    uint64_t refused_in_a_row = 0;
    uint64_t start = loop_now_ms();
    while (refused_in_a_row < 40) { // for 200 ms nothing moves: it is really full
        be64_put(block, sent);
        enum err e = sock_send(d.router, &slow, slice_of(block, BLOCK));
        cr_assert(e == OK || e == ERR_AGAIN);
        sent += e == OK ? 1 : 0;
        refused_in_a_row = e == OK ? 0 : refused_in_a_row + 1;
        if (e == ERR_AGAIN) {
            cr_assert_eq(loop_wait(NULL, 0, loop_now_ms() + 5), OK);
        }
    }
    cr_assert_gt(sent, LIMIT_NET_QUEUE_OUT / 2);
    cr_assert_lt(loop_now_ms() - start, 20000);
    for (uint64_t i = 0; i < sent; i++) {
        cr_assert_eq(frame_within(s, 5000, &f), OK);
        cr_assert_eq(be64_get(f.payload.p), i);
        sock_frame_done(&f);
    }
    cr_assert_eq(frame_within(s, 100, &f), ERR_AGAIN);
    free(block);
    sock_close(s);
    door_close(&d);
}

Test(sock, nothing_listens_without_the_admission_handler_nor_twice_on_one_port)
{
    struct net *net = net_new();
    struct pair hub = pair_new();
    struct why why;
    struct sock *s = NULL;
    cr_assert_eq(sock_bind_router(net, "tcp://127.0.0.1:0", &hub.sec, &s, &why), ERR_PERM);
    struct zap *zap = NULL;
    struct zap *second = NULL;
    cr_assert_eq(zap_start(net, &zap, &why), OK);
    cr_assert_eq(zap_start(net, &second, &why), ERR_BUSY);
    cr_assert_eq(sock_bind_router(net, "tcp://127.0.0.1:0", &hub.sec, &s, &why), OK);
    struct net *other = net_new();
    struct zap *other_zap = NULL;
    struct sock *again = NULL;
    cr_assert_eq(zap_start(other, &other_zap, &why), OK);
    cr_assert_eq(sock_bind_router(other, sock_endpoint(s), &hub.sec, &again, &why), ERR_BUSY);
    cr_assert_eq(sock_bind_router(other, "tcp://localhost:0", &hub.sec, &again, &why), ERR_CONFIG);
    cr_assert_null(again);
    zap_stop(other_zap);
    net_free(other);
    sock_close(s);
    zap_stop(zap);
    net_free(net);
}

Test(sock, six_is_spoken_when_the_address_is_six)
{
    struct net *net = net_new();
    struct zap *zap = NULL;
    struct why why;
    cr_assert_eq(zap_start(net, &zap, &why), OK);
    struct door d = { .net = net, .zap = zap, .keys = pair_new() };
    if (sock_bind_router(net, "tcp://[::1]:0", &d.keys.sec, &d.router, &why) != OK) {
        zap_stop(zap);
        net_free(net);
        cr_skip_test("skipped: this machine has no IPv6");
    }
    struct pair site = pair_new();
    door_admit(&d, &site, 1);
    struct sock *s = door_visit(&d, &site);
    cr_assert_eq(event_within(s, 5000), SOCK_UP);
    sock_close(s);
    door_close(&d);
}

Test(sock, only_tcp_addresses_with_a_plain_host_and_port_are_taken)
{
    static const struct {
        const char *text;
        bool connect;
        bool bind;
    } rows[] = {
        { "tcp://hub.example.org:4740", true, true },
        { "tcp://127.0.0.1:1", true, true },
        { "tcp://[fd00::1]:65535", true, true },
        { "tcp://[::ffff:10.0.0.1]:4740", true, true },
        { "tcp://127.0.0.1:0", false, true },
        { "tcp://*:4740", false, true },
        { "tcp://hub:65536", false, false },
        { "tcp://hub:04740", false, false },
        { "tcp://hub", false, false },
        { "tcp://:4740", false, false },
        { "tcp://[]:4740", false, false },
        { "tcp://[fe80::1%eth0]:4740", false, false },
        { "tcp://::1:4740", false, false },
        { "tcp://10.0.0.1:1;hub:4740", false, false },
        { "tcp://a b:4740", false, false },
        { "tcp://hub:4740/", false, false },
        { "ipc:///tmp/x", false, false },
        { "inproc://zeromq.zap.01", false, false },
        { "hub:4740", false, false },
        { "tcp://", false, false },
        { "", false, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_expect_eq(sock_address_ok(slice_text(rows[i].text), false), rows[i].connect, "%s", rows[i].text);
        cr_expect_eq(sock_address_ok(slice_text(rows[i].text), true), rows[i].bind, "%s", rows[i].text);
    }
    char longest[300];
    memset(longest, 'a', sizeof longest);
    memcpy(longest, "tcp://", 6);
    memcpy(longest + 295, ":4740", 5);
    cr_expect_not(sock_address_ok(slice_of(longest, sizeof longest), false));
}
