// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Tending a site. Read first: node_tend.h.
#include "node/node_tend.h"

#include "common/author/erasing.h"
#include "common/net/loop.h"
#include "common/store/leaf.h"
#include "node/node_waits.h"

#include <stdlib.h>

#define LOOK_MS 500u          // how soon what another program stored is noticed
#define AGAIN_MS 600000u      // and what only the passing of the record changes: a redaction that comes in force late
#define RETRY_MS 5000u        // when another program is at it, or was just now
#define FAILED_MS 60000u      // after a failure, which may last: each try reads all that lies here
#define SAY_MS 2000u          // the store was quiet for so long: what waits is looked for, by reading what has not left

struct node_tend {
    struct node_tend_options o;
    bool looked;
    uint64_t number;     // the store's last transaction, as it was seen
    uint64_t redactions; // that had come down
    bool open;           // somebody was unlocked
    size_t things;       // that waited, as the log was told
    uint64_t say_ms;     // when to look for them
    uint64_t look_ms;
    uint64_t again_ms;
};

struct node_tend *node_tend_open(const struct node_tend_options *options)
{
    struct node_tend *t = mem_new(sizeof *t);
    t->o = *options;
    t->say_ms = UINT64_MAX;
    return t;
}

void node_tend_close(struct node_tend *t)
{
    free(t);
}

static uint64_t count_redactions(struct node_tend *t)
{
    struct kv_txn *txn = NULL;
    uint64_t n = t->redactions;
    if (kv_begin_read(state_kv(t->o.state), &txn) == OK) {
        n = leaf_redactions(txn);
    }
    kv_abort(txn);
    return n;
}

static void carry_out(struct node_tend *t, uint64_t now)
{
    struct erasing_done done;
    struct why why = { "" };
    enum err e = erasing_carry_out(t->o.state, t->o.safe, loop_wall_s(), &done, &why);
    if (done.renewed) {
        LOG_WITH(t->o.log, LOG_WARN, "node.erased", log_number("redactions", done.redactions),
                 log_number("entries", done.entries));
    }
    if (!t->o.own_agent) {
        erasing_tell_agent(t->o.state);
    }
    if (e != OK) {
        t->again_ms = now + (e == ERR_BUSY || e == ERR_AGAIN ? RETRY_MS : FAILED_MS);
        LOG_WITH(t->o.log, e == ERR_BUSY ? LOG_DEBUG : LOG_ERROR, "node.not-erased", log_err("error", e));
    }
}

// Says what waits, when that is other than before.
static void say(struct node_tend *t)
{
    struct node_waits w;
    if (node_waits_look(t->o.state, &w, NULL) != OK) {
        return;
    }
    size_t things = node_waits_count(&w);
    if (things > 0 && things != t->things) {
        LOG_WITH(t->o.log, LOG_INFO, "node.waits", log_number("things", things), log_number("erasures", w.erasures),
                 log_number("entries", w.successors + w.uncopied), log_number("notebooks", w.notebooks));
    }
    t->things = things;
}

void node_tend_turn(struct node_tend *t)
{
    uint64_t now = loop_now_ms();
    bool open = !safe_empty(t->o.safe);
    bool unlocked = open && !t->open;
    if (!unlocked && now < t->look_ms) {
        return;
    }
    t->look_ms = now + LOOK_MS;
    t->open = open;
    uint64_t number = kv_number(state_kv(t->o.state));
    bool stirred = !t->looked || number != t->number;
    if (stirred) {
        t->say_ms = now + SAY_MS;
    }
    if (now >= t->say_ms && !open) {
        t->say_ms = UINT64_MAX;
        say(t);
    }
    if (!stirred && !unlocked && now < t->again_ms) {
        return;
    }
    uint64_t redactions = stirred ? count_redactions(t) : t->redactions;
    bool due = unlocked || !t->looked || redactions != t->redactions || now >= t->again_ms ||
               (stirred && erasing_stale(t->o.state, t->o.safe));
    t->looked = true;
    t->number = number;
    t->redactions = redactions;
    if (due) {
        t->again_ms = now + AGAIN_MS;
    }
    if (due && open) {
        carry_out(t, now);
    }
}
