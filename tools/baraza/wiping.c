// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What may go: contributions, corrections and withdrawals that the hub gave custody of and that a verified receipt
// covers, of forums that are sealed (a seal counts the forms that their words name). It must never remove what has no
// receipt.
// Read first: wiping.h, common/store/wipe.h.
#include "tools/baraza/wiping.h"

#include "common/author/erasing.h"
#include "common/base/fault.h"
#include "common/net/loop.h"
#include "common/store/wipe.h"
#include "node/desk/local.h"
#include "tools/baraza/ask.h"
#include "tools/baraza/print.h"
#include "tools/baraza/work.h"

#include <stdlib.h>

struct wiping {
    struct cmd_context *context;
    const struct wiping_wish *wish;
    struct work w;
    struct hash *sealed;     // sessions whose seal, or share's seal, is confirmed
    size_t sealed_n;
    struct position *items;  // what goes
    size_t n;
    uint64_t waiting, unproven, open, later; // what is kept: not received, no receipt, forum not sealed, not before
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
    const bool contribution = e->known && e->body.kind == KIND_CONTRIBUTION;
    if (!contribution && !(e->known && (e->body.kind == KIND_CORRECTION || e->body.kind == KIND_WITHDRAWAL))) {
        return;
    }
    if (e->fate == FATE_RECEIVED) {
        x->unproven++;
    } else if (!is_safe(e->fate)) {
        x->waiting++;
    } else if (e->entry.claimed_s >= x->wish->before_s) {
        x->later++;
    } else if (contribution && !x->wish->unsealed && !is_sealed(x, entry_ref(&e->entry, 0))) {
        x->open++;
    } else {
        x->items = mem_grow(x->items, x->n + 1, sizeof *x->items);
        x->items[x->n++] = e->at;
    }
}

static enum err gather(struct wiping *x, void (*take)(struct wiping *, const struct local_entry *), struct why *why)
{
    struct local *l = NULL;
    struct local_entry e;
    enum err err = local_begin(&x->w.desk, &l, why);
    if (err != OK) {
        return err;
    }
    while (local_next(l, &e)) {
        take(x, &e);
    }
    return local_end(l, why);
}

// Leaves in x->items only those whose words are still here.
static enum err keep_present(struct wiping *x)
{
    struct kv_txn *t = NULL;
    size_t n = 0;
    enum err e = kv_begin_read(state_kv(x->w.desk.state), &t);
    for (size_t i = 0; i < x->n && e == OK; i++) {
        if (wipe_present(t, &x->items[i])) {
            x->items[n++] = x->items[i];
        }
    }
    x->n = n;
    kv_abort(t);
    return e;
}

static enum err remove_words(struct wiping *x)
{
    struct kv_txn *t = NULL;
    enum err e = kv_begin_write(state_kv(x->w.desk.state), &t);
    for (size_t i = 0; i < x->n && e == OK; i++) {
        (void)wipe_words(t, &x->items[i]);
    }
    return e == OK ? kv_commit(t) : e;
}

// Words first kept under a new key that is then the only one: pages of the past open no more.
static enum err wipe_all(struct wiping *x, struct why *why)
{
    struct erasing *renewal = NULL;
    bool more = true;
    enum err e = erasing_open(x->w.desk.state, &x->w.safe, loop_wall_s(), &renewal, why);
    if (e != OK) {
        return e;
    }
    erasing_renew(renewal);
    e = erasing_step(renewal, &more, why);
    if (e == OK) {
        e = remove_words(x);
    }
    while (e == OK && more) {
        e = erasing_step(renewal, &more, why);
    }
    erasing_close(renewal);
    if (e == OK) {
        erasing_tell_agent(x->w.desk.state);
    }
    return e;
}

static void put_kept(struct buf *out, uint64_t n, const char *why)
{
    if (n > 0) {
        buf_printf(out, "kept %llu: %s\n", (unsigned long long)n, why);
    }
}

static int print_wiped(const struct wiping *x)
{
    if (x->context->json) {
        json_t *o = json_object();
        json_put(o, "wiped", json_of_number(x->n));
        json_put(o, "kept_waiting", json_of_number(x->waiting));
        json_put(o, "kept_without_receipt", json_of_number(x->unproven));
        json_put(o, "kept_forum_not_sealed", json_of_number(x->open));
        json_put(o, "kept_later", json_of_number(x->later));
        return cmd_print_json(o);
    }
    struct buf out = buf_new(2048);
    buf_put_text(&out, "wiped the words of ");
    print_count(&out, x->n, "entry; its number stays\n", "entries; their numbers stay\n");
    put_kept(&out, x->waiting, "the hub has not received them, or refused them");
    put_kept(&out, x->unproven, "received, but without a receipt yet (baraza sync --wait)");
    put_kept(&out, x->open, "their forum is not sealed, or the seal has no receipt yet (--unsealed wipes them too)");
    put_kept(&out, x->later, "written on that day or after it");
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

static enum err confirm(const struct wiping *x, struct why *why)
{
    struct buf question = buf_new(512);
    buf_put_text(&question, "Wipe the words of ");
    print_count(&question, x->n, "entry", "entries");
    buf_put_text(&question, " from this computer? The hub has them, and gave receipts. (yes/no)");
    buf_put_u8(&question, 0);
    enum err e = x->wish->yes || x->n == 0 ? OK : ask_confirm((const char *)question.p, why);
    if (e == ERR_AGAIN) {
        why_set(why, "nothing was wiped");
    }
    buf_done(&question);
    return e;
}

int wiping_words(struct cmd_context *context, const struct wiping_wish *wish)
{
    struct wiping x = { .context = context, .wish = wish };
    struct why why = { "" };
    int code = work_write(context, wish->as, &x.w);
    if (code < 0) {
        enum err e = gather(&x, take_seal, &why);
        if (e == OK) {
            e = gather(&x, take_words, &why);
        }
        if (e == OK) {
            e = keep_present(&x);
        }
        if (e == OK) {
            e = confirm(&x, &why);
        }
        if (e == OK && x.n > 0) {
            e = wipe_all(&x, &why);
        }
        code = e == OK ? print_wiped(&x) : cmd_fail(e, &why);
    }
    free(x.sealed);
    free(x.items);
    work_close(&x.w);
    return code;
}
