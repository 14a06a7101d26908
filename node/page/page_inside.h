// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What page.c and the handlers of logging in share and nobody else includes. Read first: page.h, page_call.h.
#ifndef BARAZA_NODE_PAGE_PAGE_INSIDE_H
#define BARAZA_NODE_PAGE_PAGE_INSIDE_H

#include "common/http/http.h"
#include "node/desk/forum_view.h"
#include "node/desk/standing.h"
#include "node/page/errand.h"
#include "node/page/login.h"
#include "node/page/page_call.h"
#include "node/page/ticket.h"

#define PAGE_ROUTES 96      // rows of routes.c at most
#define PAGE_SMALL_BODY 8192 // of a call that needs no login: a passphrase, each byte of it escaped

// The first step of an emergency, which the second names.
struct page_emergency {
    uint8_t ticket[16];
    uint64_t until_ms;   // 0: none was asked for
};

struct page {
    struct page_options o;
    struct http *http;
    struct logins *logins;
    struct tickets tickets;
    struct standing_book *standing;
    struct forum_counts forums;
    struct errand *errand;
    bool uploaded;                      // what it reads came from a browser
    struct page_emergency emergency;
    uint64_t now_ms;                    // of this turn
    struct http_route api[PAGE_ROUTES]; // one each row of routes.c
};

// Hears how far the errand is; what a browser brought for it goes when it is over.
void page_carry_look(struct page *p);

// Removes what a browser left of bundles in the state.
void page_carry_clean(struct state *state);

#endif
