// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The admission handler: answers libzmq's question about each handshake from a sorted table (RFC 27/ZAP), and, on the
// same thread, keeps the guard looking.
// It must never block while it holds the lock, and never fall silent while a router listens.
// Read first: common/net/zap.h.
#include "common/net/zap.h"

#include "common/base/fault.h"
#include "common/net/guard.h"
#include "common/net/loop.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum {
    PROBE_MS = 5000,
    REQUEST_PARTS = 7, // version, request id, domain, address, routing id, mechanism, CURVE key
    PART_BYTES = 256,
};

struct zap {
    struct net *net;
    void *handle;
    int stop; // readable: the thread shall end
    pthread_t thread;
    pthread_mutex_t lock; // over keys and n, and what is known of those who were refused
    struct boxkey out[ZAP_REFUSED_KEPT];
    size_t out_count;
    uint64_t out_times;
    struct zap_key *keys; // ascending, no key twice
    size_t n;
    struct guard *guard;  // used by the thread
    atomic_uint_fast64_t refused;
    atomic_uint_fast64_t cut;
};

static int key_order(const void *a, const void *b)
{
    const struct zap_key *x = a;
    const struct zap_key *y = b;
    return memcmp(x->key.b, y->key.b, sizeof x->key.b);
}

void zap_replace(struct zap *z, const struct zap_key *keys, size_t n)
{
    CHECK(n <= LIMIT_ZAP_KEYS);
    struct zap_key *table = mem_new(n * sizeof *table);
    if (n > 0) {
        memcpy(table, keys, n * sizeof *table);
        qsort(table, n, sizeof *table, key_order);
    }
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept > 0 && key_order(&table[kept - 1], &table[i]) == 0) {
            if (table[i].class > table[kept - 1].class) {
                table[kept - 1].class = table[i].class;
            }
        } else {
            table[kept++] = table[i];
        }
    }
    CHECK(pthread_mutex_lock(&z->lock) == 0);
    struct zap_key *old = z->keys;
    z->keys = table;
    z->n = kept;
    CHECK(pthread_mutex_unlock(&z->lock) == 0);
    free(old);
}

enum zap_class zap_class_of(struct zap *z, struct boxkey key)
{
    struct zap_key wanted = { .key = key };
    CHECK(pthread_mutex_lock(&z->lock) == 0);
    const struct zap_key *found = z->n == 0 ? NULL : bsearch(&wanted, z->keys, z->n, sizeof wanted, key_order);
    enum zap_class class = found == NULL ? ZAP_UNKNOWN : found->class;
    CHECK(pthread_mutex_unlock(&z->lock) == 0);
    return class;
}

uint64_t zap_refused(struct zap *z)
{
    return atomic_load(&z->refused);
}

size_t zap_take_refused(struct zap *z, struct boxkey out[static ZAP_REFUSED_KEPT], uint64_t *times)
{
    CHECK(pthread_mutex_lock(&z->lock) == 0);
    const size_t n = z->out_count;
    memcpy(out, z->out, n * sizeof *out);
    *times = z->out_times;
    z->out_count = 0;
    z->out_times = 0;
    CHECK(pthread_mutex_unlock(&z->lock) == 0);
    return n;
}

static void note_refused(struct zap *z, struct boxkey key)
{
    bool known = false;
    atomic_fetch_add(&z->refused, 1);
    CHECK(pthread_mutex_lock(&z->lock) == 0);
    for (size_t i = 0; i < z->out_count; i++) {
        known = known || boxkey_equal(z->out[i], key);
    }
    if (!known && z->out_count < ZAP_REFUSED_KEPT) {
        z->out[z->out_count++] = key;
    }
    z->out_times++;
    CHECK(pthread_mutex_unlock(&z->lock) == 0);
}

uint64_t zap_cut(struct zap *z)
{
    return atomic_load(&z->cut);
}

struct request {
    uint8_t parts[REQUEST_PARTS][PART_BYTES];
    size_t sizes[REQUEST_PARTS];
    size_t n; // parts that came, those beyond the room counted too
    bool long_part;
};

// Reads one whole request, whatever its form. False when none is there.
static bool request_read(void *handle, struct request *out)
{
    *out = (struct request){ 0 };
    int more = 1;
    while (more != 0) {
        uint8_t surplus[PART_BYTES];
        uint8_t *to = out->n < REQUEST_PARTS ? out->parts[out->n] : surplus;
        int size = zmq_recv(handle, to, PART_BYTES, out->n == 0 ? ZMQ_DONTWAIT : 0);
        if (size < 0 && errno == EINTR) {
            continue;
        }
        if (size < 0) {
            return false;
        }
        out->long_part = out->long_part || size > PART_BYTES;
        if (out->n < REQUEST_PARTS) {
            out->sizes[out->n] = size > PART_BYTES ? 0 : (size_t)size;
        }
        out->n++;
        size_t room = sizeof more;
        CHECK(zmq_getsockopt(handle, ZMQ_RCVMORE, &more, &room) == 0);
    }
    return true;
}

static struct slice request_part(const struct request *r, size_t i)
{
    return slice_of(r->parts[i], r->sizes[i]);
}

// True when the request is well formed, asks about CURVE, and its key is in the table; *key is that key.
static bool request_admits(struct zap *z, const struct request *r, struct boxkey *key)
{
    if (r->n != REQUEST_PARTS || r->long_part || !slice_equal(request_part(r, 0), SLICE_LITERAL("1.0")) ||
        !slice_equal(request_part(r, 5), SLICE_LITERAL("CURVE")) || r->sizes[6] != sizeof key->b) {
        return false;
    }
    memcpy(key->b, r->parts[6], sizeof key->b);
    return zap_class_of(z, *key) != ZAP_UNKNOWN || FAULT(ZAP_OFF);
}

static void reply_part(void *handle, struct slice part, int flags)
{
    while (zmq_send(handle, part.p, part.n, flags) < 0) {
        CHECK(errno == EINTR);
    }
}

// Version, request id, status, text, User-Id, metadata. 400 and not 300, so that the client is told and can say so.
static void request_answer(struct zap *z, const struct request *r)
{
    struct boxkey key = { 0 };
    bool admitted = request_admits(z, r, &key);
    if (!admitted) {
        note_refused(z, key);
    }
    char user[NET_KEY_TEXT + 1] = "";
    if (admitted) {
        CHECK(zmq_z85_encode(user, key.b, sizeof key.b) != NULL);
    }
    reply_part(z->handle, SLICE_LITERAL("1.0"), ZMQ_SNDMORE);
    reply_part(z->handle, request_part(r, 1), ZMQ_SNDMORE);
    reply_part(z->handle, slice_text(admitted ? "200" : "400"), ZMQ_SNDMORE);
    reply_part(z->handle, slice_text(admitted ? "OK" : "not admitted"), ZMQ_SNDMORE);
    reply_part(z->handle, slice_text(user), ZMQ_SNDMORE);
    reply_part(z->handle, SLICE_LITERAL(""), 0);
}

static void *zap_run(void *argument)
{
    struct zap *z = argument;
    zmq_pollitem_t items[2] = { { .socket = z->handle, .events = ZMQ_POLLIN },
                                { .fd = z->stop, .events = ZMQ_POLLIN } };
    uint64_t look_ms = 0;
    while ((items[1].revents & ZMQ_POLLIN) == 0) {
        if (zmq_poll(items, 2, GUARD_MS) < 0) {
            CHECK(errno == EINTR);
            continue;
        }
        uint64_t now = loop_now_ms();
        if (now >= look_ms) {
            atomic_fetch_add(&z->cut, guard_look(z->guard));
            look_ms = now + GUARD_MS;
        }
        struct request request;
        while (request_read(z->handle, &request)) {
            request_answer(z, &request);
        }
    }
    CHECK(zmq_close(z->handle) == 0);
    return NULL;
}

// Starts the thread with all signals blocked: they are for the program's own loop.
static bool start_thread(struct zap *z)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    CHECK(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
    bool started = pthread_create(&z->thread, NULL, zap_run, z) == 0;
    CHECK(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
    return started;
}

enum err zap_start(struct net *net, struct zap **out, struct why *why)
{
    enum err e = ERR_NET;
    struct zap *z = mem_new(sizeof *z);
    z->net = net;
    z->stop = -1;
    z->guard = guard_new(net);
    CHECK(pthread_mutex_init(&z->lock, NULL) == 0);
    z->handle = zmq_socket(net->context, ZMQ_REP);
    if (z->handle == NULL) {
        why_set(why, "starting the admission handler: %s", zmq_strerror(errno));
        goto out;
    }
    int linger = 0;
    CHECK(zmq_setsockopt(z->handle, ZMQ_LINGER, &linger, sizeof linger) == 0);
    if (zmq_bind(z->handle, NET_ZAP_ENDPOINT) != 0) {
        why_set(why, "starting the admission handler: %s", zmq_strerror(errno));
        e = errno == EADDRINUSE ? ERR_BUSY : ERR_NET;
        goto out;
    }
    e = loop_wake_open(&z->stop);
    if (e == OK && !start_thread(z)) {
        e = ERR_NET;
    }
    if (e != OK) {
        why_set(why, "starting the admission handler: no thread or descriptor left");
        goto out;
    }
    atomic_store(&net->guarded, true);
    *out = z;
    return OK;

out:
    if (z->handle != NULL) {
        CHECK(zmq_close(z->handle) == 0);
    }
    loop_fd_close(z->stop);
    CHECK(pthread_mutex_destroy(&z->lock) == 0);
    guard_free(z->guard);
    free(z);
    return e;
}

void zap_stop(struct zap *z)
{
    if (z == NULL) {
        return;
    }
    // Without a handler libzmq lets everybody in: no router may outlive it.
    CHECK(atomic_load(&z->net->routers) == 0);
    loop_wake(z->stop);
    CHECK(pthread_join(z->thread, NULL) == 0);
    atomic_store(&z->net->guarded, false);
    loop_fd_close(z->stop);
    CHECK(pthread_mutex_destroy(&z->lock) == 0);
    guard_free(z->guard);
    free(z->keys);
    free(z);
}

// A fresh CURVE pair; libzmq makes them as Z85 text only.
static void stranger(struct boxkey *pub, struct boxsec *sec)
{
    char pub_text[NET_KEY_TEXT + 1];
    char sec_text[NET_KEY_TEXT + 1];
    CHECK(zmq_curve_keypair(pub_text, sec_text) == 0);
    CHECK(zmq_z85_decode(pub->b, pub_text) != NULL);
    CHECK(zmq_z85_decode(sec->b, sec_text) != NULL);
}

enum err zap_probe(struct net *net, const char *endpoint, struct boxkey hub, struct why *why)
{
    struct boxkey pub;
    struct boxsec sec;
    stranger(&pub, &sec);
    struct sock *s = NULL;
    enum err e = sock_connect_dealer(net, endpoint, hub, pub, &sec, &s, why);
    if (e != OK) {
        return e;
    }
    uint64_t deadline = loop_now_ms() + PROBE_MS;
    enum sock_event event = SOCK_NONE;
    // SOCK_NO_HANDSHAKE alone is not the end: under load a handshake may be cut by its time limit and come again.
    while (e == OK && (event == SOCK_NONE || event == SOCK_NO_HANDSHAKE) && loop_now_ms() < deadline) {
        struct loop_watch watch = { .sock = s };
        e = loop_wait(&watch, 1, deadline);
        event = sock_event_next(s);
    }
    sock_close(s);
    if (e == OK && event == SOCK_UP) {
        why_set(why, "%.120s lets a stranger in: not serving", endpoint);
        e = ERR_PERM;
    } else if (e == OK && event != SOCK_REFUSED) {
        why_set(why, "%.120s did not answer a stranger, so it is not known to be closed: not serving", endpoint);
        e = ERR_NET;
    }
    return e;
}
