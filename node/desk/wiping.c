// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What may go: contributions, corrections and withdrawals that the hub gave custody of and that a verified receipt
// covers, of forums that are sealed (a seal counts the forms that their words name). It must never remove what has no
// receipt.
// Read first: wiping.h, common/store/wipe.h.
#include "node/desk/wiping.h"

#include "common/author/erasing.h"
#include "common/base/fault.h"
#include "common/store/attached.h"
#include "common/store/wipe.h"
#include "node/desk/local.h"

#include <stdlib.h>

struct wiping {
    const struct wiping_wish *wish;
    struct hash *sealed;     // sessions whose seal, or share's seal, is confirmed
    size_t sealed_n;
    struct wiping_plan plan;
};

static bool is_safe(enum fate f)
{
    return f == FATE_CONFIRMED || f == FATE_ANSWERED || (FAULT(WIPED_UNPROVEN) && f == FATE_WAITING);
}

static bool is_sealed(const struct wiping *x, struct hash session)
{
    for (size_t i = 0; i < x->sealed_n; i++) {
        if (hash_equal(x->sealed[i], session)) {
            return true;
        }
    }
    return false;
}

static void take_seal(struct wiping *x, const struct local_entry *e)
{
    const bool seal = e->known && (e->body.kind == KIND_SHARE_SEAL || e->body.kind == KIND_SESSION_SEAL);
    if (seal && is_safe(e->fate)) {
        x->sealed = mem_grow(x->sealed, x->sealed_n + 1, sizeof *x->sealed);
        x->sealed[x->sealed_n++] = entry_ref(&e->entry, 0);
    }
}

static void take_words(struct wiping *x, const struct local_entry *e)
{
    struct wiping_plan *p = &x->plan;
    const bool contribution = e->known && e->body.kind == KIND_CONTRIBUTION;
    if (!contribution && !(e->known && (e->body.kind == KIND_CORRECTION || e->body.kind == KIND_WITHDRAWAL))) {
        return;
    }
    if (e->fate == FATE_RECEIVED) {
        p->unproven++;
    } else if (!is_safe(e->fate)) {
        p->waiting++;
    } else if (e->entry.claimed_s >= x->wish->before_s) {
        p->later++;
    } else if (contribution && !x->wish->unsealed && !is_sealed(x, entry_ref(&e->entry, 0))) {
        p->open++;
    } else {
        p->items = mem_grow(p->items, p->n + 1, sizeof *p->items);
        p->items[p->n++] = e->at;
    }
}

static enum err gather(struct desk *desk, struct wiping *x, void (*take)(struct wiping *, const struct local_entry *),
                       struct why *why)
{
    struct local *l = NULL;
    struct local_entry e;
    enum err err = local_begin(desk, &l, why);
    if (err != OK) {
        return err;
    }
    while (local_next(l, &e)) {
        take(x, &e);
    }
    return local_end(l, why);
}

// The hub has its words, and not yet all of its sound or pictures.
static bool sound_waits(struct kv_txn *t, const struct position *at)
{
    struct attached list[LIMIT_ATTACHMENTS];
    const size_t n = attached_of(t, &at->journal, at->seq, list);
    bool waits = false;
    for (size_t i = 0; i < n; i++) {
        waits = waits || list[i].state == ATTACHED_WAITING;
    }
    return waits;
}

// Leaves only those whose words are still here, and of which the hub has everything.
static enum err keep_present(struct desk *desk, struct wiping_plan *p)
{
    struct kv_txn *t = NULL;
    size_t n = 0;
    enum err e = kv_begin_read(state_kv(desk->state), &t);
    for (size_t i = 0; i < p->n && e == OK; i++) {
        const bool waits = sound_waits(t, &p->items[i]);
        p->waiting += waits;
        if (!waits && wipe_present(t, &p->items[i])) {
            p->items[n++] = p->items[i];
        }
    }
    p->n = n;
    kv_abort(t);
    return e;
}

enum err wiping_look(struct desk *desk, const struct wiping_wish *wish, struct wiping_plan *out, struct why *why)
{
    struct wiping x = { .wish = wish };
    *out = (struct wiping_plan){ .items = NULL };
    enum err e = gather(desk, &x, take_seal, why);
    if (e == OK) {
        e = gather(desk, &x, take_words, why);
    }
    if (e == OK) {
        e = keep_present(desk, &x.plan);
    }
    if (e == OK) {
        *out = x.plan;
    } else {
        wiping_plan_done(&x.plan);
    }
    free(x.sealed);
    return e;
}

void wiping_plan_done(struct wiping_plan *p)
{
    free(p->items);
    *p = (struct wiping_plan){ .items = NULL };
}

static enum err remove_words(struct kv *kv, const struct wiping_plan *p)
{
    struct kv_txn *t = NULL;
    enum err e = kv_begin_write(kv, &t);
    for (size_t i = 0; i < p->n && e == OK; i++) {
        (void)wipe_words(t, &p->items[i]);
    }
    return e == OK ? kv_commit(t) : e;
}

// Words first kept under a new key that is then the only one: pages of the past open no more.
enum err wiping_do(struct desk *desk, const struct wiping_plan *plan, uint64_t wall_s, struct why *why)
{
    struct erasing *renewal = NULL;
    bool more = true;
    if (plan->n == 0) {
        return OK;
    }
    enum err e = erasing_open(desk->state, desk->safe, wall_s, &renewal, why);
    if (e != OK) {
        return e;
    }
    erasing_renew(renewal);
    e = erasing_step(renewal, &more, why);
    if (e == OK) {
        e = remove_words(state_kv(desk->state), plan);
    }
    while (e == OK && more) {
        e = erasing_step(renewal, &more, why);
    }
    erasing_close(renewal);
    return e;
}
