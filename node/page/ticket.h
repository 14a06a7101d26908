// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Pages to print that wait to be fetched by their ticket, once and soon: a window that is to be printed is opened by a
// plain address, and an address must neither hold what it shows nor let it be seen again.
#ifndef BARAZA_NODE_PAGE_TICKET_H
#define BARAZA_NODE_PAGE_TICKET_H

#include "common/format/ident.h"
#include "common/limits.h"

#define TICKET_TEXT 43 // 32 bytes in base64url, without padding

struct tickets {
    struct ticket {
        uint8_t text[TICKET_TEXT];
        struct pubkey owner;
        uint64_t end_ms;       // 0: this place is free
        struct buf html;
    } held[LIMIT_TICKETS_PRINT];
};

// Keeps html (takes what is in it) for owner; the oldest makes room. Writes the ticket to out.
void ticket_put(struct tickets *t, struct pubkey owner, struct buf *html, uint64_t now_ms,
                uint8_t out[static TICKET_TEXT]);

// Moves what was kept under text into *out. False: there is none, or not any more.
MUST_USE bool ticket_take(struct tickets *t, struct slice text, uint64_t now_ms, struct buf *out);

// Wipes what nobody fetched in time; returns when to call again (UINT64_MAX: nothing is held).
uint64_t ticket_expire(struct tickets *t, uint64_t now_ms);

// Wipes owner's; all of them when owner is NULL.
void ticket_drop(struct tickets *t, const struct pubkey *owner);

// 32 random bytes as text that may stand in an address.
void ticket_text(const uint8_t random[static 32], uint8_t out[static TICKET_TEXT]);

#endif
