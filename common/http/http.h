// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A small HTTP server for one computer, the only door to libmicrohttpd: 127.0.0.1 only, programs of the same user
// only, one thread, whole requests and whole replies. What it lets through was judged first (judge.h), whoever is slow
// or idle is cut, and what passed through its memory is wiped.
// It must never decide what a request means, nor send a byte of a reply without the headers that close the page up.
// libmicrohttpd's traps: it has no connection suspended, ever, because it aborts when one is at the end; its time-outs
// count from the last byte, so ours are used, which count from the first; it stops accepting when it is full, so we
// accept, and cut who was idle longest.
// Read first: judge.h.
#ifndef BARAZA_HTTP_HTTP_H
#define BARAZA_HTTP_HTTP_H

#include "common/base/err.h"
#include "common/base/why.h"
#include "common/http/judge.h"

// One request that was let through, and its reply, which `admit` or `serve` fills.
struct http_call {
    const struct http_route *route; // as `find` gave it
    bool only_head;                 // HEAD: the reply's body is not sent
    struct slice target;            // the path. This and what follows is borrowed until serve returns
    struct slice login;             // Baraza-Login; empty when it did not come
    struct slice body;              // serve: the whole body of a POST
    void *head;                     // for http_call_field

    unsigned status;                // of the reply; 200 at first
    const char *type;               // its Content-Type, static; NULL: it has no body
    const char *coding;             // its Content-Encoding, static; NULL: none
    const char *policy;             // its Content-Security-Policy, static; NULL: that of the page
    struct slice lasting;           // a body that lives as long as the program; or, when empty:
    struct buf reply;               // one of its own, LIMIT_HTTP_REPLY at most; taken and wiped
};

// Who answers. The context goes to each.
struct http_service {
    void *context;
    // What answers at target; NULL: nothing does. Static, or kept as long as the server.
    const struct http_route *(*find)(void *context, struct slice target);
    // Asked when the head of a POST was let through, before its body is read. False: it filled the reply; the body is
    // passed over, without being kept, and the connection ends.
    bool (*admit)(void *context, struct http_call *call);
    void (*serve)(void *context, struct http_call *call);
};

struct http;

// Listens on 127.0.0.1:port (0: any free one). ERR_BUSY with why: somebody else listens there; ERR_IO, ERR_PERM.
// service is copied. Gives *out.
MUST_USE enum err http_open(uint16_t port, const struct http_service *service, struct http **out, struct why *why);

// Cuts all connections and frees. NULL is harmless.
void http_close(struct http *h);

// Where it listens.
uint16_t http_port(const struct http *h);

// The descriptor to wait on, and when to call http_turn at the latest.
int http_fd(const struct http *h);
uint64_t http_deadline(const struct http *h, uint64_t now_ms);

// Accepts, reads, serves and cuts what is due. now_ms: a clock that never goes back.
void http_turn(struct http *h, uint64_t now_ms);

// Ends all connections but that of call, which is being served: what others said stays in no buffer of theirs.
void http_end_others(struct http *h, const struct http_call *call);

// A field of call's head by its name, in any case; empty when it did not come, or came twice.
struct slice http_call_field(const struct http_call *call, const char *name);

#endif
