// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The judge of requests. It must never be lenient: whatever a browser of ours does not send is refused.
// Read first: judge.h.
#include "common/http/judge.h"

#include "common/base/fault.h"
#include "common/base/num.h"
#include "common/limits.h"

#include <stdio.h>

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

// Names of fields, and the type, in any case.
static bool is_called(struct slice s, const char *name)
{
    struct slice wanted = slice_text(name);
    bool same = s.n == wanted.n;
    for (size_t i = 0; same && i < s.n; i++) {
        same = lower(s.p[i]) == wanted.p[i];
    }
    return same;
}

static bool is(struct slice s, const char *text)
{
    return slice_equal(s, slice_text(text));
}

void http_head_field(struct http_head *head, struct slice name, struct slice value)
{
    struct {
        const char *name;
        struct http_field *field;
    } known[] = {
        { "host", &head->host },           { "origin", &head->origin },
        { "content-type", &head->type },   { "content-length", &head->length },
        { "transfer-encoding", &head->coding }, { "expect", &head->expect },
        { "baraza-login", &head->login },
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (is_called(name, known[i].name)) {
            known[i].field->value = value;
            known[i].field->count++;
        }
    }
}

// True when host is one of the two names under which a browser here reaches us.
static bool is_our_host(struct slice host, uint16_t port)
{
    char number[32], name[32];
    (void)snprintf(number, sizeof number, "127.0.0.1:%u", (unsigned)port);
    (void)snprintf(name, sizeof name, "localhost:%u", (unsigned)port);
    return FAULT(HOST_IGNORED) || is(host, number) || is(host, name);
}

// True when origin is that of the page at host.
static bool is_own_origin(struct slice origin, struct slice host)
{
    static const char scheme[] = "http://";
    const size_t n = sizeof scheme - 1;
    return FAULT(ORIGIN_IGNORED) ||
           (origin.n == n + host.n && slice_equal(slice_of(origin.p, n), SLICE_LITERAL(scheme)) &&
            slice_equal(slice_of(origin.p + n, host.n), host));
}

static bool is_doubled(const struct http_head *h)
{
    return h->host.count > 1 || h->origin.count > 1 || h->type.count > 1 || h->length.count > 1 ||
           h->coding.count > 1 || h->login.count > 1;
}

static unsigned judge_post(const struct http_head *h, const struct http_route *route, size_t *length)
{
    const char *type = route->kind == HTTP_JSON ? "application/json" : "application/octet-stream";
    uint64_t n = 0;
    if (h->origin.count == 0 || !is_own_origin(h->origin.value, h->host.value)) {
        return HTTP_FOREIGN;
    }
    if (h->type.count == 0 || !is(h->type.value, type)) {
        return HTTP_TYPE;
    }
    if (h->length.count == 0) {
        return HTTP_NO_LENGTH;
    }
    if (!num_parse_u64(h->length.value, &n)) {
        return HTTP_BAD;
    }
    if (n > route->body_most) {
        return HTTP_LARGE;
    }
    *length = (size_t)n;
    return HTTP_GOOD;
}

unsigned http_judge(const struct http_head *h, uint16_t port, const struct http_route *route, size_t *length)
{
    const bool post = is(h->method, "POST");
    const bool get = is(h->method, "GET");
    *length = 0;
    if (!is(h->version, "HTTP/1.1")) {
        return HTTP_VERSION;
    }
    if (is_doubled(h) || h->host.count == 0) {
        return HTTP_BAD;
    }
    if (!is_our_host(h->host.value, port)) {
        return HTTP_MISDIRECTED;
    }
    if (h->coding.count > 0) {
        return HTTP_NO_LENGTH;
    }
    if (h->expect.count > 0) {
        return HTTP_EXPECTS;
    }
    if (h->target_long) {
        return HTTP_TARGET_LONG;
    }
    if (!post && !get && !is(h->method, "HEAD")) {
        return HTTP_METHOD;
    }
    if (route == NULL) {
        return HTTP_UNKNOWN;
    }
    if (route->kind == HTTP_JSON || route->kind == HTTP_OCTETS) {
        return post ? judge_post(h, route, length) : HTTP_METHOD;
    }
    if (post || (route->kind == HTTP_ONCE && !get)) {
        return HTTP_METHOD;
    }
    if (h->length.count > 0 && !is(h->length.value, "0")) {
        return HTTP_BAD;
    }
    return h->origin.count > 0 && !is_own_origin(h->origin.value, h->host.value) ? HTTP_FOREIGN : HTTP_GOOD;
}
