// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The page of a site, as its daemon serves it to the browsers of this computer: the files (assets.h), the calls
// (routes.c), who is logged in (login.h), pages to print (ticket.h).
// It must never show anything of the state to whoever is not logged in, but the names people chose, and the
// consultation's title and fingerprint.
// Read first: common/http/http.h, docs/DESIGN.md "The page".
#ifndef BARAZA_NODE_PAGE_PAGE_H
#define BARAZA_NODE_PAGE_PAGE_H

#include "common/author/keyring.h"
#include "common/author/state.h"
#include "common/ops/log.h"
#include "node/node_exchange.h"

// All kept until page_close.
struct page_options {
    struct state *state;
    struct safe *safe;               // of the daemon: the agent lends from it too
    struct node_exchange *exchange;
    uint64_t idle_ms;                // as the agent has it
    const char *sticks;              // folders below which sticks are mounted, with blanks between
    bool any_filesystem;             // as the store was opened
    const struct log *log;
};

struct page;

// Serves at 127.0.0.1:port (0: any free one). ERR_BUSY with why: another program has it; errors of the system. Writes
// its address to STATE/page. Gives *out.
MUST_USE enum err page_open(uint16_t port, const struct page_options *options, struct page **out, struct why *why);

// For `baraza page`, STATE/page holds the address, or instead of it why there is none: "off" (port 0), or "taken PORT".
// page_say_none writes that; page_forget removes the file: at the daemon's end, and at its start what a daemon that was
// killed left behind.
void page_say_none(const struct state *state, uint16_t port);
void page_forget(const struct state *state);

// Ends it: whoever is logged in has to log in again. NULL is harmless.
void page_close(struct page *p);

// Where it is served.
uint16_t page_port(const struct page *p);

// What to wait on, and until when. NULL: -1 and never.
int page_fd(const struct page *p);
uint64_t page_deadline(const struct page *p, uint64_t now_ms);

// Serves what waits, and forgets the logins of whoever was locked. NULL is harmless.
void page_turn(struct page *p, uint64_t now_ms);

#endif
