// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The server: connections here, requests in http_request.c. Read first: http.h, http_inside.h.
#include "common/http/http_inside.h"
#include "common/http/peer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define ACCEPTED_AT_ONCE 16
#define BACKLOG 256
#define PAUSE_MS 1000u // when the system has no descriptor or memory for another connection

// --- the table of connections ---

static void connection_noticed(void *context, struct MHD_Connection *connection, void **own,
                               enum MHD_ConnectionNotificationCode code)
{
    struct http *h = context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        struct http_connection *c = h->connections;
        CHECK(h->count < LIMIT_HTTP_CONNECTIONS);
        while (c->fd >= 0) {
            c++; // there is a free one: nobody is accepted while there is none
        }
        *c = (struct http_connection){ .fd = info->connect_fd, .end_ms = h->now_ms + LIMIT_HTTP_REQUEST_MS };
        h->count++;
        *own = c;
    } else if (*own != NULL) {
        *(struct http_connection *)*own = (struct http_connection){ .fd = -1 };
        h->count--;
        *own = NULL;
    }
}

// libmicrohttpd sees the end of it and closes.
static void cut(struct http_connection *c)
{
    (void)shutdown(c->fd, SHUT_RDWR);
    c->is_cut = true;
}

// Who was never served first, then who was served longest ago; whoever came first of these.
static bool goes_before(const struct http_connection *a, const struct http_connection *b)
{
    return a->served != b->served ? !a->served : a->end_ms < b->end_ms;
}

static void make_room(struct http *h)
{
    struct http_connection *victim = NULL;
    for (size_t i = 0; i < LIMIT_HTTP_CONNECTIONS; i++) {
        struct http_connection *c = &h->connections[i];
        if (c->fd >= 0 && !c->is_cut && (victim == NULL || goes_before(c, victim))) {
            victim = c;
        }
    }
    if (victim != NULL) {
        cut(victim);
    }
    (void)MHD_run(h->daemon);
}

static void renew(struct http *h)
{
    for (size_t i = 0; i < LIMIT_HTTP_CONNECTIONS; i++) {
        struct http_connection *c = &h->connections[i];
        if (c->fd >= 0 && c->renew_ms != 0) {
            c->end_ms = h->now_ms + c->renew_ms;
            c->renew_ms = 0;
        }
    }
}

static void cut_late(struct http *h)
{
    bool any = false;
    for (size_t i = 0; i < LIMIT_HTTP_CONNECTIONS; i++) {
        struct http_connection *c = &h->connections[i];
        if (c->fd >= 0 && !c->is_cut && c->end_ms <= h->now_ms) {
            cut(c);
            any = true;
        }
    }
    if (any) {
        (void)MHD_run(h->daemon);
    }
}

void http_end_others(struct http *h, const struct http_call *call)
{
    const union MHD_ConnectionInfo *own =
        MHD_get_connection_info(call->head, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    for (size_t i = 0; i < LIMIT_HTTP_CONNECTIONS; i++) {
        struct http_connection *c = &h->connections[i];
        if (c->fd >= 0 && !c->is_cut && c != own->socket_context) {
            cut(c);
        }
    }
}

// --- accepting ---

static void listener_wait(struct http *h, bool wait)
{
    struct epoll_event event = { .events = wait ? EPOLLIN : 0, .data.fd = h->listener };
    CHECK(epoll_ctl(h->poll, EPOLL_CTL_MOD, h->listener, &event) == 0);
    h->paused_until = wait ? 0 : h->now_ms + PAUSE_MS;
}

// True when one was taken off the queue, whatever became of it.
static bool accept_one(struct http *h)
{
    struct sockaddr_in from, to;
    socklen_t from_n = sizeof from, to_n = sizeof to;
    if (h->count == LIMIT_HTTP_CONNECTIONS) {
        make_room(h);
        if (h->count == LIMIT_HTTP_CONNECTIONS) {
            return false;
        }
    }
    int fd = accept4(h->listener, (struct sockaddr *)&from, &from_n, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            listener_wait(h, false);
        }
        return errno == ECONNABORTED || errno == EINTR;
    }
    if (from_n != sizeof from || getsockname(fd, (struct sockaddr *)&to, &to_n) != 0 || to_n != sizeof to ||
        !peer_is_ours(&from, &to)) {
        close(fd);
        return true;
    }
    (void)MHD_add_connection(h->daemon, fd, (const struct sockaddr *)&from, from_n); // closes it when it cannot
    return true;
}

void http_turn(struct http *h, uint64_t now_ms)
{
    h->now_ms = now_ms;
    renew(h);
    if (h->paused_until != 0 && h->paused_until <= now_ms) {
        listener_wait(h, true);
    }
    for (int i = 0; i < ACCEPTED_AT_ONCE && h->paused_until == 0 && accept_one(h); i++) {
    }
    (void)MHD_run(h->daemon);
    cut_late(h);
}

int http_fd(const struct http *h)
{
    return h->poll;
}

uint64_t http_deadline(const struct http *h, uint64_t now_ms)
{
    MHD_UNSIGNED_LONG_LONG own = 0;
    uint64_t next = MHD_get_timeout(h->daemon, &own) == MHD_YES ? now_ms + own : UINT64_MAX;
    if (h->paused_until != 0 && h->paused_until < next) {
        next = h->paused_until;
    }
    for (size_t i = 0; i < LIMIT_HTTP_CONNECTIONS; i++) {
        const struct http_connection *c = &h->connections[i];
        if (c->fd >= 0 && !c->is_cut && c->end_ms < next) {
            next = c->end_ms;
        }
    }
    return next;
}

// --- opening ---

static enum err failed(struct why *why, const char *what, uint16_t port)
{
    int number = errno;
    why_set(why, "%s 127.0.0.1:%u: %s", what, (unsigned)port, strerror(number));
    return number == EADDRINUSE ? ERR_BUSY : err_from_errno(number);
}

static enum err listen_at(struct http *h, uint16_t port, struct why *why)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons(port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof at;
    const int on = 1;
    h->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (h->listener < 0 || setsockopt(h->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(h->listener, (const struct sockaddr *)&at, sizeof at) != 0 || listen(h->listener, BACKLOG) != 0 ||
        getsockname(h->listener, (struct sockaddr *)&at, &n) != 0) {
        return failed(why, "listening at", port);
    }
    h->port = ntohs(at.sin_port);
    return OK;
}

static enum err start(struct http *h, struct why *why)
{
    h->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL, http_request_step, h,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)LIMIT_HTTP_CONNECTIONS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)LIMIT_HTTP_MEMORY,
        MHD_OPTION_CONNECTION_TIMEOUT, 0u, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_URI_LOG_CALLBACK, http_request_begin, h, MHD_OPTION_NOTIFY_COMPLETED, http_request_end, h,
        MHD_OPTION_NOTIFY_CONNECTION, connection_noticed, h, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
    h->poll = h->daemon != NULL ? epoll_create1(EPOLL_CLOEXEC) : -1;
    if (h->poll < 0) {
        return failed(why, "serving", h->port);
    }
    struct epoll_event listener = { .events = EPOLLIN, .data.fd = h->listener };
    struct epoll_event inner = { .events = EPOLLIN };
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    CHECK(info != NULL);
    if (epoll_ctl(h->poll, EPOLL_CTL_ADD, h->listener, &listener) != 0 ||
        epoll_ctl(h->poll, EPOLL_CTL_ADD, info->epoll_fd, &inner) != 0) {
        return failed(why, "serving", h->port);
    }
    return OK;
}

enum err http_open(uint16_t port, const struct http_service *service, struct http **out, struct why *why)
{
    struct http *h = mem_new(sizeof *h);
    *h = (struct http){ .service = *service, .listener = -1, .poll = -1 };
    for (size_t i = 0; i < LIMIT_HTTP_CONNECTIONS; i++) {
        h->connections[i].fd = -1;
    }
    enum err e = listen_at(h, port, why);
    if (e == OK) {
        e = start(h, why);
    }
    if (e != OK) {
        http_close(h);
        return e;
    }
    *out = h;
    return OK;
}

uint16_t http_port(const struct http *h)
{
    return h->port;
}

void http_close(struct http *h)
{
    if (h == NULL) {
        return;
    }
    if (h->poll >= 0) {
        close(h->poll);
    }
    if (h->daemon != NULL) {
        MHD_stop_daemon(h->daemon);
    }
    if (h->listener >= 0) {
        close(h->listener);
    }
    free(h);
}
