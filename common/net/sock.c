// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Contexts, sockets and whole messages over libzmq 4.3.4.
// It must never set a routing id: a chosen one can be squatted or taken over, and its owner's replies with it.
// Read first: common/net/sock.h, then the options in sock_options.
#include "common/net/net_inside.h"

#include "common/base/num.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum {
    RECONNECT_MS = 1000,
    RECONNECT_MAX_MS = 60000,
    CONNECT_MS = 30000,
    PATIENCE_MS = 30000, // a node waits longer for the handshake than the hub, so that the hub's limit decides
    HEARTBEAT_MS = 10000,
    HEARTBEAT_TIMEOUT_MS = 30000,
    HEARTBEAT_TTL_MS = 60000,
    CURVE_BYTES = 33, // that CurveZMQ (RFC 26) adds to a message: "\7MESSAGE", nonce 8, flags 1, box 16
};

struct net *net_new(void)
{
    struct net *net = mem_new(sizeof *net);
    net->context = zmq_ctx_new();
    CHECK(net->context != NULL);
    net->delivered = mem_new(LIMIT_NET_FDS * sizeof *net->delivered);
    net->queued = mem_new(LIMIT_NET_FDS * sizeof *net->queued);
    CHECK(zmq_ctx_set(net->context, ZMQ_IO_THREADS, 1) == 0);
    CHECK(zmq_ctx_set(net->context, ZMQ_BLOCKY, 0) == 0);
    return net;
}

void net_free(struct net *net)
{
    if (net == NULL) {
        return;
    }
    CHECK(atomic_load(&net->sockets) == 0);
    CHECK(!atomic_load(&net->guarded));
    while (zmq_ctx_term(net->context) != 0) {
        CHECK(errno == EINTR);
    }
    free(net->delivered);
    free(net->queued);
    free(net);
}

static void option_int(void *handle, int option, int value)
{
    CHECK(zmq_setsockopt(handle, option, &value, sizeof value) == 0);
}

static void option_key(void *handle, int option, const uint8_t key[static 32])
{
    CHECK(zmq_setsockopt(handle, option, key, 32) == 0);
}

// What both ends set. A router that may not be written to silently drops (4,900 of 5,000 in a trial), so it is told
// to say so; without a short handshake limit idle connections starve honest ones; without linger 0 an end hangs.
static void sock_options(struct sock *s, bool router)
{
    void *h = s->handle;
    int64_t most = LIMIT_FRAME_BYTES + CURVE_BYTES; // libzmq measures what is on the wire
    CHECK(zmq_setsockopt(h, ZMQ_MAXMSGSIZE, &most, sizeof most) == 0);
    option_int(h, ZMQ_LINGER, 0);
    option_int(h, ZMQ_RCVHWM, LIMIT_NET_QUEUE_IN);
    option_int(h, ZMQ_SNDHWM, LIMIT_NET_QUEUE_OUT);
    option_int(h, ZMQ_HANDSHAKE_IVL, router ? LIMIT_HANDSHAKE_MS : PATIENCE_MS);
    option_int(h, ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS);
    option_int(h, ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS);
    option_int(h, ZMQ_HEARTBEAT_TTL, HEARTBEAT_TTL_MS);
    option_int(h, ZMQ_IPV6, strchr(s->endpoint, '[') != NULL);
    if (router) {
        option_int(h, ZMQ_ROUTER_MANDATORY, 1);
        option_int(h, ZMQ_BACKLOG, LIMIT_NET_BACKLOG);
    } else {
        option_int(h, ZMQ_IMMEDIATE, 1);
        option_int(h, ZMQ_RECONNECT_IVL, RECONNECT_MS);
        option_int(h, ZMQ_RECONNECT_IVL_MAX, RECONNECT_MAX_MS);
        option_int(h, ZMQ_CONNECT_TIMEOUT, CONNECT_MS);
    }
}

// Makes the socket of a kind for an address that was checked; NULL when the system has no descriptors left.
static struct sock *sock_new(struct net *net, int kind, const char *address)
{
    void *handle = zmq_socket(net->context, kind);
    if (handle == NULL) {
        return NULL;
    }
    struct sock *s = mem_new(sizeof *s);
    s->net = net;
    s->handle = handle;
    snprintf(s->endpoint, sizeof s->endpoint, "%s", address);
    atomic_fetch_add(&net->sockets, 1);
    if (kind == ZMQ_ROUTER) {
        atomic_fetch_add(&net->routers, 1);
    }
    sock_options(s, kind == ZMQ_ROUTER);
    return s;
}

static bool sock_is_router(const struct sock *s)
{
    return s->monitor == NULL;
}

static enum err no_socket(struct why *why)
{
    why_set(why, "making a network socket: %s", zmq_strerror(errno));
    return ERR_NET;
}

enum err sock_bind_router(struct net *net, const char *address, const struct boxsec *sec, struct sock **out,
                          struct why *why)
{
    if (!sock_address_ok(slice_text(address), true)) {
        why_set(why, "the address to listen on, %.120s, is not of the form tcp://HOST:PORT", address);
        return ERR_CONFIG;
    }
    CHECK(atomic_load(&net->routers) == 0);
    if (!atomic_load(&net->guarded)) {
        why_set(why, "listening without the admission handler would let anybody in");
        return ERR_PERM;
    }
    struct sock *s = sock_new(net, ZMQ_ROUTER, address);
    if (s == NULL) {
        return no_socket(why);
    }
    option_int(s->handle, ZMQ_CURVE_SERVER, 1);
    option_key(s->handle, ZMQ_CURVE_SECRETKEY, sec->b);
    size_t room = sizeof s->endpoint;
    if (zmq_bind(s->handle, address) != 0 || zmq_getsockopt(s->handle, ZMQ_LAST_ENDPOINT, s->endpoint, &room) != 0) {
        int number = errno;
        // ENODEV: libzmq resolves no host names to listen on, only numbers and interfaces.
        why_set(why, "listening on %.120s: %s", address,
                number == ENODEV ? "not an address of this machine (give it as a number)" : zmq_strerror(number));
        sock_close(s);
        return number == EADDRINUSE ? ERR_BUSY : number == ENODEV ? ERR_CONFIG : ERR_NET;
    }
    uint64_t port = 0;
    const char *colon = strrchr(s->endpoint, ':');
    CHECK(colon != NULL);
    CHECK(num_parse_u64(slice_text(colon + 1), &port));
    atomic_store(&net->port, (unsigned)port);
    *out = s;
    return OK;
}

// Attaches the socket on which libzmq reports about connections. False when there are no descriptors left.
static bool sock_monitor(struct sock *s)
{
    char name[48];
    snprintf(name, sizeof name, "inproc://baraza-monitor-%u", atomic_fetch_add(&s->net->monitors, 1));
    s->monitor = zmq_socket(s->net->context, ZMQ_PAIR);
    if (s->monitor == NULL) {
        return false;
    }
    option_int(s->monitor, ZMQ_LINGER, 0);
    option_int(s->monitor, ZMQ_RCVHWM, 0); // else a full queue of reports would stop libzmq's own thread
    int events = ZMQ_EVENT_CONNECT_DELAYED | ZMQ_EVENT_CONNECTED | ZMQ_EVENT_CONNECT_RETRIED | ZMQ_EVENT_DISCONNECTED |
                 ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                 ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
    return zmq_socket_monitor(s->handle, name, events) == 0 && zmq_connect(s->monitor, name) == 0;
}

enum err sock_connect_dealer(struct net *net, const char *address, struct boxkey hub, struct boxkey pub,
                             const struct boxsec *sec, struct sock **out, struct why *why)
{
    if (!sock_address_ok(slice_text(address), false)) {
        why_set(why, "the hub's address, %.120s, is not of the form tcp://HOST:PORT", address);
        return ERR_CONFIG;
    }
    struct sock *s = sock_new(net, ZMQ_DEALER, address);
    if (s == NULL) {
        return no_socket(why);
    }
    s->hub = hub;
    option_key(s->handle, ZMQ_CURVE_SERVERKEY, hub.b);
    option_key(s->handle, ZMQ_CURVE_PUBLICKEY, pub.b);
    option_key(s->handle, ZMQ_CURVE_SECRETKEY, sec->b);
    if (!sock_monitor(s) || zmq_connect(s->handle, address) != 0) {
        why_set(why, "connecting to %.120s: %s", address, zmq_strerror(errno));
        sock_close(s);
        return ERR_NET;
    }
    *out = s;
    return OK;
}

void sock_close(struct sock *s)
{
    if (s == NULL) {
        return;
    }
    bool router = sock_is_router(s);
    if (s->monitor != NULL) {
        zmq_socket_monitor(s->handle, NULL, 0);
        CHECK(zmq_close(s->monitor) == 0);
    }
    CHECK(zmq_close(s->handle) == 0);
    if (router) {
        atomic_store(&s->net->port, 0);
        atomic_fetch_sub(&s->net->routers, 1);
    }
    atomic_fetch_sub(&s->net->sockets, 1);
    free(s);
}

const char *sock_endpoint(const struct sock *s)
{
    return s->endpoint;
}

bool sock_peer_equal(const struct sock_peer *a, const struct sock_peer *b)
{
    return slice_equal(slice_of(a->b, a->n), slice_of(b->b, b->n));
}

// Reads one part into *msg. ERR_AGAIN: none is there; ERR_NET: the context is ending.
static enum err receive_part(void *handle, zmq_msg_t *msg)
{
    while (zmq_msg_recv(msg, handle, ZMQ_DONTWAIT) < 0) {
        if (errno == EAGAIN) {
            return ERR_AGAIN;
        }
        if (errno == ETERM) {
            return ERR_NET;
        }
        CHECK(errno == EINTR);
    }
    return OK;
}

// Adds a message's bytes on the wire to the count of a connection, for the guard.
static void count_bytes(atomic_ullong *counts, int fd, size_t payload)
{
    size_t n = payload + CURVE_BYTES;
    if (fd >= 0 && fd < LIMIT_NET_FDS) {
        atomic_fetch_add(&counts[fd], n + (n > 255 ? 9 : 2)); // a frame's head in ZMTP 3 (RFC 23)
    }
}

// How many bytes of this connection came out. ZMQ_SRCFD is the only way to its descriptor, which is returned.
static int count_delivered(struct sock *s, zmq_msg_t *part)
{
    int fd = zmq_msg_get(part, ZMQ_SRCFD);
    count_bytes(s->net->delivered, fd, zmq_msg_size(part));
    return fd;
}

// Reads what is left of a message and forgets it; libzmq hands out whole messages only, so all of it is there.
static void drain(struct sock *s, void *handle)
{
    int more = 1;
    while (more != 0) {
        zmq_msg_t part;
        CHECK(zmq_msg_init(&part) == 0);
        enum err e = receive_part(handle, &part);
        more = e == OK ? zmq_msg_more(&part) : 0;
        if (e == OK) {
            (void)count_delivered(s, &part);
        }
        CHECK(zmq_msg_close(&part) == 0);
    }
}

// A reply is counted for the connection whose message it answers, so the peer is known by both of its names.
static void peer_set_fd(struct sock_peer *p, int fd)
{
    be32_put(p->b + p->n, (uint32_t)fd);
    p->n = (uint8_t)(p->n + NET_PEER_FD);
}

static int peer_fd(const struct sock_peer *p)
{
    return (int)be32_get(p->b + p->n - NET_PEER_FD);
}

static enum err receive_peer(void *handle, struct sock_peer *out)
{
    zmq_msg_t id;
    CHECK(zmq_msg_init(&id) == 0);
    enum err e = receive_part(handle, &id);
    if (e == OK) {
        size_t n = zmq_msg_size(&id);
        CHECK(n <= sizeof out->b);
        CHECK(zmq_msg_more(&id));
        out->n = (uint8_t)n;
        memcpy(out->b, zmq_msg_data(&id), n);
    }
    CHECK(zmq_msg_close(&id) == 0);
    return e;
}

// Reads into *out the key that the admission handler put on the connection. False when there is none.
static bool message_user(zmq_msg_t *msg, struct boxkey *out)
{
    const char *text = zmq_msg_gets(msg, "User-Id");
    return text != NULL && strlen(text) == NET_KEY_TEXT && zmq_z85_decode(out->b, text) != NULL;
}

enum err sock_receive(struct sock *s, struct sock_frame *out)
{
    *out = (struct sock_frame){ .user = s->hub };
    bool router = sock_is_router(s);
    enum err e = router ? receive_peer(s->handle, &out->from) : OK;
    if (e != OK) {
        return e;
    }
    zmq_msg_t *msg = mem_new(sizeof *msg);
    CHECK(zmq_msg_init(msg) == 0);
    out->owner = msg;
    e = receive_part(s->handle, msg);
    bool named = true;
    if (e == OK && router) {
        int fd = count_delivered(s, msg);
        // Only a peer that chose its routing id, which no node does, has one so long.
        named = (size_t)out->from.n + NET_PEER_FD <= sizeof out->from.b;
        if (named) {
            peer_set_fd(&out->from, fd);
        }
    }
    if (e == OK && zmq_msg_more(msg)) {
        drain(s, s->handle);
        e = ERR_BAD_INPUT;
    }
    if (e == OK && (!named || zmq_msg_size(msg) == 0 || (router && !message_user(msg, &out->user)))) {
        e = ERR_BAD_INPUT;
    }
    if (e != OK) {
        struct sock_peer from = out->from;
        sock_frame_done(out);
        out->from = from;
        return e;
    }
    out->payload = slice_of(zmq_msg_data(msg), zmq_msg_size(msg));
    return OK;
}

enum err sock_frame_like(const struct sock_frame *like, struct slice bytes, struct sock_frame *out)
{
    zmq_msg_t *msg = mem_new(sizeof *msg);
    if (zmq_msg_init_size(msg, bytes.n) != 0) {
        free(msg);
        return ERR_FULL;
    }
    memcpy(zmq_msg_data(msg), bytes.p, bytes.n);
    *out = (struct sock_frame){
        .from = like->from, .user = like->user, .payload = slice_of(zmq_msg_data(msg), bytes.n), .owner = msg
    };
    return OK;
}

void sock_frame_done(struct sock_frame *f)
{
    if (f->owner != NULL) {
        CHECK(zmq_msg_close(f->owner) == 0);
        free(f->owner);
    }
    *f = (struct sock_frame){ 0 };
}

static enum err send_part(void *handle, struct slice part, int flags)
{
    while (zmq_send(handle, part.p, part.n, ZMQ_DONTWAIT | flags) < 0) {
        if (errno == EAGAIN) {
            return ERR_AGAIN;
        }
        if (errno == EHOSTUNREACH || errno == ETERM) {
            return ERR_NET;
        }
        CHECK(errno == EINTR);
    }
    return OK;
}

enum err sock_send(struct sock *s, const struct sock_peer *to, struct slice payload)
{
    CHECK(payload.n > 0);
    CHECK(payload.n <= LIMIT_FRAME_BYTES);
    CHECK(sock_is_router(s) == (to != NULL));
    if (to == NULL) {
        return send_part(s->handle, payload, 0);
    }
    CHECK(to->n >= NET_PEER_FD);
    // A router decides on the first part; once it took that, it takes the rest (or drops it with the connection).
    enum err e = send_part(s->handle, slice_of(to->b, to->n - NET_PEER_FD), ZMQ_SNDMORE);
    if (e == OK) {
        e = send_part(s->handle, payload, 0);
    }
    if (e == OK) {
        count_bytes(s->net->queued, peer_fd(to), payload.n);
    }
    return e;
}

// Reads one report: event number (16 bits), value, then the address as a second part. False when there is none.
static bool monitor_next(struct sock *s, int *out)
{
    zmq_msg_t msg;
    CHECK(zmq_msg_init(&msg) == 0);
    bool got = receive_part(s->monitor, &msg) == OK;
    if (got) {
        uint16_t number = 0;
        CHECK(zmq_msg_size(&msg) >= sizeof number);
        memcpy(&number, zmq_msg_data(&msg), sizeof number);
        *out = number;
        if (zmq_msg_more(&msg)) {
            drain(s, s->monitor);
        }
    }
    CHECK(zmq_msg_close(&msg) == 0);
    return got;
}

// Turns libzmq's reports into ours. One attempt is: CONNECT_DELAYED or nothing (the name is unknown), then CONNECTED
// and the handshake's outcome, or nothing; in the end DISCONNECTED, and CONNECT_RETRIED if it will try again. So an
// attempt whose outcome was not told when CONNECT_RETRIED comes found nobody.
static enum sock_event sock_event_of(struct sock *s, int number)
{
    enum sock_event event = SOCK_NONE;
    if (number == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
        event = SOCK_UP;
    } else if (number == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) {
        event = SOCK_REFUSED;
    } else if (number == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL || number == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL) {
        event = SOCK_NO_HANDSHAKE;
    } else if (number == ZMQ_EVENT_DISCONNECTED && s->up) {
        event = SOCK_DOWN;
    } else if (number == ZMQ_EVENT_DISCONNECTED && !s->told) {
        event = SOCK_NO_HANDSHAKE;
    } else if (number == ZMQ_EVENT_CONNECT_RETRIED && !s->told) {
        event = SOCK_UNREACHED;
    }
    s->up = event == SOCK_UP || (event == SOCK_NONE && s->up);
    s->told = number != ZMQ_EVENT_CONNECT_RETRIED && (s->told || event != SOCK_NONE);
    return event;
}

enum sock_event sock_event_next(struct sock *s)
{
    CHECK(s->monitor != NULL);
    enum sock_event event = SOCK_NONE;
    int number = 0;
    while (event == SOCK_NONE && monitor_next(s, &number)) {
        event = sock_event_of(s, number);
    }
    return event;
}
