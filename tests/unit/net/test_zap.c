// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Who gets through the door, when the table changes, and what happens when many only stand before it.
#include "tests/unit/net/door.h"
#include "tests/unit/net/relay.h"

#include "common/base/num.h"
#include "common/limits.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
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
        idle[i] = connect_to(port_of(sock_endpoint(d.router)));
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

// What the hostile process is told: how many visitors with which key go through which port to which hub.
struct orders {
    unsigned port;
    size_t visitors;
    struct boxkey hub;
    struct pair pair;
};

// Each visitor sends a message of twelve parts of 1 MB over a relay that does not let its end through.
static void send_endless(const struct orders *orders)
{
    void *context = zmq_ctx_new();
    uint8_t *part = calloc(1, 1000000);
    char address[64];
    snprintf(address, sizeof address, "tcp://127.0.0.1:%u", orders->port);
    for (size_t i = 0; i < orders->visitors; i++) {
        void *s = zmq_socket(context, ZMQ_DEALER);
        zmq_setsockopt(s, ZMQ_CURVE_SERVERKEY, orders->hub.b, 32);
        zmq_setsockopt(s, ZMQ_CURVE_PUBLICKEY, orders->pair.pub.b, 32);
        zmq_setsockopt(s, ZMQ_CURVE_SECRETKEY, orders->pair.sec.b, 32);
        zmq_connect(s, address);
        for (size_t j = 0; j < 12; j++) {
            zmq_send(s, part, 1000000, j + 1 < 12 ? ZMQ_SNDMORE : 0);
        }
    }
}

// A process of its own, made before this one has threads, because libzmq aborts a sender that is cut in the middle of
// a message of several parts. It waits for its orders on the pipe and is killed in the end.
static pid_t hostile_new(int *orders_fd)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    pid_t pid = fork();
    cr_assert_geq(pid, 0);
    if (pid == 0) {
        struct orders orders;
        close(ends[1]);
        if (read(ends[0], &orders, sizeof orders) == (ssize_t)sizeof orders) {
            send_endless(&orders);
            pause();
        }
        _exit(0);
    }
    close(ends[0]);
    *orders_fd = ends[1];
    return pid;
}

// True when, within ten seconds, at least n connections were cut, while an honest site goes on being heard.
static bool cut_while_heard(struct door *d, struct sock *honest, uint64_t n)
{
    uint64_t deadline = loop_now_ms() + 10000;
    while (zap_cut(d->zap) < n && loop_now_ms() < deadline) {
        cr_assert_eq(say(honest, NULL, "still here"), OK);
        struct sock_frame f;
        cr_assert_eq(frame_within(d->router, 5000, &f), OK);
        cr_assert(slice_equal(f.payload, SLICE_LITERAL("still here")));
        sock_frame_done(&f);
        cr_assert_eq(loop_wait(NULL, 0, loop_now_ms() + 20), OK);
    }
    return zap_cut(d->zap) >= n;
}

Test(zap, messages_that_never_end_are_cut_alone_or_together_and_honest_ones_are_heard)
{
    static const struct {
        size_t visitors;
        size_t bytes; // of each that come through
        uint64_t cut; // at least
    } rows[] = {
        { 1, LIMIT_NET_HELD_PEER + 1000000, 1 }, // more than one may hold
        { 20, LIMIT_NET_HELD_PEER - 1000000, 20 - LIMIT_NET_HELD / 5290000 }, // more than all together may
    };
    pid_t hostile[2];
    int orders_fd[2];
    for (size_t i = 0; i < 2; i++) {
        hostile[i] = hostile_new(&orders_fd[i]);
    }
    struct door d;
    door_open(&d);
    struct pair pairs[2] = { pair_new(), pair_new() };
    door_admit(&d, pairs, 2);
    struct sock *honest = door_visit(&d, &pairs[0]);
    cr_assert_eq(event_within(honest, 5000), SOCK_UP);
    for (size_t i = 0; i < 2; i++) {
        struct relay relay;
        relay_open(&relay, port_of(sock_endpoint(d.router)), rows[i].bytes);
        struct orders orders = { relay.port, rows[i].visitors, d.keys.pub, pairs[1] };
        cr_assert_eq(write(orders_fd[i], &orders, sizeof orders), (ssize_t)sizeof orders);
        cr_expect(cut_while_heard(&d, honest, zap_cut(d.zap) + rows[i].cut), "row %zu", i);
        kill(hostile[i], SIGKILL);
        waitpid(hostile[i], NULL, 0);
        close(orders_fd[i]);
        relay_close(&relay);
    }
    sock_close(honest);
    door_close(&d);
}

Test(zap, an_honest_site_that_sends_much_to_a_hub_that_is_busy_is_not_cut_and_loses_nothing)
{
    struct door d;
    door_open(&d);
    struct pair site = pair_new();
    door_admit(&d, &site, 1);
    struct sock *s = door_visit(&d, &site);
    cr_assert_eq(event_within(s, 5000), SOCK_UP);
    uint8_t *block = calloc(1, LIMIT_FRAME_BYTES);
    struct sock_frame f;
    uint64_t sent = 0;
    uint64_t read = 0;
    while (read < 60) {
        be64_put(block, sent);
        if (sent < 60 && sock_send(s, NULL, slice_of(block, LIMIT_FRAME_BYTES)) == OK) {
            sent++;
        } else if (read % 20 == 0) {
            cr_assert_eq(loop_wait(NULL, 0, loop_now_ms() + 400), OK); // some looks of the guard long
        }
        if (sent == 60 || sent > read + 15) {
            cr_assert_eq(frame_within(d.router, 5000, &f), OK);
            cr_assert_eq(be64_get(f.payload.p), read);
            read++;
            sock_frame_done(&f);
        }
    }
    cr_assert_eq(zap_cut(d.zap), 0);
    free(block);
    sock_close(s);
    door_close(&d);
}

// The hub says n blocks of a mebibyte to a peer, as long as it can. Returns how many went into the queue.
static size_t say_much(struct door *d, const struct sock_peer *to, size_t n)
{
    uint8_t *block = calloc(1, LIMIT_FRAME_BYTES);
    size_t said = 0;
    enum err e = OK;
    while (said < n && e == OK) {
        e = sock_send(d->router, to, slice_of(block, LIMIT_FRAME_BYTES));
        said += e == OK;
        cr_assert_eq(loop_wait(NULL, 0, loop_now_ms() + 20), OK);
    }
    free(block);
    return said;
}

// A visitor, and how the hub replies to it.
static struct sock *introduced(struct door *d, const struct pair *pair, struct sock_peer *out)
{
    struct sock_frame f;
    struct sock *s = door_visit(d, pair);
    cr_assert_eq(event_within(s, 5000), SOCK_UP);
    cr_assert_eq(say(s, NULL, "hello"), OK);
    cr_assert_eq(frame_within(d->router, 5000, &f), OK);
    *out = f.from;
    sock_frame_done(&f);
    return s;
}

Test(zap, one_who_asks_for_much_and_does_not_read_is_cut_and_one_who_reads_gets_it)
{
    enum { MUCH = 60 };
    struct door d;
    door_open(&d);
    struct pair pairs[2] = { pair_new(), pair_new() };
    door_admit(&d, pairs, 2);
    struct sock_peer to[2];
    struct sock *deaf = introduced(&d, &pairs[0], &to[0]);
    struct sock *site = introduced(&d, &pairs[1], &to[1]);
    size_t said = say_much(&d, &to[0], MUCH);
    cr_expect_gt(said, LIMIT_NET_HELD_PEER / LIMIT_FRAME_BYTES);
    cr_expect_lt(said, MUCH, "%zu mebibytes wait for a peer that reads nothing", said);
    cr_expect_eq(zap_cut(d.zap), 1);
    for (size_t i = 0; i < MUCH; i++) {
        struct sock_frame f;
        cr_assert_eq(say_much(&d, &to[1], 1), 1);
        cr_assert_eq(frame_within(site, 5000, &f), OK);
        sock_frame_done(&f);
    }
    cr_expect_eq(zap_cut(d.zap), 1);
    sock_close(deaf);
    sock_close(site);
    door_close(&d);
}
