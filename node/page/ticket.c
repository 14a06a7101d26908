// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Pages that wait to be printed. Read first: ticket.h.
#include "node/page/ticket.h"

#include "common/format/armor.h"

#include <string.h>

void ticket_text(const uint8_t random[static 32], uint8_t out[static TICKET_TEXT])
{
    uint8_t room[48];
    struct buf text = buf_over(room, sizeof room);
    armor_put_base64(&text, slice_of(random, 32));
    CHECK(buf_ok(&text) && text.n > TICKET_TEXT);
    for (size_t i = 0; i < TICKET_TEXT; i++) {
        out[i] = room[i] == '+' ? '-' : room[i] == '/' ? '_' : room[i];
    }
    mem_wipe(room, sizeof room);
}

static void drop(struct ticket *t)
{
    buf_wipe(&t->html);
    buf_done(&t->html);
    *t = (struct ticket){ .end_ms = 0 };
}

void ticket_put(struct tickets *t, struct pubkey owner, struct buf *html, uint64_t now_ms,
                uint8_t out[static TICKET_TEXT])
{
    struct ticket *place = &t->held[0];
    for (size_t i = 1; i < LIMIT_TICKETS_PRINT; i++) {
        if (t->held[i].end_ms < place->end_ms) {
            place = &t->held[i];
        }
    }
    drop(place);
    uint8_t random[32];
    ident_random(random, sizeof random);
    ticket_text(random, place->text);
    mem_wipe(random, sizeof random);
    place->owner = owner;
    place->end_ms = now_ms + LIMIT_TICKET_MS;
    place->html = *html;
    *html = buf_new(0);
    memcpy(out, place->text, TICKET_TEXT);
}

bool ticket_take(struct tickets *t, struct slice text, uint64_t now_ms, struct buf *out)
{
    for (size_t i = 0; i < LIMIT_TICKETS_PRINT; i++) {
        struct ticket *held = &t->held[i];
        if (held->end_ms > now_ms && text.n == TICKET_TEXT &&
            hash_equal(hash_of(text), hash_of(SLICE_ARRAY(held->text)))) {
            *out = held->html;
            held->html = buf_new(0);
            drop(held);
            return true;
        }
    }
    return false;
}

uint64_t ticket_expire(struct tickets *t, uint64_t now_ms)
{
    uint64_t next = UINT64_MAX;
    for (size_t i = 0; i < LIMIT_TICKETS_PRINT; i++) {
        struct ticket *held = &t->held[i];
        if (held->end_ms != 0 && held->end_ms <= now_ms) {
            drop(held);
        } else if (held->end_ms != 0 && held->end_ms < next) {
            next = held->end_ms;
        }
    }
    return next;
}

void ticket_drop(struct tickets *t, const struct pubkey *owner)
{
    for (size_t i = 0; i < LIMIT_TICKETS_PRINT; i++) {
        if (owner == NULL || pubkey_equal(t->held[i].owner, *owner)) {
            drop(&t->held[i]);
        }
    }
}
