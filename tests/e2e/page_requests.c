// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A matrix of requests against the page of a site at work: each tries to change what a person chose, in a way that our
// page never would; only the exact one may. Between them an honest tab asks whether anything changed, and is answered.
//   page_requests PORT KEY PASSPHRASE: prints how many were refused; exit status 0 when all is as it must be.
#include "common/limits.h"
#include "tests/lib/http_client.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BEFORE "xa" // what the person chose
#define WANTED "xz" // what each request tries to make of it
#define ROOM 524288
#define IDLE 5000

static uint16_t port;
static char token[128], key[80], session[80]; // of the person, and of the forum that is open here
static unsigned refused, failures;

static void fail(const char *what, const char *detail)
{
    printf("FAILED: %s: %s\n", what, detail);
    failures++;
}

// --- the honest tab ---

static void expect_language(const char *language, const char *after)
{
    struct reply r;
    char found[32] = "";
    struct timespec from, to;
    (void)clock_gettime(CLOCK_MONOTONIC, &from);
    const unsigned status = client_call(port, "prefs", token, "{}", &r);
    (void)clock_gettime(CLOCK_MONOTONIC, &to);
    if (status != 200 || !client_member(&r, "language", found, sizeof found) || strcmp(found, language) != 0) {
        fail(after, status != 200 ? "an honest request is not served any more" : "something changed");
    }
    if (to.tv_sec - from.tv_sec > 5) {
        fail(after, "an honest request waited for more than five seconds");
    }
    reply_done(&r);
}

static void set_language(const char *language)
{
    struct reply r;
    char json[64];
    snprintf(json, sizeof json, "{\"language\":\"%s\"}", language);
    if (client_call(port, "prefs", token, json, &r) != 200) {
        fail("the honest request", "it is refused");
    }
    reply_done(&r);
}

// --- the matrix: the exact request, with something in it replaced ---

#define EXACT                                                                                            \
    "POST /api/prefs HTTP/1.1\r\nHost: 127.0.0.1:@PORT@\r\nOrigin: http://127.0.0.1:@PORT@\r\n"          \
    "Content-Type: application/json\r\nBaraza-Login: @TOKEN@\r\nContent-Length: 17\r\n\r\n{\"language\":\"xz\"}"

struct row {
    unsigned status;   // that is expected; 0: any but 200
    const char *what;
    const char *part;  // of the exact request
    const char *by;    // what stands in its place
};

static const struct row rows[] = {
    // hosts: names that were made to point here
    { 421, "another host", "Host: 127.0.0.1:@PORT@", "Host: records.evil.example:@PORT@" },
    { 421, "a host without its port", "Host: 127.0.0.1:@PORT@", "Host: 127.0.0.1" },
    { 421, "a host with another port", "Host: 127.0.0.1:@PORT@", "Host: 127.0.0.1:80" },
    { 421, "a host that begins like ours", "Host: 127.0.0.1:@PORT@", "Host: 127.0.0.1:@PORT@.evil.example" },
    { 421, "a host with somebody before it", "Host: 127.0.0.1:@PORT@", "Host: me@127.0.0.1:@PORT@" },
    { 421, "another name of this computer", "Host: 127.0.0.1:@PORT@", "Host: 127.1:@PORT@" },
    { 421, "the other family of addresses", "Host: 127.0.0.1:@PORT@", "Host: [::1]:@PORT@" },
    { 0, "no host", "Host: 127.0.0.1:@PORT@\r\n", "" },
    { 421, "an empty host", "Host: 127.0.0.1:@PORT@", "Host:" },
    { 400, "two hosts", "Host: 127.0.0.1:@PORT@", "Host: 127.0.0.1:@PORT@\r\nHost: evil.example" },
    { 400, "our host twice", "Host: 127.0.0.1:@PORT@", "Host: 127.0.0.1:@PORT@\r\nHost: 127.0.0.1:@PORT@" },
    { 421, "host and origin of another", "Host: 127.0.0.1:@PORT@\r\nOrigin: http://127.0.0.1:@PORT@",
      "Host: evil.example:@PORT@\r\nOrigin: http://evil.example:@PORT@" },
    // origins: another page in the same browser
    { 403, "no origin", "Origin: http://127.0.0.1:@PORT@\r\n", "" },
    { 403, "another origin", "Origin: http://127.0.0.1:@PORT@", "Origin: http://evil.example" },
    { 403, "the origin of a file or a frame in a box", "Origin: http://127.0.0.1:@PORT@", "Origin: null" },
    { 403, "our origin, otherwise carried", "Origin: http://", "Origin: https://" },
    { 403, "another port of this computer", "Origin: http://127.0.0.1:@PORT@", "Origin: http://127.0.0.1:8080" },
    { 403, "our other name", "Origin: http://127.0.0.1:@PORT@", "Origin: http://localhost:@PORT@" },
    { 403, "an origin that begins like ours", "Origin: http://127.0.0.1:@PORT@",
      "Origin: http://127.0.0.1:@PORT@.evil.example" },
    { 400, "two origins", "Origin: http://127.0.0.1:@PORT@",
      "Origin: http://127.0.0.1:@PORT@\r\nOrigin: http://evil.example" },
    { 403, "an empty origin", "Origin: http://127.0.0.1:@PORT@", "Origin:" },
    // types: what a form or a beacon sends without being asked first
    { 415, "text", "application/json", "text/plain" },
    { 415, "a form", "application/json", "application/x-www-form-urlencoded" },
    { 415, "a form in parts", "application/json", "multipart/form-data; boundary=x" },
    { 415, "json with a character set", "application/json", "application/json; charset=utf-8" },
    { 415, "bytes", "application/json", "application/octet-stream" },
    { 415, "no type", "Content-Type: application/json\r\n", "" },
    { 400, "two types", "Content-Type: application/json",
      "Content-Type: application/json\r\nContent-Type: text/plain" },
    // methods
    { 405, "GET", "POST /api/prefs", "GET /api/prefs" },
    { 405, "HEAD", "POST /api/prefs", "HEAD /api/prefs" },
    { 405, "PUT", "POST /api/prefs", "PUT /api/prefs" },
    { 405, "PATCH", "POST /api/prefs", "PATCH /api/prefs" },
    { 405, "DELETE", "POST /api/prefs", "DELETE /api/prefs" },
    { 405, "OPTIONS, which asks whether another page may", "POST /api/prefs", "OPTIONS /api/prefs" },
    { 405, "CONNECT", "POST /api/prefs", "CONNECT /api/prefs" },
    { 405, "TRACE", "POST /api/prefs", "TRACE /api/prefs" },
    { 405, "a method in small letters", "POST /api/prefs", "post /api/prefs" },
    // paths
    { 404, "no such call", "/api/prefs", "/api/pref" },
    { 404, "a call with more behind it", "/api/prefs", "/api/prefs/" },
    { 404, "a call with a question", "/api/prefs", "/api/prefs?a=b" },
    { 404, "a call in capitals", "/api/prefs", "/API/prefs" },
    { 404, "a path that goes up", "/api/prefs", "/api/../api/prefs" },
    { 404, "a path that goes up, written otherwise", "/api/prefs", "/api/%2e%2e/api/prefs" },
    { 404, "an encoded letter", "/api/prefs", "/api/pref%73" },
    { 404, "two slashes", "/api/prefs", "//api/prefs" },
    { 404, "a backslash", "/api/prefs", "/api\\prefs" },
    { 404, "an address in full", "/api/prefs", "http://127.0.0.1:@PORT@/api/prefs" },
    { 404, "a file of the system", "/api/prefs", "/../../../../etc/passwd" },
    { 404, "a NUL, encoded", "/api/prefs", "/api/prefs%00" },
    // tokens
    { 401, "no token", "Baraza-Login: @TOKEN@\r\n", "" },
    { 401, "an empty token", "Baraza-Login: @TOKEN@", "Baraza-Login:" },
    { 401, "another token", "Baraza-Login: @TOKEN@", "Baraza-Login: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
    { 401, "a token with more behind it", "Baraza-Login: @TOKEN@", "Baraza-Login: @TOKEN@A" },
    { 401, "a token as a cookie", "Baraza-Login: @TOKEN@", "Cookie: Baraza-Login=@TOKEN@" },
    { 401, "a token as other servers have it", "Baraza-Login: @TOKEN@", "Authorization: Bearer @TOKEN@" },
    { 400, "two tokens", "Baraza-Login: @TOKEN@", "Baraza-Login: @TOKEN@\r\nBaraza-Login: @TOKEN@" },
    // versions, lengths, encodings
    { 505, "the version before", "HTTP/1.1", "HTTP/1.0" },
    { 0, "a version that does not exist", "HTTP/1.1", "HTTP/7.7" },
    { 0, "no version", " HTTP/1.1", "" },
    { 411, "no length", "Content-Length: 17\r\n", "" },
    { 0, "two lengths", "Content-Length: 17", "Content-Length: 17\r\nContent-Length: 17" },
    { 0, "two lengths that differ", "Content-Length: 17", "Content-Length: 2\r\nContent-Length: 17" },
    { 0, "a length with a sign", "Content-Length: 17", "Content-Length: +17" },
    { 0, "a negative length", "Content-Length: 17", "Content-Length: -17" },
    { 0, "a length in hex", "Content-Length: 17", "Content-Length: 0x11" },
    { 0, "a list of lengths", "Content-Length: 17", "Content-Length: 17, 17" },
    { 413, "more than any call takes", "Content-Length: 17", "Content-Length: 262145" },
    { 0, "more than there is", "Content-Length: 17", "Content-Length: 99999999999999999999" },
    { 411, "in chunks", "Content-Length: 17", "Transfer-Encoding: chunked" },
    { 411, "in chunks and with a length", "Content-Length: 17", "Content-Length: 17\r\nTransfer-Encoding: chunked" },
    { 411, "an encoding that does not exist", "Content-Length: 17", "Content-Length: 17\r\nTransfer-Encoding: x" },
    { 417, "asks before it sends", "Content-Length: 17", "Content-Length: 17\r\nExpect: 100-continue" },
    // heads that are no heads
    { 0, "a line that goes on in the next", "Content-Length: 17", "Content-Length:\r\n 17" },
    { 0, "a blank before the colon", "Origin: http", "Origin : http" },
    { 0, "a line without a colon", "Content-Length: 17", "Content-Length: 17\r\nnonsense" },
    { 0, "a name that is none", "Content-Length: 17", "Content-Length: 17\r\n: x" },
    // bodies that are no JSON, or not the JSON of this call
    { 422, "two values of one name", "{\"language\":\"xz\"}", "{\"language\":\"x\",\"language\":\"xz\"}" },
    { 422, "more behind the object", "{\"language\":\"xz\"}", "{\"language\":\"xz\"}{}" },
    { 422, "an array", "{\"language\":\"xz\"}", "[\"language\",\"xz\"]" },
    { 422, "half an object", "{\"language\":\"xz\"}", "{\"language\":\"xz\"" },
    { 422, "nothing", "{\"language\":\"xz\"}", "" },
    { 422, "bytes that are no text", "{\"language\":\"xz\"}", "{\"language\":\"xz\",\"a\":\"\xff\"}" },
    { 422, "a language that is none", "{\"language\":\"xz\"}", "{\"language\":\"../xz\"}" },
};

// text with @PORT@ and @TOKEN@ filled in.
static void put_filled(struct buf *out, const char *text)
{
    while (*text != '\0') {
        if (strncmp(text, "@PORT@", 6) == 0) {
            buf_printf(out, "%u", (unsigned)port);
            text += 6;
        } else if (strncmp(text, "@TOKEN@", 7) == 0) {
            buf_put_text(out, token);
            text += 7;
        } else if (strncmp(text, "@SESSION@", 9) == 0) {
            buf_put_text(out, session);
            text += 9;
        } else {
            buf_put_u8(out, (uint8_t)*text++);
        }
    }
}

// The exact request with part replaced by by. Where the body is what is replaced, its length stays right.
static void put_request_of(struct buf *out, const char *exact, const char *part, const char *by)
{
    const char *at = strstr(exact, part);
    CHECK(at != NULL);
    struct buf text = buf_new(ROOM);
    buf_printf(&text, "%.*s%s%s", (int)(at - exact), exact, by, at + strlen(part));
    buf_put_u8(&text, 0);
    if (part[0] == '{') {
        const char *length = strstr((const char *)text.p, "17\r\n");
        buf_reset(out);
        struct buf right = buf_new(ROOM);
        buf_printf(&right, "%.*s%zu%s", (int)(length - (const char *)text.p), (const char *)text.p, strlen(by),
                   length + 2);
        buf_put_u8(&right, 0);
        put_filled(out, (const char *)right.p);
        buf_done(&right);
    } else {
        put_filled(out, (const char *)text.p);
    }
    buf_done(&text);
    CHECK(buf_ok(out));
}

static void put_request(struct buf *out, const char *part, const char *by)
{
    put_request_of(out, EXACT, part, by);
}

// Sends bytes, and hears what comes. A request that nobody answers is refused too, but has to be cut (see slow).
static unsigned send_bytes(const struct buf *request, struct reply *r)
{
    int fd = client_dial(port);
    *r = (struct reply){ .body = "" };
    if (fd >= 0 && client_say(fd, request->p, request->n)) {
        client_hear(fd, 1500, r);
    }
    if (fd >= 0) {
        close(fd);
    }
    return r->status;
}

static void judge_rows(void)
{
    struct buf request = buf_new(ROOM);
    struct reply r;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        buf_reset(&request);
        put_request(&request, rows[i].part, rows[i].by);
        const unsigned status = send_bytes(&request, &r);
        char detail[64];
        snprintf(detail, sizeof detail, "status %u, %u was expected", status, rows[i].status);
        if (status == 200 || (rows[i].status != 0 && status != rows[i].status)) {
            fail(rows[i].what, detail);
        }
        if (strstr(r.bytes.n > 0 ? (const char *)r.bytes.p : "", "Access-Control") != NULL) {
            fail(rows[i].what, "another page is let in");
        }
        if (r.body_n > 512) {
            fail(rows[i].what, "a refusal says much");
        }
        reply_done(&r);
        expect_language(BEFORE, rows[i].what);
        refused++;
    }
    buf_done(&request);
}

// --- what does not fit a row ---

static void expect_refused(const char *what, const struct buf *request)
{
    struct reply r;
    if (send_bytes(request, &r) == 200) {
        fail(what, "it is served");
    }
    reply_done(&r);
    expect_language(BEFORE, what);
    refused++;
}

// A request inside the body of one that is refused, or behind one that lies about its length.
static void smuggle(void)
{
    struct buf inner = buf_new(ROOM), outer = buf_new(ROOM);
    put_request(&inner, "POST", "POST");
    static const char *const heads[] = {
        "POST /api/prefs HTTP/1.1\r\nHost: 127.0.0.1:@PORT@\r\nOrigin: http://127.0.0.1:@PORT@\r\n"
        "Content-Type: application/json\r\nContent-Length: ", // no token
        "POST /api/none HTTP/1.1\r\nHost: 127.0.0.1:@PORT@\r\nContent-Length: ",
        "GET / HTTP/1.1\r\nHost: 127.0.0.1:@PORT@\r\nContent-Length: ",
        "POST / HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\nContent-Length: ",
        "OPTIONS /api/prefs HTTP/1.1\r\nHost: 127.0.0.1:@PORT@\r\nContent-Length: ",
    };
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        buf_reset(&outer);
        put_filled(&outer, heads[i]);
        buf_printf(&outer, "%zu\r\n\r\n", inner.n);
        buf_put(&outer, buf_slice(&inner));
        expect_refused("a request in the body of another", &outer);
        buf_reset(&outer); // the same in chunks, of which the first is empty
        put_filled(&outer, heads[i]);
        buf_put_text(&outer, "4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        buf_put(&outer, buf_slice(&inner));
        expect_refused("a request behind an empty chunk", &outer);
    }
    buf_done(&inner);
    buf_done(&outer);
}

static void large_heads(void)
{
    struct buf request = buf_new(ROOM), by = buf_new(ROOM);
    buf_put_text(&by, "Content-Length: 17\r\nX-Large: ");
    for (size_t i = 0; i < 100000; i++) {
        buf_put_u8(&by, 'x');
    }
    buf_put_u8(&by, 0);
    put_request(&request, "Content-Length: 17", (const char *)by.p);
    expect_refused("a field of 100,000 bytes", &request);
    buf_reset(&by);
    buf_reset(&request);
    buf_put_text(&by, "Content-Length: 17");
    for (size_t i = 0; i < 20000; i++) {
        buf_printf(&by, "\r\nX-%zu: x", i);
    }
    buf_put_u8(&by, 0);
    put_request(&request, "Content-Length: 17", (const char *)by.p);
    expect_refused("20,000 fields", &request);
    buf_reset(&by);
    buf_reset(&request);
    for (size_t i = 0; i < 100000; i++) {
        buf_put_u8(&by, '/');
    }
    buf_put_u8(&by, 0);
    put_request(&request, "/api/prefs", (const char *)by.p);
    expect_refused("a path of 100,000 bytes", &request);
    buf_done(&request);
    buf_done(&by);
}

// Bytes of no protocol, and of others; the numbers come from a row that is the same each time.
static void noise(void)
{
    struct buf bytes = buf_new(ROOM);
    static const char hello[] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    buf_put(&bytes, slice_of(hello, sizeof hello - 1));
    expect_refused("a greeting of TLS", &bytes);
    buf_reset(&bytes);
    buf_put_text(&bytes, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    expect_refused("a greeting of HTTP/2", &bytes);
    uint64_t x = 88172645463325252u;
    for (int i = 0; i < 40; i++) {
        buf_reset(&bytes);
        if (i % 2 == 0) {
            put_request(&bytes, "Baraza-Login: @TOKEN@\r\n", "");
        }
        for (int k = 0; k < 400; k++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            if (i % 2 == 0 && k < 6) {
                bytes.p[x % (bytes.n - 20)] = (uint8_t)(x >> 40); // a byte of a request that has no token
            } else if (i % 2 != 0) {
                buf_put_u8(&bytes, (uint8_t)(x >> 40));
            }
        }
        expect_refused("noise", &bytes);
    }
    buf_done(&bytes);
}

// Two requests at once on one connection, which is allowed: each is judged by itself.
static void pipeline(void)
{
    struct buf bytes = buf_new(ROOM);
    put_filled(&bytes, "GET /none HTTP/1.1\r\nHost: 127.0.0.1:@PORT@\r\n\r\n");
    put_request(&bytes, "Origin: http", "Origin: https");
    expect_refused("a wrong request behind another", &bytes);
    buf_reset(&bytes);
    put_request(&bytes, "Baraza-Login: @TOKEN@\r\n", "");
    put_filled(&bytes, EXACT);
    expect_refused("a right request behind one that was refused", &bytes);
    buf_done(&bytes);
}

// --- the slow and the idle: beside honest requests ---

static void slow(void)
{
    enum { SLOW = 24 };
    struct buf request = buf_new(ROOM);
    int fds[SLOW];
    put_filled(&request, EXACT);
    for (size_t i = 0; i < SLOW; i++) { // stops at a place of its own
        fds[i] = client_dial(port);
        CHECK(fds[i] >= 0);
        (void)client_say(fds[i], request.p, i * (request.n - 1) / SLOW);
    }
    for (int second = 0; second < 14; second++) { // every second one goes on, a byte a second
        for (size_t i = 0; i < SLOW; i += 2) {
            (void)client_say(fds[i], "x", 1);
        }
        expect_language(BEFORE, "slow requests");
        sleep(1);
    }
    for (size_t i = 0; i < SLOW; i++) {
        if (!client_closed(fds[i], 15000)) {
            fail("a slow request", "it is waited for without end");
        }
        close(fds[i]);
        refused++;
    }
    expect_language(BEFORE, "slow requests");
    buf_done(&request);
}

static void idle(void)
{
    static int fds[IDLE];
    struct rlimit files;
    size_t n = 0;
    CHECK(getrlimit(RLIMIT_NOFILE, &files) == 0);
    files.rlim_cur = files.rlim_max;
    CHECK(setrlimit(RLIMIT_NOFILE, &files) == 0);
    for (; n < IDLE; n++) {
        fds[n] = client_dial(port);
        if (fds[n] < 0) {
            break;
        }
        if (n % 250 == 0) {
            expect_language(BEFORE, "idle connections");
        }
    }
    expect_language(BEFORE, "idle connections");
    printf("%zu idle connections\n", n);
    for (size_t i = 0; i < n; i++) {
        close(fds[i]);
    }
    if (n < 400) {
        fail("idle connections", "fewer than 400 could be made");
    }
    expect_language(BEFORE, "idle connections that ended");
}

// --- words: a draft is kept by the exact request only ---

#define DRAFT "00000000000000000000000000000abc"
#define KEEP                                                                                              \
    "POST /api/draft/keep HTTP/1.1\r\nHost: 127.0.0.1:@PORT@\r\nOrigin: http://127.0.0.1:@PORT@\r\n"    \
    "Content-Type: application/json\r\nBaraza-Login: @TOKEN@\r\nContent-Length: 158\r\n\r\n"           \
    "{\"id\":\"" DRAFT "\",\"session\":\"@SESSION@\",\"version\":0,\"fields\":{\"text\":\"A ford.\"}}"

static bool draft_is_kept(void)
{
    struct reply r;
    const bool is = client_call(port, "draft/list", token, "{}", &r) == 200 && strstr(r.body, DRAFT) != NULL;
    reply_done(&r);
    return is;
}

static void keep_words(void)
{
    static const char *const changes[][2] = {
        { "Host: 127.0.0.1", "Host: 127.0.0.2" },
        { "Host: 127.0.0.1:@PORT@\r\nOrigin: http://127.0.0.1",
          "Host: evil.example:@PORT@\r\nOrigin: http://evil.example" },
        { "Origin: http://127.0.0.1:@PORT@\r\n", "" },
        { "Origin: http://127.0.0.1", "Origin: http://evil.example" },
        { "Origin: http:", "Origin: https:" },
        { "application/json", "text/plain" },
        { "application/json", "application/octet-stream" },
        { "Baraza-Login: @TOKEN@\r\n", "" },
        { "Baraza-Login: @TOKEN@", "Cookie: Baraza-Login=@TOKEN@" },
        { "POST", "PUT" },
        { "POST", "GET" },
        { "/api/draft/keep", "/api/draft//keep" },
        { "/api/draft/keep", "/api/draft%2fkeep" },
        { "Content-Length: 158", "Transfer-Encoding: chunked" },
        { "\"version\":0", "\"version\":\"0\"" },
        { "\"fields\":{", "\"fields\":[],\"fields\":{" },
    };
    struct buf request = buf_new(ROOM);
    struct reply r;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        buf_reset(&request);
        put_request_of(&request, KEEP, changes[i][0], changes[i][1]);
        if (send_bytes(&request, &r) == 200 || draft_is_kept()) {
            fail("keeping words", changes[i][1]);
        }
        reply_done(&r);
        refused++;
    }
    buf_reset(&request);
    put_filled(&request, KEEP);
    if (send_bytes(&request, &r) != 200 || !draft_is_kept()) {
        fail("keeping words, exactly", r.body);
    }
    reply_done(&r);
    buf_done(&request);
}

// --- the exact ones ---

static void exact(void)
{
    struct buf request = buf_new(ROOM);
    struct reply r;
    put_filled(&request, EXACT);
    if (send_bytes(&request, &r) != 200) {
        fail("the exact request", "it is refused");
    }
    reply_done(&r);
    expect_language(WANTED, "the exact request");
    set_language(BEFORE);
    buf_reset(&request);
    put_request(&request, "Host: 127.0.0.1:@PORT@\r\nOrigin: http://127.0.0.1",
                "Host: localhost:@PORT@\r\nOrigin: http://localhost");
    if (send_bytes(&request, &r) != 200) {
        fail("the exact request under our other name", "it is refused");
    }
    reply_done(&r);
    expect_language(WANTED, "the exact request under our other name");
    buf_done(&request);
}

// Everybody may look at the files of the page, and nobody learns anything from them.
static void files(void)
{
    struct buf request = buf_new(ROOM);
    struct reply r;
    put_filled(&request, "GET / HTTP/1.1\r\nHost: 127.0.0.1:@PORT@\r\n\r\n");
    if (send_bytes(&request, &r) != 200 || memcmp(r.body, "\x1f\x8b", 2) != 0) {
        fail("the page", "it is not served");
    }
    const char *text = r.bytes.n > 0 ? (const char *)r.bytes.p : "";
    if (strstr(text, "Content-Type: text/html; charset=utf-8") == NULL ||
        strstr(text, "Content-Encoding: gzip") == NULL) {
        fail("the page", "it is no page");
    }
    if (strstr(text, "Cache-Control: no-store") == NULL || strstr(text, "default-src 'none'") == NULL) {
        fail("the page", "it lacks the headers that close it up");
    }
    if (strstr(text, "Set-Cookie") != NULL || strstr(text, "Server:") != NULL) {
        fail("the page", "it sets a cookie or says who serves it");
    }
    reply_done(&r);
    buf_done(&request);
}

int main(int argc, char **argv)
{
    struct reply r;
    char json[256];
    CHECK(argc == 4);
    for (const char *p = argv[1]; *p >= '0' && *p <= '9'; p++) {
        port = (uint16_t)(port * 10 + (*p - '0'));
    }
    snprintf(key, sizeof key, "%s", argv[2]);
    snprintf(json, sizeof json, "{\"key\":\"%s\",\"passphrase\":\"%s\"}", key, argv[3]);
    if (client_call(port, "unlock", NULL, json, &r) != 200 || !client_member(&r, "token", token, sizeof token)) {
        printf("FAILED: nobody can log in: %s\n", r.body);
        return 1;
    }
    reply_done(&r);
    if (client_call(port, "forums", token, "{}", &r) != 200 || !client_member(&r, "id", session, sizeof session)) {
        printf("FAILED: no forum is open here: %s\n", r.body);
        return 1;
    }
    reply_done(&r);
    files();
    set_language(BEFORE);
    judge_rows();
    smuggle();
    large_heads();
    pipeline();
    noise();
    keep_words();
    slow();
    idle();
    exact();
    printf("%u requests refused, and nothing changed; %u failures\n", refused, failures);
    return failures == 0 ? 0 : 1;
}
