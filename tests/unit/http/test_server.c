// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The server against raw sockets, in one thread: what is cut and when, what is bounded, whose connections are taken.
#include "common/http/http.h"

#include "common/http/peer.h"
#include "common/limits.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct scene {
    struct http *http;
    unsigned served;
    uint64_t now;
};

// A service that answers /page with a fixed text and echoes what is posted to /echo with the login "good"; who posts
// "only" is left alone.
static const struct http_route page = { HTTP_FILE, 0 };
static const struct http_route echo = { HTTP_JSON, 100000 };

static const struct http_route *find(void *context, struct slice target)
{
    (void)context;
    return slice_equal(target, SLICE_LITERAL("/page")) ? &page
           : slice_equal(target, SLICE_LITERAL("/echo")) ? &echo : NULL;
}

static bool admit(void *context, struct http_call *call)
{
    (void)context;
    call->status = slice_equal(call->login, SLICE_LITERAL("good")) ? 200 : 401;
    return call->status == 200;
}

static void serve(void *context, struct http_call *call)
{
    struct scene *s = context;
    s->served++;
    call->type = "text/plain";
    if (call->body.n == 4 && memcmp(call->body.p, "much", 4) == 0) {
        CHECK(buf_room(&call->reply, LIMIT_HTTP_REPLY) != NULL);
        return;
    }
    if (call->body.n == 4 && memcmp(call->body.p, "only", 4) == 0) {
        http_end_others(s->http, call);
    }
    if (call->route == &page) {
        call->lasting = SLICE_LITERAL("the page");
    } else {
        buf_put(&call->reply, call->body);
        buf_put(&call->reply, http_call_field(call, "X-More"));
    }
}

static void scene_init(struct scene *s)
{
    const struct http_service service = { s, find, admit, serve };
    struct why why = { "" };
    s->served = 0;
    s->now = 1000000;
    cr_assert(http_open(0, &service, &s->http, &why) == OK, "%s", why.text);
}

static int dial(const struct scene *s)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons(http_port(s->http)),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert(fd >= 0);
    cr_assert(connect(fd, (const struct sockaddr *)&at, sizeof at) == 0);
    cr_assert(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
    return fd;
}

static void turns(struct scene *s)
{
    for (int i = 0; i < 20; i++) {
        http_turn(s->http, s->now);
    }
}

static void say(int fd, const char *text)
{
    cr_assert(send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text));
}

// What came back by now; *ended: the other side has closed.
static size_t hear(int fd, char *out, size_t room, bool *ended)
{
    size_t n = 0;
    *ended = false;
    for (;;) {
        ssize_t got = recv(fd, out + n, room - 1 - n, 0);
        if (got <= 0) {
            *ended = got == 0 || n == 0 ? got == 0 : false;
            break;
        }
        n += (size_t)got;
    }
    out[n] = '\0';
    return n;
}

static void post(const struct scene *s, int fd, const char *login, size_t length, const char *body)
{
    char head[512];
    const unsigned port = http_port(s->http);
    snprintf(head, sizeof head,
             "POST /echo HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nOrigin: http://127.0.0.1:%u\r\nX-More: more\r\n"
             "Content-Type: application/json\r\nBaraza-Login: %s\r\nContent-Length: %zu\r\n\r\n%s",
             port, port, login, length, body);
    say(fd, head);
}

static void get(const struct scene *s, int fd)
{
    char head[128];
    snprintf(head, sizeof head, "GET /page HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n\r\n", (unsigned)http_port(s->http));
    say(fd, head);
}

Test(server, a_request_is_answered_with_the_headers_that_close_the_page_up)
{
    static const char *const wanted[] = {
        "HTTP/1.1 200 OK", "Cache-Control: no-store", "X-Content-Type-Options: nosniff",
        "Content-Security-Policy: default-src 'none'; script-src 'self'", "frame-ancestors 'none'",
        "Referrer-Policy: no-referrer", "Cross-Origin-Resource-Policy: same-origin", "\r\n\r\nthe page",
    };
    struct scene s;
    char reply[4096];
    bool ended;
    scene_init(&s);
    int fd = dial(&s);
    get(&s, fd);
    turns(&s);
    hear(fd, reply, sizeof reply, &ended);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        cr_expect(strstr(reply, wanted[i]) != NULL, "%s is missing in: %s", wanted[i], reply);
    }
    cr_expect(strstr(reply, "Server:") == NULL);
    cr_expect(strstr(reply, "Access-Control") == NULL);
    post(&s, fd, "good", 5, "hello"); // on the same connection
    turns(&s);
    hear(fd, reply, sizeof reply, &ended);
    cr_expect(strstr(reply, "hellomore") != NULL, "%s", reply);
    cr_expect(!ended);
    close(fd);
    http_close(s.http);
}

Test(server, a_body_without_a_login_is_passed_over_and_ends_the_connection)
{
    struct scene s;
    char reply[4096];
    static char body[100001];
    bool ended;
    scene_init(&s);
    memset(body, 'x', 100000);
    int fd = dial(&s);
    post(&s, fd, "bad", 100000, "");
    turns(&s);
    hear(fd, reply, sizeof reply, &ended);
    cr_expect_str_eq(reply, "", "a reply before the body has come may be lost");
    say(fd, body);
    get(&s, fd); // it would be the next request
    turns(&s);
    hear(fd, reply, sizeof reply, &ended);
    cr_expect(strstr(reply, "401") != NULL && strstr(reply, "Connection: close") != NULL, "%s", reply);
    cr_expect(strstr(reply, "the page") == NULL, "%s", reply);
    cr_expect(ended, "what follows is not taken for another request");
    cr_expect_eq(s.served, 0u);
    close(fd);
    http_close(s.http);
}

Test(server, whoever_is_slow_is_cut_and_never_served)
{
    struct scene s;
    char reply[4096];
    bool ended;
    scene_init(&s);
    int silent = dial(&s), slow = dial(&s), half = dial(&s);
    post(&s, half, "good", 5, "hel");
    turns(&s);
    for (const char *p = "GET /page HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "; *p != '\0'; p++) { // a byte every half second
        char byte[2] = { *p, '\0' };
        if (send(slow, byte, 1, MSG_NOSIGNAL) != 1) {
            break;
        }
        s.now += 500;
        turns(&s);
    }
    const int fds[] = { silent, slow, half };
    for (size_t i = 0; i < 3; i++) {
        hear(fds[i], reply, sizeof reply, &ended);
        cr_expect(ended, "connection %zu", i);
        cr_expect_str_eq(reply, "", "connection %zu", i);
        close(fds[i]);
    }
    cr_expect_eq(s.served, 0u);
    http_close(s.http);
}

Test(server, an_idle_connection_ends_and_the_deadline_says_when)
{
    struct scene s;
    char reply[4096];
    bool ended;
    scene_init(&s);
    int fd = dial(&s);
    get(&s, fd);
    turns(&s);
    hear(fd, reply, sizeof reply, &ended);
    cr_expect(!ended);
    cr_expect_eq(http_deadline(s.http, s.now), s.now + LIMIT_HTTP_IDLE_MS);
    s.now += LIMIT_HTTP_IDLE_MS;
    turns(&s);
    hear(fd, reply, sizeof reply, &ended);
    cr_expect(ended);
    cr_expect_eq(http_deadline(s.http, s.now), UINT64_MAX);
    close(fd);
    http_close(s.http);
}

Test(server, who_asks_for_it_is_the_only_one_whose_connection_goes_on)
{
    struct scene s;
    char reply[4096];
    int others[3];
    bool ended;
    scene_init(&s);
    for (size_t i = 0; i < 3; i++) {
        others[i] = dial(&s);
    }
    get(&s, others[0]);
    post(&s, others[1], "good", 8, "half"); // and the other half does not come
    int fd = dial(&s);
    turns(&s);
    post(&s, fd, "good", 4, "only");
    turns(&s);
    hear(fd, reply, sizeof reply, &ended);
    cr_expect(!ended);
    cr_expect_not_null(strstr(reply, "onlymore"));
    for (size_t i = 0; i < 3; i++) {
        hear(others[i], reply, sizeof reply, &ended);
        if (!ended) {
            hear(others[i], reply, sizeof reply, &ended); // behind what it was told before
        }
        cr_expect(ended, "connection %zu", i);
        close(others[i]);
    }
    get(&s, fd);
    turns(&s);
    hear(fd, reply, sizeof reply, &ended);
    cr_expect_not_null(strstr(reply, "the page"), "and it goes on");
    close(fd);
    http_close(s.http);
}

Test(server, a_long_reply_to_a_long_work_is_sent_to_its_end)
{
    struct scene s;
    static char reply[LIMIT_HTTP_REPLY + 4096];
    bool ended = false;
    size_t n = 0;
    scene_init(&s);
    int fd = dial(&s);
    post(&s, fd, "good", 4, "much");
    turns(&s);
    s.now += 2 * LIMIT_HTTP_REQUEST_MS; // so long it took to serve
    for (int i = 0; i < 2000 && !ended; i++) {
        http_turn(s.http, s.now);
        n += hear(fd, reply + n, sizeof reply - n, &ended);
    }
    cr_expect(n > LIMIT_HTTP_REPLY, "%zu bytes came", n);
    cr_expect(!ended);
    close(fd);
    http_close(s.http);
}

Test(server, idle_connections_make_room_for_a_request)
{
    enum { IDLE = 3 * LIMIT_HTTP_CONNECTIONS };
    static int idle[IDLE];
    struct scene s;
    char reply[4096];
    bool ended;
    scene_init(&s);
    int served = dial(&s);
    get(&s, served);
    turns(&s);
    hear(served, reply, sizeof reply, &ended);
    for (size_t i = 0; i < IDLE; i++) {
        idle[i] = dial(&s);
        http_turn(s.http, s.now);
        s.now++;
        if (i % 50 == 0) { // who was served is not the first to go
            get(&s, served);
            turns(&s);
            cr_assert(hear(served, reply, sizeof reply, &ended) > 0, "after %zu idle ones", i);
        }
    }
    int late = dial(&s);
    get(&s, late);
    turns(&s);
    hear(late, reply, sizeof reply, &ended);
    cr_expect(strstr(reply, "the page") != NULL, "%s", reply);
    for (size_t i = 0; i < IDLE; i++) {
        close(idle[i]);
    }
    close(served);
    close(late);
    http_close(s.http);
}

Test(server, bodies_together_are_bounded)
{
    enum { MANY = LIMIT_HTTP_BODIES / 100000 + 5 };
    struct scene s;
    char reply[4096];
    int fds[MANY];
    bool ended;
    size_t crowded = 0;
    scene_init(&s);
    for (size_t i = 0; i < MANY; i++) {
        fds[i] = dial(&s);
        post(&s, fds[i], "good", 100000, "x");
    }
    turns(&s);
    for (size_t i = 0; i < MANY; i++) {
        hear(fds[i], reply, sizeof reply, &ended);
        crowded += strstr(reply, "503") != NULL;
    }
    cr_expect_eq(crowded, MANY - LIMIT_HTTP_BODIES / 100000);
    for (size_t i = 0; i < MANY; i++) {
        close(fds[i]);
    }
    turns(&s);
    fds[0] = dial(&s);
    post(&s, fds[0], "good", 2, "{}");
    turns(&s);
    hear(fds[0], reply, sizeof reply, &ended);
    cr_expect(strstr(reply, "{}more") != NULL, "%s", reply);
    close(fds[0]);
    http_close(s.http);
}

Test(server, a_port_that_is_taken_is_said)
{
    struct scene s;
    struct http *second = NULL;
    const struct http_service service = { NULL, find, admit, serve };
    struct why why = { "" };
    scene_init(&s);
    cr_expect(http_open(http_port(s.http), &service, &second, &why) == ERR_BUSY);
    cr_expect(strstr(why.text, "127.0.0.1:") != NULL, "%s", why.text);
    http_close(s.http);
}

Test(server, another_user_of_this_computer_is_not_served)
{
    if (geteuid() != 0) {
        cr_skip_test("it takes root to be two users");
    }
    struct scene s;
    int ready[2];
    scene_init(&s);
    cr_assert(pipe(ready) == 0);
    pid_t child = fork();
    if (child == 0) {
        char reply[256];
        const bool other = setuid(65534) == 0;
        int fd = dial(&s);
        get(&s, fd);
        (void)fcntl(fd, F_SETFL, 0);
        (void)!write(ready[1], "x", 1);
        _exit(other && recv(fd, reply, sizeof reply, 0) <= 0 ? 0 : 1);
    }
    char byte;
    int status = -1;
    cr_assert(read(ready[0], &byte, 1) == 1);
    for (int i = 0; i < 200 && waitpid(child, &status, WNOHANG) == 0; i++) {
        http_turn(s.http, s.now);
        usleep(10000);
    }
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    cr_expect_eq(s.served, 0u);
    close(ready[0]);
    close(ready[1]);
    http_close(s.http);
}

Test(peer, a_socket_that_is_not_there_is_nobodys)
{
    const struct sockaddr_in from = { .sin_family = AF_INET,
                                      .sin_port = htons(1),
                                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct sockaddr_in to = from;
    to.sin_port = htons(2);
    cr_expect(!peer_is_ours(&from, &to));
}
