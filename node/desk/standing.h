// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Where everything is that was said at this site, and what is wrong: the line that adds up, how far the exchange has
// come, the notices. For whoever asks every few seconds: what has not changed is not read again.
// Read first: node/desk/ledger.h, node/desk/notices.h.
#ifndef BARAZA_NODE_DESK_STANDING_H
#define BARAZA_NODE_DESK_STANDING_H

#include "node/desk/ledger.h"
#include "node/desk/notices.h"

// ledger.shown is the line: saved = received + waiting + refused + lost, over the contributions of everybody who writes
// on this computer, as its list has them. Drafts are not saved, and each sees only her own.
struct standing {
    struct ledger ledger;         // borrowed until the next look
    uint64_t drafts;              // of desk->who
    struct node_contact contact;  // how the last try to reach the hub ended
    uint64_t heard_s;             // the last success, by network or bundle; 0: never
    bool verified;                // a checkpoint was verified here
    uint64_t verified_size;
    uint64_t sound_bytes;         // of attachments that the hub has not
    uint64_t carried, answers;    // bundles that lie here for other sites: for the hub, and from it
    bool clock_ok;
    size_t notice_n;
    struct notice notices[NOTICE_MOST];
};

struct standing_book;

// Returns an empty one. standing_free frees; NULL is harmless.
struct standing_book *standing_new(void);
void standing_free(struct standing_book *b);

// Looks, for desk->who (unlocked). ERR_* with t.
MUST_USE enum err standing_look(struct standing_book *b, struct desk *desk, uint64_t now_s, struct standing *out,
                                struct trouble *t);

// Only the headers, for who needs no more. ERR_* with t.
MUST_USE enum err standing_ledger(struct standing_book *b, struct desk *desk, struct ledger *out, struct trouble *t);

#endif
