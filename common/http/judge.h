// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Judges the head of a request to the page, before a byte of its body is read: a pure function from what the head says
// to an HTTP status. What it lets through came from a page of ours in a browser, or from a program that pretends to be
// one and still needs a login. It must never look at more than the head, nor read a clock, a file or a socket.
#ifndef BARAZA_HTTP_JUDGE_H
#define BARAZA_HTTP_JUDGE_H

#include "common/base/bytes.h"

// What answers at a path.
enum http_kind {
    HTTP_FILE,   // GET or HEAD
    HTTP_ONCE,   // GET only: what is fetched is gone
    HTTP_JSON,   // POST of application/json
    HTTP_OCTETS, // POST of application/octet-stream
};

struct http_route {
    enum http_kind kind;
    size_t body_most;    // bytes of a POST's body; LIMIT_HTTP_JSON at most
};

// One field of a head: its value, and how often it came (0: not at all; the value is the last one's then).
struct http_field {
    struct slice value;
    unsigned count;
};

// The head of a request. All borrowed.
struct http_head {
    struct slice method, version;
    struct slice target;       // as it was sent: nothing decoded
    bool target_long;          // it was longer than LIMIT_HTTP_TARGET
    struct http_field host, origin, type, length, coding, expect, login;
};

// The statuses that refuse, all from RFC 9110 and 6585; 0 lets through.
#define HTTP_GOOD 0u
#define HTTP_BAD 400u              // a field twice, a length that is no number, a body where none belongs
#define HTTP_LOCKED 401u           // no login, or one that is over
#define HTTP_FOREIGN 403u          // a request of another page
#define HTTP_UNKNOWN 404u
#define HTTP_METHOD 405u
#define HTTP_NO_LENGTH 411u        // chunked, or without a length
#define HTTP_LARGE 413u
#define HTTP_TARGET_LONG 414u
#define HTTP_TYPE 415u
#define HTTP_EXPECTS 417u
#define HTTP_MISDIRECTED 421u      // for another host: a name that was made to point here
#define HTTP_CROWDED 503u
#define HTTP_VERSION 505u

// Takes note of one field of a head; names that matter to nobody are passed over. value is borrowed.
void http_head_field(struct http_head *head, struct slice name, struct slice value);

// Judges head: HTTP_GOOD, or the status to refuse with. port: ours. route: what answers at its target, NULL: nothing.
// On HTTP_GOOD *length is the length of the body (0 for GET and HEAD).
unsigned http_judge(const struct http_head *head, uint16_t port, const struct http_route *route, size_t *length);

#endif
