// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Who gets through the door, when the table changes, and what happens when many only stand before it.
#include "tests/unit/net/door.h"

#include "common/base/num.h"
#include "common/limits.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

static enum sock_event try_door(struct door *d, const struct pair *pair)
{
    struct sock *s = door_visit(d, pair);
    enum sock_event event = event_within(s, 5000);
    sock_close(s);
    return event;
}

Test(zap, a_replaced_table_holds_for_the_next_handshake_and_leaves_open_connections_to_the_hub)
{
    struct door d;
    door_open(&d);
    struct pair old = pair_new();
    struct pair new = pair_new();
    door_admit(&d, &old, 1);
    struct sock *s = door_visit(&d, &old);
    cr_assert_eq(event_within(s, 5000), SOCK_UP);
    door_admit(&d, &new, 1);
    cr_assert_eq(try_door(&d, &old), SOCK_REFUSED);
    cr_assert_eq(try_door(&d, &new), SOCK_UP);
    cr_assert_eq(say(s, NULL, "still here"), OK);
    struct sock_frame f;
    cr_assert_eq(frame_within(d.router, 5000, &f), OK);
    cr_assert_eq(zap_class_of(d.zap, f.user), ZAP_UNKNOWN);
    sock_frame_done(&f);
    zap_replace(d.zap, NULL, 0);
    cr_assert_eq(try_door(&d, &new), SOCK_REFUSED);
    sock_close(s);
    door_close(&d);
}

Test(zap, of_a_key_listed_twice_the_higher_class_counts_and_many_keys_are_found)
{
    struct net *net = net_new();
    struct zap *zap = NULL;
    struct why why;
    cr_assert_eq(zap_start(net, &zap, &why), OK);
    struct zap_key *keys = calloc(LIMIT_ZAP_KEYS, sizeof *keys);
    for (size_t i = 0; i < LIMIT_ZAP_KEYS; i++) {
        be64_put(keys[i].key.b, (i * 2654435761u) % (LIMIT_ZAP_KEYS / 2)); // every key twice, in no order
        keys[i].class = i < LIMIT_ZAP_KEYS / 2 ? ZAP_INVITATION : ZAP_MEMBER;
    }
    zap_replace(zap, keys, LIMIT_ZAP_KEYS);
    for (uint64_t i = 0; i < LIMIT_ZAP_KEYS / 2; i++) {
        struct boxkey key = { 0 };
        be64_put(key.b, i);
        cr_assert_eq(zap_class_of(zap, key), ZAP_MEMBER);
    }
    struct boxkey absent = { .b = { 0xff } };
    cr_assert_eq(zap_class_of(zap, absent), ZAP_UNKNOWN);
    free(keys);
    zap_stop(zap);
    net_free(net);
}

Test(zap, the_probe_passes_a_closed_door_and_finds_an_open_one_and_does_not_trust_silence)
{
    struct door d;
    struct why why;
    door_open(&d);
    cr_assert_eq(zap_probe(d.net, sock_endpoint(d.router), d.keys.pub, &why), OK, "%s", why.text);

    void *context = zmq_ctx_new(); // another context has no admission handler: any key gets in
    void *open = zmq_socket(context, ZMQ_ROUTER);
    int yes = 1;
    char endpoint[128];
    size_t room = sizeof endpoint;
    zmq_setsockopt(open, ZMQ_CURVE_SERVER, &yes, sizeof yes);
    zmq_setsockopt(open, ZMQ_CURVE_SECRETKEY, d.keys.sec.b, 32);
    cr_assert_eq(zmq_bind(open, "tcp://127.0.0.1:*"), 0);
    cr_assert_eq(zmq_getsockopt(open, ZMQ_LAST_ENDPOINT, endpoint, &room), 0);
    cr_assert_eq(zap_probe(d.net, endpoint, d.keys.pub, &why), ERR_PERM);
    zmq_close(open);
    zmq_ctx_term(context);

    uint64_t start = loop_now_ms();
    cr_assert_eq(zap_probe(d.net, endpoint, d.keys.pub, &why), ERR_NET);
    cr_assert_lt(loop_now_ms() - start, 8000);
    door_close(&d);
}

// Asks the handler as libzmq does, but with parts of our choice; returns the status it answers.
static int ask(void *context, const struct slice *parts, size_t n)
{
    void *req = zmq_socket(context, ZMQ_REQ);
    int linger = 0;
    zmq_setsockopt(req, ZMQ_LINGER, &linger, sizeof linger);
    cr_assert_eq(zmq_connect(req, "inproc://zeromq.zap.01"), 0);
    for (size_t i = 0; i < n; i++) {
        cr_assert_geq(zmq_send(req, parts[i].p, parts[i].n, i + 1 < n ? ZMQ_SNDMORE : 0), 0);
    }
    char answer[6][128];
    int sizes[6];
    int more = 1;
    size_t count = 0;
    size_t room = sizeof more;
    while (more != 0) {
        cr_assert_lt(count, 6);
        sizes[count] = zmq_recv(req, answer[count], sizeof answer[count], 0);
        cr_assert_geq(sizes[count], 0);
        count++;
        zmq_getsockopt(req, ZMQ_RCVMORE, &more, &room);
    }
    cr_assert_eq(count, 6);
    cr_assert_eq(sizes[2], 3);
    cr_assert_eq(sizes[4] == 40, memcmp(answer[2], "200", 3) == 0);
    zmq_close(req);
    uint64_t status = 0;
    cr_assert(num_parse_u64(slice_of(answer[2], 3), &status));
    return (int)status;
}

// The test speaks to the handler inside its own context, which only this file may look into.
struct net_first {
    void *context;
};

Test(zap, a_question_in_any_other_form_is_refused_and_the_next_one_answered)
{
    struct door d;
    door_open(&d);
    struct pair site = pair_new();
    door_admit(&d, &site, 1);
    void *context = ((struct net_first *)d.net)->context;
    uint8_t long_bytes[1000] = { 0 };
    struct slice key = slice_of(site.pub.b, 32);
    struct slice good[7] = { SLICE_LITERAL("1.0"), SLICE_LITERAL("1"),     SLICE_LITERAL(""), SLICE_LITERAL("10.0.0.1"),
                             SLICE_LITERAL(""),    SLICE_LITERAL("CURVE"), key };
    const struct {
        size_t part;
        struct slice value;
        int status;
    } rows[] = {
        { 1, SLICE_LITERAL("2"), 200 },
        { 0, SLICE_LITERAL("2.0"), 400 },
        { 0, SLICE_LITERAL(""), 400 },
        { 5, SLICE_LITERAL("NULL"), 400 },
        { 5, SLICE_LITERAL("PLAIN"), 400 },
        { 5, SLICE_LITERAL("GSSAPI"), 400 },
        { 6, slice_of(site.pub.b, 31), 400 },
        { 6, slice_of(long_bytes, 33), 400 },
        { 6, slice_of(long_bytes, 1000), 400 },
        { 2, slice_of(long_bytes, 1000), 400 },
        { 1, slice_of(long_bytes, 1000), 400 },
        { 6, slice_of(long_bytes, 32), 400 },
        { 1, SLICE_LITERAL("last"), 200 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct slice parts[7];
        memcpy(parts, good, sizeof parts);
        parts[rows[i].part] = rows[i].value;
        cr_expect_eq(ask(context, parts, 7), rows[i].status, "row %zu", i);
    }
    struct slice many[20];
    for (size_t i = 0; i < 20; i++) {
        many[i] = good[i % 7];
    }
    for (size_t n = 1; n <= 20; n++) {
        cr_expect_eq(ask(context, many, n), n == 7 ? 200 : 400, "%zu parts", n);
    }
    door_close(&d);
}

static int idle_connection(const char *endpoint)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    uint64_t port = 0;
    cr_assert(num_parse_u64(slice_text(strrchr(endpoint, ':') + 1), &port));
    address.sin_port = htons((uint16_t)port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_geq(fd, 0);
    cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

Test(zap, five_hundred_connections_that_say_nothing_do_not_keep_an_honest_one_out)
{
    enum { IDLE = 500 };
    struct door d;
    int idle[IDLE];
    loop_raise_files();
    door_open(&d);
    struct pair site = pair_new();
    door_admit(&d, &site, 1);
    for (size_t i = 0; i < IDLE; i++) {
        idle[i] = idle_connection(sock_endpoint(d.router));
    }
    uint64_t start = loop_now_ms();
    struct sock *s = door_visit(&d, &site);
    cr_assert_eq(event_within(s, 10000), SOCK_UP);
    cr_assert_lt(loop_now_ms() - start, 5000);
    cr_assert_eq(say(s, NULL, "hello"), OK);
    struct sock_frame f;
    cr_assert_eq(frame_within(d.router, 5000, &f), OK);
    sock_frame_done(&f);

    // Each idle one is closed when its time for the handshake is over.
    char bytes[64];
    uint64_t deadline = loop_now_ms() + LIMIT_HANDSHAKE_MS + 5000;
    for (size_t i = 0; i < IDLE; i++) {
        while (recv(idle[i], bytes, sizeof bytes, MSG_DONTWAIT) != 0) {
            cr_assert_lt(loop_now_ms(), deadline);
            cr_assert_eq(loop_wait(NULL, 0, loop_now_ms() + 5), OK);
        }
        close(idle[i]);
    }
    sock_close(s);
    door_close(&d);
}
