// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The node's shell, as in the daemon: load, decide, apply, commit, then the rest; it can be killed between any two
// actions, and a failed commit goes the same way as a crash.
#include "tests/sim/sim.h"

#include "common/author/notebook.h"
#include "common/store/journal.h"
#include "common/store/succession_store.h"

#include <stdio.h>
#include <stdlib.h>

struct node_event node_event_now(struct sim *s, size_t i, enum node_event_type type)
{
    struct node *n = &s->nodes[i];
    return (struct node_event){ .type = type,
                                .now_ms = s->now,
                                .wall_s = (uint64_t)((int64_t)(SIM_WALL_S + s->now / 1000) + n->skew_s),
                                .rnd = sim_below(s, UINT64_MAX),
                                .disk_free = n->disk_full ? 4096 : (uint64_t)1 << 40 };
}

// Lets the author begin her new incarnation, if she is there.
static void renew(struct sim *s, size_t i, struct pubkey key)
{
    struct node *n = &s->nodes[i];
    for (size_t k = 0; k < n->people_count && !n->locked && !n->disk_full; k++) {
        struct author *author = NULL;
        struct why why = { { 0 } };
        if (!pubkey_equal(n->people[k].u.person.key, key)) {
            continue;
        }
        (void)setenv("XDG_STATE_HOME", n->marks, 1);
        CHECK(author_open(n->state, &n->people[k].u, &author, &why) == OK);
        enum err e = author_append(author, SIM_WALL_S, NULL, 0, NULL, &why);
        author_close(author);
        if (e != OK) {
            sim_fail(s, "%s cannot begin a new notebook: %s", n->people[k].name, why.text);
        }
        node_grew(s, i, key);
    }
}

// Lets those begin whose notebooks are marked, as the daemon does at its start and when somebody unlocks.
void node_renew_due(struct sim *s, size_t i)
{
    struct node *n = &s->nodes[i];
    for (size_t k = 0; k < n->people_count && n->state != NULL && !s->failed; k++) {
        struct kv_txn *t = NULL;
        struct notebook book;
        CHECK(kv_begin_read(state_kv(n->state), &t) == OK);
        bool due = notebook_get(t, n->people[k].u.person.key, &book) == OK && !notebook_goes_on(book.renew);
        kv_abort(t);
        if (due) {
            renew(s, i, n->people[k].u.person.key);
        }
    }
}

static void start_core(struct sim *s, size_t i)
{
    struct node *n = &s->nodes[i];
    struct why why = { { 0 } };
    struct node_identity identity = { .consultation = s->charter.id };
    if (succession_keys(state_kv(n->state), &s->charter, &identity.keys, &why) != OK) {
        sim_fail(s, "%s does not know the hub's keys: %s", n->name, why.text);
        return;
    }
    node_core_free(n->core);
    n->core = node_core_new(&identity);
    n->arm_at = UINT64_MAX;
    sim_disconnect(s, i);
    arena_reset(s->arena);
    struct node_event e = node_event_now(s, i, NODE_START);
    if (node_store_start(state_kv(n->state), s->arena, &e.as.start, &why) != OK) {
        sim_fail(s, "%s cannot start: %s", n->name, why.text);
        return;
    }
    bool known = !n->has_invitation;
    for (size_t k = 0; k < e.as.start.count; k++) {
        known = known || e.as.start.journals[k].received > 0;
    }
    e.as.start.invited = !known;
    e.as.start.failures = n->failures;
    node_take(s, i, &e);
}

void node_boot(struct sim *s, size_t i)
{
    struct node *n = &s->nodes[i];
    struct why why = { { 0 } };
    if (state_open(n->dir, SIM_FLAGS, &n->state, &why) != OK) {
        sim_fail(s, "%s cannot open its store: %s", n->name, why.text);
        return;
    }
    sim_say(s, "%s starts", n->name);
    n->failures = 0;
    n->crash_in = 0;
    if (!n->destroyed) {
        rest_unlock(s, i);
    }
    start_core(s, i);
    node_renew_due(s, i);
    rest_soon(s, i, 10);
}

void node_afresh(struct sim *s, size_t i)
{
    if (s->nodes[i].state != NULL) {
        start_core(s, i);
        rest_soon(s, i, 500);
    }
}

void node_kill(struct sim *s, size_t i, const char *why)
{
    struct node *n = &s->nodes[i];
    CHECK(n->state != NULL);
    if (why != NULL) {
        sim_say(s, "%s %s", n->name, why);
    }
    rest_kill(n);
    node_core_free(n->core);
    n->core = NULL;
    state_close(n->state);
    n->state = NULL;
    n->life++;
    sim_disconnect(s, i);
    sim_put_back(s, PLANT_NO_FSYNC, n->dir);
}

// --- telling ---
static void tell(struct sim *s, size_t i, const struct node_action *a)
{
    struct node *n = &s->nodes[i];
    static const struct journal_id none = { .key = { { 0 } } };
    bool about = !journal_id_equal(a->as.tell.journal, none);
    const char *what = node_tell_name(a->as.tell.what);
    if (about) {
        sim_say(s, "%s: %s, %s entry %llu (%s)", n->name, what, sim_name(s, a->as.tell.journal),
                (unsigned long long)a->as.tell.seq, verdict_code(a->as.tell.code));
    } else {
        sim_say(s, "%s: %s %llu (%s)", n->name, what, (unsigned long long)a->as.tell.value,
                verdict_code(a->as.tell.code));
    }
    bool distrust = a->as.tell.what == TELL_CONTRADICTION || a->as.tell.what == TELL_BAD_HUB;
    if (distrust) {
        sim_fail(s, "%s distrusts an honest hub: %s", n->name, what);
    }
    // What was received must be on the hub's disk.
    if (a->as.tell.what == TELL_RECEIVED) {
        struct kv_txn *t = NULL;
        struct stored stored;
        CHECK(kv_begin_read(state_kv(n->state), &t) == OK);
        for (uint64_t seq = 0; seq <= a->as.tell.seq; seq++) {
            struct position at = { .journal = a->as.tell.journal, .seq = seq };
            CHECK(journal_get(t, &at, &stored, NULL) == OK);
            if (!sim_holds(s, stored.id) && !s->hub.restored) {
                sim_fail(s, "%s believes the hub has entry %llu of %s, and it has not", n->name,
                         (unsigned long long)seq, sim_name(s, a->as.tell.journal));
                break;
            }
        }
        kv_abort(t);
    }
}

// --- sending ---
void sim_capture(struct sim *s, struct slice frame)
{
    size_t i = s->captured_count < SIM_CAPTURED ? s->captured_count++ : (size_t)sim_below(s, SIM_CAPTURED);
    buf_done(&s->captured[i]);
    s->captured[i] = buf_new(LIMIT_FRAME_BYTES);
    buf_put(&s->captured[i], frame);
}

static void send(struct sim *s, size_t i, const struct msg *m)
{
    struct buf frame = buf_new(LIMIT_FRAME_BYTES);
    msg_make(m, &frame);
    CHECK(buf_ok(&frame));
    sim_send_to_hub(s, i, buf_slice(&frame));
    buf_done(&frame);
}

static struct node_event send_range(struct sim *s, size_t i, const struct node_action *a)
{
    struct node *n = &s->nodes[i];
    struct why why = { { 0 } };
    struct buf frame = buf_new(LIMIT_FRAME_BYTES);
    struct node_event e = node_event_now(s, i, NODE_RANGE_SENT);
    struct store_key key = unlocked_store_key(&n->people[0].u);
    e.as.range_sent.journal = a->as.send_range.journal;
    e.as.range_sent.from = a->as.send_range.from;
    struct outbox_cover cover;
    state_cover_load(n->state, &cover);
    const struct node_reader reader = { .key = n->locked ? NULL : &key, .maker = s->maker, .cover = &cover };
    enum err err = node_store_range(state_kv(n->state), &reader, a, &frame, &e.as.range_sent.to,
                                    &e.as.range_sent.raw, &why);
    if (err != OK) {
        sim_fail(s, "%s cannot read its own entries: %s %s", n->name, err_text(err), why.text);
    } else if (e.as.range_sent.to > e.as.range_sent.from) {
        sim_say(s, "%s sends entries %llu..%llu of %s%s", n->name, (unsigned long long)a->as.send_range.from,
                (unsigned long long)e.as.range_sent.to - 1, sim_name(s, a->as.send_range.journal),
                n->locked ? " (locked)" : "");
        e.as.range_sent.queued = true;
        sim_send_to_hub(s, i, buf_slice(&frame));
        sim_capture(s, buf_slice(&frame));
    }
    buf_done(&frame);
    return e;
}

// --- one event ---
static enum err apply(struct sim *s, struct node *n)
{
    if (n->disk_full) {
        sim_disk(true);
    }
    enum err e = node_store_apply(state_kv(n->state), s->charter.id, &s->node_actions);
    if (n->disk_full) {
        sim_disk(false);
    }
    return e;
}

static bool killed(struct sim *s, size_t i)
{
    struct node *n = &s->nodes[i];
    if (n->crash_in > 0 && --n->crash_in == 0) {
        node_kill(s, i, "is killed");
        sim_plan(s, 500 + sim_below(s, 30000),
                 (struct sim_event){ .what = SIM_NODE_BOOT, .node = i, .life = n->life });
        return true;
    }
    return false;
}

void node_take(struct sim *s, size_t i, struct node_event *event)
{
    struct node *n = &s->nodes[i];
    struct node_event sent = { .type = NODE_TICK };
    struct pubkey renewing[SIM_PEOPLE];
    size_t renewing_count = 0;
    node_step(n->core, event, &s->node_actions);
    if (apply(s, n) != OK) {
        sim_say(s, "%s cannot write to its disk and starts again from what is on it", n->name);
        n->failures++;
        start_core(s, i);
        return;
    }
    uint64_t life = n->life;
    for (size_t k = 0; k < s->node_actions.n; k++) {
        const struct node_action *a = &s->node_actions.items[k];
        if (killed(s, i)) {
            return;
        }
        switch (a->type) {
        case NODE_CONNECT:
            sim_connect(s, i, a->as.connect.invited);
            break;
        case NODE_DISCONNECT:
            sim_disconnect(s, i);
            break;
        case NODE_SEND:
            send(s, i, &a->as.send);
            break;
        case NODE_SEND_RANGE:
        case NODE_NEXT_ATTACHMENT:
        case NODE_SEND_CHUNK:
            sent = a->type == NODE_SEND_RANGE ? send_range(s, i, a) : attach_answer(s, i, a);
            break;
        case NODE_NEW_INCARNATION:
            if (renewing_count < SIM_PEOPLE) {
                renewing[renewing_count++] = a->as.renew.journal.key;
            }
            break;
        case NODE_ARM:
            if (a->as.arm_ms != n->arm_at) {
                n->arm_at = a->as.arm_ms > s->now ? a->as.arm_ms : s->now;
                sim_plan(s, n->arm_at - s->now,
                         (struct sim_event){ .what = SIM_NODE_TICK, .node = i, .life = n->life });
            }
            break;
        case NODE_TELL:
            tell(s, i, a);
            break;
        case NODE_STORE_DOWN:
            rest_soon(s, i, 500);
            break;
        case NODE_STORE_ACK:
        case NODE_STORE_PROOF:
        case NODE_STORE_REFUSAL:
        case NODE_STORE_EVIDENCE:
        case NODE_STORE_VIEW:
        case NODE_STORE_FALSE:
        case NODE_STORE_HELD:
        case NODE_STORE_AGAIN:
        case NODE_STORE_RENEW:
            break;
        }
    }
    if (sent.type != NODE_TICK && !s->failed) {
        node_take(s, i, &sent);
    }
    for (size_t k = 0; k < renewing_count && n->state != NULL && n->life == life && !s->failed; k++) {
        renew(s, i, renewing[k]);
    }
}

void node_receive(struct sim *s, size_t i, struct slice frame)
{
    struct node *n = &s->nodes[i];
    struct why why = { { 0 } };
    struct msg m;
    struct node_facts facts = { 0 };
    struct node_event e = node_event_now(s, i, NODE_FRAME);
    arena_reset(s->arena);
    e.as.frame.fault = msg_parse(frame, s->arena, &m);
    if (e.as.frame.fault == VERDICT_GOOD) {
        e.as.frame.msg = &m;
        e.as.frame.facts = &facts;
        if (node_store_facts(state_kv(n->state), s->charter.id, &m, s->arena, &facts, &why) != OK) {
            sim_fail(s, "%s cannot look up a message: %s", n->name, why.text);
            return;
        }
    }
    node_take(s, i, &e);
}

// Tells the core that the present journal of key has grown.
void node_grew(struct sim *s, size_t i, struct pubkey key)
{
    struct node *n = &s->nodes[i];
    struct kv_txn *t = NULL;
    struct notebook book;
    struct journal_head head;
    CHECK(kv_begin_read(state_kv(n->state), &t) == OK);
    enum err e = notebook_get(t, key, &book);
    if (e == OK) {
        e = journal_head(t, &book.journal, &head);
    }
    kv_abort(t);
    if (e == OK) {
        struct node_event event = node_event_now(s, i, NODE_APPENDED);
        event.as.appended.local = head;
        event.as.appended.current = notebook_goes_on(book.renew);
        node_take(s, i, &event);
    }
}
