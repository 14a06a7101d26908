// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The judge of requests: a good one, and each way in which one field of it can be another.
#include "common/http/judge.h"

#include "common/limits.h"

#include <criterion/criterion.h>
#include <string.h>

#define PORT 4741

static const struct http_route json = { HTTP_JSON, 1000 };
static const struct http_route octets = { HTTP_OCTETS, 1000 };
static const struct http_route file = { HTTP_FILE, 0 };
static const struct http_route once = { HTTP_ONCE, 0 };

// A head as a row: method, route, then fields as they come, "Name: value" and a line end each.
struct row {
    unsigned status;
    const char *method;
    const struct http_route *route;
    const char *fields;
};

static unsigned judge(const struct row *row, const char *version, size_t *length)
{
    struct http_head head = { .method = slice_text(row->method), .version = slice_text(version) };
    const char *p = row->fields;
    while (*p != '\0') {
        const char *colon = strchr(p, ':');
        const char *end = strchr(p, '\n');
        http_head_field(&head, slice_of(p, (size_t)(colon - p)), slice_of(colon + 2, (size_t)(end - colon) - 2));
        p = end + 1;
    }
    return http_judge(&head, PORT, row->route, length);
}

#define HOST "Host: 127.0.0.1:4741\n"
#define ORIGIN "Origin: http://127.0.0.1:4741\n"
#define TYPE "Content-Type: application/json\n"
#define LENGTH "Content-Length: 2\n"

static const struct row rows[] = {
    { HTTP_GOOD, "POST", &json, HOST ORIGIN TYPE LENGTH },
    { HTTP_GOOD, "POST", &json, "host: 127.0.0.1:4741\nORIGIN: http://127.0.0.1:4741\n" TYPE LENGTH },
    { HTTP_GOOD, "POST", &json, "Host: localhost:4741\nOrigin: http://localhost:4741\n" TYPE LENGTH },
    { HTTP_GOOD, "POST", &octets, HOST ORIGIN "Content-Type: application/octet-stream\n" LENGTH },
    { HTTP_GOOD, "GET", &file, HOST },
    { HTTP_GOOD, "GET", &file, HOST ORIGIN },
    { HTTP_GOOD, "GET", &file, HOST "Content-Length: 0\n" },
    { HTTP_GOOD, "HEAD", &file, HOST },
    { HTTP_GOOD, "GET", &once, HOST },
    // another host: a name that was made to point here
    { HTTP_BAD, "POST", &json, ORIGIN TYPE LENGTH },
    { HTTP_MISDIRECTED, "GET", &file, "Host: evil.example:4741\n" },
    { HTTP_MISDIRECTED, "GET", &file, "Host: 127.0.0.1\n" },
    { HTTP_MISDIRECTED, "GET", &file, "Host: 127.0.0.1:80\n" },
    { HTTP_MISDIRECTED, "GET", &file, "Host: 127.0.0.1:04741\n" },
    { HTTP_MISDIRECTED, "GET", &file, "Host: 127.0.0.1:4741.\n" },
    { HTTP_MISDIRECTED, "GET", &file, "Host: LOCALHOST:4741\n" },
    { HTTP_MISDIRECTED, "GET", &file, "Host: [::1]:4741\n" },
    { HTTP_MISDIRECTED, "GET", &file, "Host: \n" },
    { HTTP_MISDIRECTED, "POST", &json, "Host: evil.example:4741\nOrigin: http://evil.example:4741\n" TYPE LENGTH },
    { HTTP_BAD, "GET", &file, HOST HOST },
    { HTTP_BAD, "GET", &file, HOST "Host: evil.example\n" },
    // another page
    { HTTP_FOREIGN, "POST", &json, HOST TYPE LENGTH },
    { HTTP_FOREIGN, "POST", &json, HOST "Origin: null\n" TYPE LENGTH },
    { HTTP_FOREIGN, "POST", &json, HOST "Origin: http://evil.example\n" TYPE LENGTH },
    { HTTP_FOREIGN, "POST", &json, HOST "Origin: https://127.0.0.1:4741\n" TYPE LENGTH },
    { HTTP_FOREIGN, "POST", &json, HOST "Origin: http://localhost:4741\n" TYPE LENGTH },
    { HTTP_FOREIGN, "POST", &json, HOST "Origin: http://127.0.0.1:4742\n" TYPE LENGTH },
    { HTTP_FOREIGN, "POST", &json, HOST "Origin: http://127.0.0.1:4741/\n" TYPE LENGTH },
    { HTTP_FOREIGN, "POST", &json, HOST "Origin: \n" TYPE LENGTH },
    { HTTP_FOREIGN, "GET", &file, HOST "Origin: http://evil.example\n" },
    { HTTP_BAD, "POST", &json, HOST ORIGIN ORIGIN TYPE LENGTH },
    // what a form or a beacon of another page may send without being asked
    { HTTP_TYPE, "POST", &json, HOST ORIGIN LENGTH },
    { HTTP_TYPE, "POST", &json, HOST ORIGIN "Content-Type: text/plain\n" LENGTH },
    { HTTP_TYPE, "POST", &json, HOST ORIGIN "Content-Type: application/x-www-form-urlencoded\n" LENGTH },
    { HTTP_TYPE, "POST", &json, HOST ORIGIN "Content-Type: application/json; charset=utf-8\n" LENGTH },
    { HTTP_TYPE, "POST", &json, HOST ORIGIN "Content-Type: Application/JSON\n" LENGTH },
    { HTTP_TYPE, "POST", &json, HOST ORIGIN "Content-Type: application/octet-stream\n" LENGTH },
    { HTTP_TYPE, "POST", &octets, HOST ORIGIN TYPE LENGTH },
    { HTTP_BAD, "POST", &json, HOST ORIGIN TYPE "Content-Type: text/plain\n" LENGTH },
    // lengths
    { HTTP_NO_LENGTH, "POST", &json, HOST ORIGIN TYPE },
    { HTTP_NO_LENGTH, "POST", &json, HOST ORIGIN TYPE "Transfer-Encoding: chunked\n" },
    { HTTP_NO_LENGTH, "POST", &json, HOST ORIGIN TYPE LENGTH "Transfer-Encoding: chunked\n" },
    { HTTP_NO_LENGTH, "GET", &file, HOST "Transfer-Encoding: chunked\n" },
    { HTTP_BAD, "POST", &json, HOST ORIGIN TYPE LENGTH LENGTH },
    { HTTP_BAD, "POST", &json, HOST ORIGIN TYPE "Content-Length: -1\n" },
    { HTTP_BAD, "POST", &json, HOST ORIGIN TYPE "Content-Length: +2\n" },
    { HTTP_BAD, "POST", &json, HOST ORIGIN TYPE "Content-Length: 0x2\n" },
    { HTTP_BAD, "POST", &json, HOST ORIGIN TYPE "Content-Length: 2, 2\n" },
    { HTTP_BAD, "POST", &json, HOST ORIGIN TYPE "Content-Length: 18446744073709551618\n" },
    { HTTP_GOOD, "POST", &json, HOST ORIGIN TYPE "Content-Length: 1000\n" },
    { HTTP_LARGE, "POST", &json, HOST ORIGIN TYPE "Content-Length: 1001\n" },
    { HTTP_LARGE, "POST", &json, HOST ORIGIN TYPE "Content-Length: 18446744073709551615\n" },
    { HTTP_BAD, "GET", &file, HOST LENGTH },
    // methods and paths
    { HTTP_METHOD, "GET", &json, HOST },
    { HTTP_METHOD, "HEAD", &json, HOST },
    { HTTP_METHOD, "POST", &file, HOST ORIGIN TYPE LENGTH },
    { HTTP_METHOD, "POST", &once, HOST ORIGIN TYPE LENGTH },
    { HTTP_METHOD, "HEAD", &once, HOST },
    { HTTP_METHOD, "OPTIONS", &json, HOST ORIGIN },
    { HTTP_METHOD, "PUT", &json, HOST ORIGIN TYPE LENGTH },
    { HTTP_METHOD, "DELETE", &file, HOST },
    { HTTP_METHOD, "post", &json, HOST ORIGIN TYPE LENGTH },
    { HTTP_UNKNOWN, "POST", NULL, HOST ORIGIN TYPE LENGTH },
    { HTTP_UNKNOWN, "GET", NULL, HOST },
    { HTTP_EXPECTS, "POST", &json, HOST ORIGIN TYPE LENGTH "Expect: 100-continue\n" },
    { HTTP_BAD, "POST", &json, HOST ORIGIN TYPE LENGTH "Baraza-Login: a\nBaraza-Login: b\n" },
};

Test(judge, only_what_a_page_of_ours_sends_is_let_through)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t length = 9;
        const unsigned status = judge(&rows[i], "HTTP/1.1", &length);
        cr_expect(status == rows[i].status, "row %zu (%s): %u instead of %u", i, rows[i].fields, status,
                  rows[i].status);
        cr_expect(status == HTTP_GOOD || length == 0, "row %zu: a refused body has a length", i);
        cr_expect(judge(&rows[i], "HTTP/1.0", &length) == HTTP_VERSION, "row %zu", i);
    }
}

Test(judge, a_value_that_goes_on_behind_a_nul_or_a_space_is_another)
{
    struct http_head head = { .method = SLICE_LITERAL("GET"), .version = SLICE_LITERAL("HTTP/1.1") };
    size_t length;
    http_head_field(&head, SLICE_LITERAL("Host"), SLICE_LITERAL("127.0.0.1:4741\0.evil.example"));
    cr_expect(http_judge(&head, PORT, &file, &length) == HTTP_MISDIRECTED);
    head.host.value = SLICE_LITERAL("127.0.0.1:4741 ");
    cr_expect(http_judge(&head, PORT, &file, &length) == HTTP_MISDIRECTED);
    head.host.value = SLICE_LITERAL("127.0.0.1:4741");
    cr_expect(http_judge(&head, PORT, &file, &length) == HTTP_GOOD);
    head.target_long = true;
    cr_expect(http_judge(&head, PORT, &file, &length) == HTTP_TARGET_LONG);
}
