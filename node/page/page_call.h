// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// One call of the page: what a handler is given and what it fills. A handler is a row of routes.c and a function
//     enum err NAME(struct page_call *c, struct trouble *t)
// that reads c->in, does its work by functions of node/desk, and puts members into c->out. It returns OK, or an error
// with *t filled (trouble.h): the page then gets {"error": {code, args, why}} and what is in c->out beside it.
// It must never log what it reads or gives, keep a pointer to any of this, or wait for anything but the disk.
#ifndef BARAZA_NODE_PAGE_PAGE_CALL_H
#define BARAZA_NODE_PAGE_PAGE_CALL_H

#include "common/ops/json_read.h"
#include "node/desk/desk.h"
#include "node/desk/trouble.h"
#include "node/page/page.h"

enum page_flag {
    PAGE_LOGIN = 1,   // needs a login: c->desk is hers, readable; without one nobody gets here (401)
    PAGE_WRITES = 2,  // c->desk->author is open too
    PAGE_OCTETS = 4,  // the body is application/octet-stream, in c->octets; c->in is an empty object
    PAGE_QUIET = 8,   // asked by the page itself, not by a person: does not put off the idle lock
};

struct page_call {
    const struct page_options *site; // state, safe, exchange (node_exchange_poke), log
    struct desk *desk;               // PAGE_LOGIN: whose login it is; else NULL
    uint64_t now_ms, wall_s;
    json_t *in;                      // an object, whatever was sent
    json_t *out;                     // an object
    struct slice octets;             // PAGE_OCTETS: the body, LIMIT_HTTP_OCTETS at most
    struct buf *bytes;               // what is put here is the reply instead of c->out, as application/octet-stream
    struct page *page;               // for the functions below
    const void *request;
};

// A handler, as described above.
typedef enum err page_handler(struct page_call *c, struct trouble *t);

struct page_route {
    const char *name;      // POST /api/NAME
    page_handler *handler;
    unsigned flags;
};

// The table, ended by a row without a name; static storage.
const struct page_route *page_routes(void);

// {"code", "args", "why"} of a trouble: for replies that have more than one. Gives.
json_t *page_error(const struct trouble *t);

// The value of a header `Baraza-…` of the request; empty when it did not come.
struct slice page_field(const struct page_call *c, const char *name);

// Keeps a page of HTML to be printed, and puts its "ticket" into c->out: GET /print/TICKET shows it once, within
// LIMIT_TICKET_MS. Takes what is in html and wipes it when it was fetched. ERR_TOO_BIG with t: over LIMIT_HTTP_REPLY.
MUST_USE enum err page_print(struct page_call *c, struct buf *html, struct trouble *t);

#endif
