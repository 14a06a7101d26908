// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Reading what was exchanged. Read first: exchanged.h.
#include "node/desk/exchanged.h"

#include "common/store/exchange_state.h"
#include "node/desk/outward.h"
#include "node/node_carry.h"
#include "node/node_custody.h"
#include "node/node_told.h"

static bool kept(struct kv_txn *t, const char *name)
{
    struct slice value;
    return store_value_get(t, name, &value) == OK;
}

static enum err read_store(struct kv_txn *t, struct exchanged *x)
{
    struct slice note = { NULL, 0 };
    enum err e = exchange_checkpoint_get(t, &x->head, &note);
    x->verified = e == OK;
    x->contradicted = kept(t, NODE_CONTRADICTION);
    x->false_custody = kept(t, NODE_FALSE_CUSTODY);
    e = e == ERR_NOT_FOUND ? OK : e;
    if (e == OK) {
        e = node_told_differs(t, x->told_else, &x->told_n);
    }
    if (e == OK) {
        e = notebook_copy_get(t, &x->copy);
        x->copied = e == OK;
        e = e == ERR_NOT_FOUND ? OK : e;
    }
    return e;
}

static void count_carried(const struct desk *desk, struct exchanged *x)
{
    struct node_carry carry;
    if (node_carry_read(state_dir(desk->state), &carry, NULL) == OK) {
        for (size_t i = 0; i < carry.n; i++) {
            x->answers += carry.items[i].state == CARRY_DOWN;
        }
        x->to_hub = carry.n - x->answers;
    }
}

enum err exchanged_look(struct desk *desk, struct exchanged *out, struct why *why)
{
    struct kv_txn *t = NULL;
    struct exchanged x = { .verified = false };
    uint64_t by_bundle_s = 0;
    enum err e = kv_begin_read(state_kv(desk->state), &t);
    if (e == OK) {
        e = read_store(t, &x);
        by_bundle_s = outward_answered_s(t);
    }
    kv_abort(t);
    if (e == OK) {
        e = node_contact_get(state_kv(desk->state), &x.contact);
    }
    if (e == OK) {
        e = node_waits_look(desk->state, &x.waits, why);
    }
    if (e == OK) {
        x.heard_s = by_bundle_s > x.contact.welcomed_s ? by_bundle_s : x.contact.welcomed_s;
        count_carried(desk, &x);
        *out = x;
    }
    return e;
}
