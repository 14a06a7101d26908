// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A request to the page from a stranger: its head to the judge, its body to the reader of JSON. The first line of an
// input is "METHOD KIND", then come fields, an empty line, a body. What is let through names our host and origin, once
// each, and its length within the bound; what is read as JSON reads back to the same.
#include "tests/fuzz/fuzz.h"

#include "common/base/text.h"
#include "common/http/judge.h"
#include "common/limits.h"
#include "common/ops/json_read.h"

#include <string.h>

#define PORT 4741

static const struct http_route routes[] = {
    { HTTP_FILE, 0 }, { HTTP_ONCE, 0 }, { HTTP_JSON, LIMIT_HTTP_JSON }, { HTTP_OCTETS, LIMIT_HTTP_OCTETS },
};

// Takes what stands before the first `mark` of s off it; all of it when there is none.
static struct slice take_until(struct slice *s, char mark)
{
    const uint8_t *at = s->n > 0 ? memchr(s->p, mark, s->n) : NULL;
    const size_t n = at != NULL ? (size_t)(at - s->p) : s->n;
    const struct slice before = slice_of(s->p, n);
    const size_t gone = at != NULL ? n + 1 : n;
    *s = slice_of(s->p + gone, s->n - gone);
    return before;
}

static bool is(struct slice s, const char *text)
{
    return slice_equal(s, slice_text(text));
}

static void check_head(const struct http_head *h, const struct http_route *route)
{
    size_t length = 1;
    const unsigned status = http_judge(h, PORT, route, &length);
    if (status != HTTP_GOOD) {
        CHECK(status >= 400 && status < 600);
        CHECK(length == 0);
        return;
    }
    const bool local = is(h->host.value, "localhost:4741");
    CHECK(route != NULL);
    CHECK(h->host.count == 1 && (local || is(h->host.value, "127.0.0.1:4741")));
    CHECK(h->coding.count == 0 && h->expect.count == 0 && h->login.count <= 1);
    CHECK(length <= route->body_most);
    CHECK(is(h->method, "POST") == (route->kind == HTTP_JSON || route->kind == HTTP_OCTETS));
    if (is(h->method, "POST")) {
        CHECK(h->origin.count == 1 && h->type.count == 1 && h->length.count == 1);
    } else {
        CHECK(length == 0);
    }
    if (h->origin.count > 0) {
        CHECK(is(h->origin.value, local ? "http://localhost:4741" : "http://127.0.0.1:4741"));
    }
}

static void check_body(struct slice body)
{
    json_t *value = json_read(body);
    if (value == NULL) {
        return;
    }
    struct buf text = buf_new(8 * LIMIT_HTTP_JSON);
    json_print(value, &text);
    CHECK(buf_ok(&text));
    CHECK(text_utf8_ok(buf_slice(&text)));
    json_t *again = json_read(buf_slice(&text));
    CHECK(again != NULL);
    CHECK(json_equal(value, again));
    json_decref(again);
    json_decref(value);
    buf_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > LIMIT_HTTP_JSON) {
        return 0;
    }
    struct slice rest = slice_of(data, n);
    struct slice first = take_until(&rest, '\n');
    struct http_head head = { .method = take_until(&first, ' '), .version = SLICE_LITERAL("HTTP/1.1") };
    const bool known = first.n > 0 && first.p[0] >= '0' && first.p[0] < '4';
    const struct http_route *route = known ? &routes[first.p[0] - '0'] : NULL;
    for (struct slice line = take_until(&rest, '\n'); line.n > 0; line = take_until(&rest, '\n')) {
        struct slice value = line;
        struct slice name = take_until(&value, ':');
        if (value.n > 0 && value.p[0] == ' ') {
            value = slice_of(value.p + 1, value.n - 1);
        }
        http_head_field(&head, name, value);
    }
    check_head(&head, route);
    check_body(rest);
    return 0;
}
