// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Read first: http_client.h.
#include "tests/lib/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define REPLY_MOST 8388608

static int64_t now_ms(void)
{
    struct timespec t;
    CHECK(clock_gettime(CLOCK_MONOTONIC, &t) == 0);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int client_dial(uint16_t port)
{
    const struct sockaddr_in at = { .sin_family = AF_INET,
                                    .sin_port = htons(port),
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof at) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

bool client_say(int fd, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    while (n > 0) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        p += sent;
        n -= (size_t)sent;
    }
    return true;
}

// True when something (an end too) can be read before `end`.
static bool comes(int fd, int64_t end)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    const int64_t left = end - now_ms();
    return poll(&p, 1, left > 0 ? (int)left : 0) > 0;
}

// Finds where the body begins and how long it is said to be. False: the head is not whole yet.
static bool head_ends(const struct buf *b, size_t *at, size_t *length)
{
    const char *text = (const char *)b->p;
    const char *end = b->n > 0 ? strstr(text, "\r\n\r\n") : NULL;
    *length = SIZE_MAX; // until the connection ends
    if (end == NULL) {
        return false;
    }
    *at = (size_t)(end - text) + 4;
    for (const char *line = text; line < end; line = strstr(line, "\r\n") + 2) {
        static const char name[] = "content-length: ";
        if (strncasecmp(line, name, sizeof name - 1) == 0) {
            *length = 0;
            for (const char *p = line + sizeof name - 1; *p >= '0' && *p <= '9'; p++) {
                *length = *length * 10 + (size_t)(*p - '0');
            }
        }
    }
    return true;
}

void client_hear(int fd, int wait_ms, struct reply *out)
{
    const int64_t end = now_ms() + wait_ms;
    size_t at = 0, length = 0;
    *out = (struct reply){ .bytes = buf_new(REPLY_MOST), .body = "" };
    bool whole = false;
    while (!whole && comes(fd, end)) {
        static char piece[65536];
        ssize_t got = recv(fd, piece, sizeof piece, 0);
        if (got <= 0) {
            break;
        }
        buf_put(&out->bytes, slice_of(piece, (size_t)got));
        buf_put_u8(&out->bytes, 0);
        out->bytes.n--;
        whole = head_ends(&out->bytes, &at, &length) && length != SIZE_MAX && out->bytes.n >= at + length;
    }
    const char *text = out->bytes.n > 0 ? (const char *)out->bytes.p : "";
    if (strncmp(text, "HTTP/1.", 7) == 0 && strlen(text) > 12) {
        out->status = (unsigned)(text[9] - '0') * 100 + (unsigned)(text[10] - '0') * 10 + (unsigned)(text[11] - '0');
    }
    if (out->bytes.n > 0 && head_ends(&out->bytes, &at, &length)) {
        out->body = text + at;
        out->body_n = out->bytes.n - at;
    }
}

void reply_done(struct reply *r)
{
    buf_done(&r->bytes);
    *r = (struct reply){ .body = "" };
}

bool client_closed(int fd, int wait_ms)
{
    const int64_t end = now_ms() + wait_ms;
    char piece[4096];
    while (comes(fd, end)) {
        if (recv(fd, piece, sizeof piece, 0) <= 0) {
            return true;
        }
    }
    return false;
}

void client_put_call(struct buf *out, uint16_t port, const char *name, const char *token, const char *type,
                     const char *more, struct slice body)
{
    buf_printf(out, "POST /api/%s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nOrigin: http://127.0.0.1:%u\r\n", name,
               (unsigned)port, (unsigned)port);
    buf_printf(out, "Content-Type: %s\r\nContent-Length: %zu\r\n%s", type, body.n, more);
    if (token != NULL) {
        buf_printf(out, "Baraza-Login: %s\r\n", token);
    }
    buf_put_text(out, "\r\n");
    buf_put(out, body);
    CHECK(buf_ok(out));
}

unsigned client_call(uint16_t port, const char *name, const char *token, const char *json, struct reply *out)
{
    struct buf request = buf_new(REPLY_MOST);
    *out = (struct reply){ .body = "" };
    client_put_call(&request, port, name, token, "application/json", "", slice_text(json));
    int fd = client_dial(port);
    if (fd >= 0 && client_say(fd, request.p, request.n)) {
        client_hear(fd, 30000, out);
    }
    if (fd >= 0) {
        close(fd);
    }
    buf_done(&request);
    return out->status;
}

bool client_member(const struct reply *r, const char *name, char *out, size_t room)
{
    char key[64];
    (void)snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *at = strstr(r->body, key);
    const char *end = at == NULL ? NULL : strchr(at + strlen(key), '"');
    if (end == NULL || (size_t)(end - at) - strlen(key) >= room) {
        return false;
    }
    (void)snprintf(out, room, "%.*s", (int)((size_t)(end - at) - strlen(key)), at + strlen(key));
    return true;
}
