// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Wiping from the page: words that are safe elsewhere, after a count; and in danger all keys, with nothing but a second
// step between. Read first: page_call.h, node/desk/wiping.h, node/desk/destroying.h.
#include "node/page/api.h"

#include "common/base/date.h"
#include "common/base/fault.h"
#include "node/desk/destroying.h"
#include "node/desk/drafts.h"
#include "node/desk/wiping.h"
#include "node/page/page_inside.h"

#include <string.h>

#define DAY_S 86400u
#define TICKET_MS 120000u // between the two steps of an emergency

// --- wipe ---
// {confirm, before?: "2026-03-04", unsealed?} -> {wiped, kept_waiting, kept_without_receipt, kept_forum_not_sealed,
// kept_later}; confirm false: what would be wiped, and nothing is.

static enum err read_wish(const struct page_call *c, struct wiping_wish *wish, bool *confirm, struct trouble *t)
{
    struct slice before;
    uint64_t days = 0;
    *wish = (struct wiping_wish){ .before_s = UINT64_MAX };
    *confirm = false;
    if (json_object_get(c->in, "confirm") != NULL && !json_yes(c->in, "confirm", confirm)) {
        return trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    if (json_object_get(c->in, "unsealed") != NULL && !json_yes(c->in, "unsealed", &wish->unsealed)) {
        return trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    if (json_text(c->in, "before", &before)) {
        if (!date_parse(before, &days)) {
            return trouble_set(t, TROUBLE_NOT_RIGHT);
        }
        wish->before_s = days * DAY_S;
    }
    return OK;
}

enum err page_wipe(struct page_call *c, struct trouble *t)
{
    struct wiping_plan plan = { .items = NULL };
    struct wiping_wish wish;
    struct why why = { "" };
    bool confirm = false;
    enum err e = read_wish(c, &wish, &confirm, t);
    if (e == OK) {
        e = trouble_of_err(t, wiping_look(c->desk, &wish, &plan, &why), &why);
    }
    if (e == OK && confirm) {
        e = trouble_of_err(t, wiping_do(c->desk, &plan, c->wall_s, &why), &why);
    }
    if (e == OK) {
        json_put(c->out, "wiped", json_of_number(plan.n));
        json_put(c->out, "kept_waiting", json_of_number(plan.waiting));
        json_put(c->out, "kept_without_receipt", json_of_number(plan.unproven));
        json_put(c->out, "kept_forum_not_sealed", json_of_number(plan.open));
        json_put(c->out, "kept_later", json_of_number(plan.later));
    }
    wiping_plan_done(&plan);
    return e;
}

// --- emergency: nobody is asked for a passphrase ---
// {} -> {ticket, drafts?, carried?, lost?, last?}: what would be lost; numbers that cannot be had are left out
// {confirm: true, ticket, outbox_too?} -> {destroyed: [{key, last}], carried?, lost?}

static void put_counts(struct page_call *c, bool outbox_too)
{
    struct destroying_counts n;
    if (destroying_count(state_kv(c->site->state), outbox_too, &n) == OK) {
        json_put(c->out, "carried", json_of_number(n.carried));
        json_put(c->out, "lost", json_of_number(n.lost));
        json_put(c->out, "waiting", json_of_number(n.carried + n.lost));
    }
}

static void put_last(struct page_call *c)
{
    struct notebook books[LIMIT_PERSONS];
    struct kv_txn *t = NULL;
    size_t n = 0;
    uint64_t last = 0;
    enum err e = kv_begin_read(state_kv(c->site->state), &t);
    if (e == OK) {
        e = notebook_all(t, books, &n);
    }
    for (size_t i = 0; e == OK && i < n; i++) {
        struct journal_head head;
        e = journal_head(t, &books[i].journal, &head);
        last = e == OK && head.next > last ? head.next : last;
    }
    kv_abort(t);
    if (e == OK && last > 0) {
        json_put(c->out, "last", json_of_number(last - 1));
    }
}

static enum err count_first(struct page_call *c)
{
    struct drafts_count drafts;
    struct page_emergency *x = &c->page->emergency;
    ident_random(x->ticket, sizeof x->ticket);
    x->until_ms = c->now_ms + TICKET_MS;
    json_put(c->out, "ticket", json_of_hex(SLICE_ARRAY(x->ticket)));
    if (drafts_of_session(c->site->state, NULL, &drafts, NULL) == OK) {
        json_put(c->out, "drafts", json_of_number(drafts.all));
    }
    put_counts(c, false);
    put_last(c);
    return OK;
}

// Everybody is locked and cut off, everything that was rendered for somebody is gone, no work goes on.
static void forget_all(struct page_call *c)
{
    struct page *p = c->page;
    http_end_others(p->http, c->request);
    if (!FAULT(EMERGENCY_LEAVES_MEMORY)) {
        for (size_t i = 0; i < LIMIT_PERSONS; i++) {
            safe_forget(&p->o.safe->slots[i]);
        }
    }
    (void)logins_look(p->logins);
    ticket_drop(&p->tickets, NULL);
    errand_stop(p->errand);
    page_carry_clean(p->o.state);
    standing_free(p->standing);
    p->standing = standing_new();
}

static json_t *destroyed_json(const struct destroyed *d)
{
    json_t *list = json_array();
    for (size_t i = 0; i < d->count; i++) {
        json_t *o = json_object();
        json_put(o, "key", json_of_hex(SLICE_ARRAY(d->heads[i].journal.key.b)));
        json_put(o, "last", d->heads[i].next == 0 ? json_null() : json_of_number(d->heads[i].next - 1));
        json_push(list, o);
    }
    return list;
}

static enum err destroy(struct page_call *c, bool outbox_too, struct trouble *t)
{
    struct page *p = c->page;
    struct why why = { "" };
    struct destroyed destroyed = { .count = 0 };
    const char *dir = state_dir(p->o.state);
    enum err files = destroying_files(dir, outbox_too, &why);
    forget_all(c);
    // Another program that was renewing them may have written them once more.
    const enum err again = destroying_files(dir, outbox_too, files == OK ? &why : NULL);
    files = files == OK ? again : files;
    put_counts(c, outbox_too);
    const enum err store = destroying_store(p->o.state, outbox_too, c->wall_s, &destroyed);
    LOG_WITH(p->o.log, LOG_WARN, "page.keys-destroyed", log_yes("files", files == OK), log_yes("store", store == OK));
    json_put(c->out, "destroyed", destroyed_json(&destroyed));
    return files != OK ? trouble_of_err(t, files, &why) : trouble_of_err(t, store, NULL);
}

enum err page_emergency(struct page_call *c, struct trouble *t)
{
    uint8_t ticket[sizeof c->page->emergency.ticket];
    struct page_emergency *x = &c->page->emergency;
    bool confirm = false;
    bool outbox_too = false;
    if (!json_yes(c->in, "confirm", &confirm) || !confirm) {
        return count_first(c);
    }
    if (json_object_get(c->in, "outbox_too") != NULL && !json_yes(c->in, "outbox_too", &outbox_too)) {
        return trouble_set(t, TROUBLE_NOT_RIGHT);
    }
    const bool good = json_hex(c->in, "ticket", ticket, sizeof ticket) && c->now_ms < x->until_ms &&
                      memcmp(ticket, x->ticket, sizeof ticket) == 0;
    *x = (struct page_emergency){ .until_ms = 0 };
    return good ? destroy(c, outbox_too, t) : trouble_set(t, TROUBLE_TICKET);
}
