// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Couriers with bundles: made at sites whoever is locked, lost, doubled, late, in any order, by way of another site,
// which sees no more of them than their label; taken in at the hub while it runs, and answered; the answers go the same
// ways, also to the other copy of a site. Read first: node/node_bundle.h, hub/hub_bundle.h.
#include "tests/sim/sim.h"

#include "common/store/exchange_state.h"
#include "hub/hub_bundle.h"
#include "node/node_bundle.h"
#include "node/node_view.h"

#include <stdlib.h>
#include <string.h>

// --- writing and reading ---

struct packing {
    struct sim *s;
    struct bundle_writer w;
    struct buf *out;
};

static enum err put(void *arg, struct slice message, struct why *why)
{
    struct packing *p = arg;
    struct msg m;
    (void)why;
    struct arena *arena = arena_new(MSG_ARENA_BYTES);
    if (p->w.way == BUNDLE_DOWN && msg_parse(message, arena, &m) == VERDICT_GOOD && m.type == MSG_ACK &&
        !sim_holds(p->s, m.as.ack.head)) {
        sim_fail(p->s, "a bundle acknowledges what the hub has not committed");
    }
    arena_free(arena);
    bundle_put(&p->w, message, p->out);
    return OK;
}

// A place for one more bundle; the oldest gets lost when there are too many.
static struct sim_stick *new_stick(struct sim *s, enum bundle_way way, size_t node)
{
    struct sim_stick *k = &s->sticks[s->stick_count++ % SIM_STICKS];
    buf_done(&k->bytes);
    *k = (struct sim_stick){ .number = s->stick_count, .way = way, .node = node, .bytes = buf_new((size_t)16 << 20) };
    return k;
}

static struct sim_stick *stick(struct sim *s, uint64_t number)
{
    struct sim_stick *k = &s->sticks[(number - 1) % SIM_STICKS];
    return k->number == number ? k : NULL;
}

struct reading {
    struct bundle_reader r;
    struct slice rest;
};

// Gives the next message; *more is false at the end. Whoever carried it changed nothing.
static enum err next(void *arg, struct buf *message, bool *more, struct why *why)
{
    struct reading *g = arg;
    (void)why;
    buf_reset(message);
    while (message->n == 0 && g->r.stage != BUNDLE_AT_END) {
        size_t n = 0;
        CHECK(bundle_length(g->rest.p, &n) == BUNDLE_FINE);
        CHECK(bundle_read(&g->r, slice_of(g->rest.p, BUNDLE_LENGTH_BYTES + n), message) == BUNDLE_FINE);
        g->rest = slice_of(g->rest.p + BUNDLE_LENGTH_BYTES + n, g->rest.n - BUNDLE_LENGTH_BYTES - n);
    }
    *more = message->n > 0;
    return OK;
}

static void open_stick(struct reading *g, const struct bundle_expect *expect, const struct sim_stick *k)
{
    const struct slice all = buf_slice(&k->bytes);
    bundle_reader_init(&g->r, expect);
    CHECK(bundle_read_magic(&g->r, slice_of(all.p, BUNDLE_MAGIC_BYTES)) == BUNDLE_FINE);
    g->rest = slice_of(all.p + BUNDLE_MAGIC_BYTES, all.n - BUNDLE_MAGIC_BYTES);
}

// --- on the way ---

static void send_off(struct sim *s, const struct sim_stick *k)
{
    const unsigned times = s->healed ? 1 : sim_chance(s, 20) ? 0 : sim_chance(s, 25) ? 2 : 1;
    for (unsigned i = 0; i < times; i++) {
        const bool relayed = sim_chance(s, 30);
        sim_plan(s, 1000 + sim_below(s, 90000),
                 (struct sim_event){ .what = SIM_STICK, .value = k->number,
                                     .node = relayed ? (size_t)sim_below(s, s->node_count) : SIM_NODES });
    }
}

void sticks_out(struct sim *s, size_t i)
{
    struct node *n = &s->nodes[i];
    struct why why = { { 0 } };
    struct node_bundle_made made;
    struct buf view = buf_new(LIMIT_NOTE_BYTES);
    struct tree_head head;
    struct slice note;
    struct kv_txn *t = NULL;
    if (n->state == NULL) {
        buf_done(&view);
        return;
    }
    CHECK(kv_begin_read(state_kv(n->state), &t) == OK);
    if (exchange_checkpoint_get(t, &head, &note) == OK) {
        buf_put(&view, note);
    }
    kv_abort(t);
    struct sim_stick *k = new_stick(s, BUNDLE_UP, i);
    struct packing p = { .s = s, .out = &k->bytes };
    const struct bundle_about about = { .site = n->transport, .view = buf_slice(&view) };
    CHECK(bundle_begin(&p.w, BUNDLE_UP, s->charter.id, s->hub.intake, &about, &k->bytes));
    struct outbox_cover cover;
    state_cover_load(n->state, &cover);
    if (node_bundle_make(state_kv(n->state), s->charter.id, n->transport, &cover, 0, put, &p, &made, &why) != OK) {
        sim_fail(s, "%s cannot make a bundle: %s", n->name, why.text);
    }
    outbox_cover_done(&cover);
    bundle_end(&p.w, NULL, &k->bytes);
    CHECK(buf_ok(&k->bytes));
    sim_say(s, "%s gives a courier %llu entries%s", n->name, (unsigned long long)made.entries,
            n->locked ? " (locked)" : "");
    send_off(s, k);
    buf_done(&view);
}

// --- at another site, which carries it on ---

static void relay(struct sim *s, size_t i, struct sim_stick *k)
{
    struct node *n = &s->nodes[i];
    struct reading g;
    struct buf message = buf_new(LIMIT_FRAME_BYTES);
    struct why why = { { 0 } };
    enum node_view_fate fate = VIEW_NOTHING;
    bool more = true;
    const struct bundle_expect courier = { .consultation = s->charter.id, .log = s->charter.log.key };
    open_stick(&g, &courier, k);
    CHECK(next(&g, &message, &more, NULL) == OK);
    if (more) {
        sim_fail(s, "a courier reads a message");
    }
    if (n->state != NULL && !n->disk_full) {
        const struct slice view = slice_of(g.r.label.view, g.r.label.view_bytes);
        if (node_view_meet(state_kv(n->state), &s->charter, view, &fate, &why) != OK) {
            sim_fail(s, "%s cannot compare views: %s", n->name, why.text);
        }
    }
    if (fate == VIEW_CONTRADICTS) {
        sim_fail(s, "%s distrusts an honest hub for what another site was shown", n->name);
    } else if (fate == VIEW_WAITS) {
        sim_say(s, "%s comes by a view of another site", n->name);
        node_afresh(s, i);
    }
    bundle_reader_done(&g.r);
    buf_done(&message);
    sim_plan(s, 1000 + sim_below(s, 60000),
             (struct sim_event){ .what = SIM_STICK, .value = k->number, .node = SIM_NODES });
}

// --- at the hub ---

static void answer(struct sim *s, size_t i)
{
    struct hub *h = &s->hub;
    struct node *n = &s->nodes[i];
    struct why why = { { 0 } };
    struct hub_bundle_made made;
    struct bundle_site said = { .view_count = 0 };
    CHECK(bundle_site_parse(buf_slice(&s->firsts[i]), &said));
    struct sim_stick *k = new_stick(s, BUNDLE_DOWN, i);
    struct packing p = { .s = s, .out = &k->bytes };
    const struct hub_bundle_options options = { .kv = h->kv, .serve = h->serve, .sink = put, .arg = &p,
                                                .views = said.views, .view_count = said.view_count };
    const struct bundle_about about = { .site = n->transport, .view = checkpointer_note(h->checkpointer) };
    CHECK(bundle_begin(&p.w, BUNDLE_DOWN, s->charter.id, n->transport, &about, &k->bytes));
    enum err e = hub_bundle_make(&options, s->charter.id, n->transport, said.hello, &made, &why);
    if (e == ERR_NOT_FOUND) {
        return; // nothing is published yet
    }
    if (e != OK) {
        sim_fail(s, "the hub cannot make a bundle: %s", why.text);
        return;
    }
    bundle_end(&p.w, &h->log, &k->bytes);
    CHECK(buf_ok(&k->bytes));
    sim_say(s, "the hub gives a courier %llu acknowledgements for %s", (unsigned long long)made.received, n->name);
    send_off(s, k);
}

static void take_at_hub(struct sim *s, struct sim_stick *k)
{
    struct reading g;
    struct buf message = buf_new(LIMIT_FRAME_BYTES);
    bool more = true;
    const struct bundle_expect hub = { .way = BUNDLE_UP, .consultation = s->charter.id, .ring = &s->hub.intakes };
    open_stick(&g, &hub, k);
    strangers_hello(s, 0);
    sim_say(s, "a courier brings the hub a bundle of %s", s->nodes[k->node].name);
    for (bool first = true; more; first = false) {
        CHECK(next(&g, &message, &more, NULL) == OK);
        if (first) {
            buf_done(&s->firsts[k->node]);
            s->firsts[k->node] = buf_new(LIMIT_FRAME_BYTES);
            buf_put(&s->firsts[k->node], buf_slice(&message));
        } else if (more) {
            strangers_deliver(s, 0, buf_slice(&message));
        }
    }
    bundle_reader_done(&g.r);
    buf_done(&message);
    sim_plan(s, 9000 + sim_below(s, 30000), (struct sim_event){ .what = SIM_STICK_ANSWER, .node = k->node });
}

// --- back at the site ---

static void take_at_site(struct sim *s, size_t i, struct sim_stick *k)
{
    struct node *n = &s->nodes[i];
    struct reading g;
    struct why why = { { 0 } };
    struct node_bundle_taken taken;
    enum bundle_fault fault = BUNDLE_FINE;
    const struct box_ring ring = { .n = 1, .at = { { n->transport, n->transport_sec } } };
    const struct bundle_expect site = { .way = BUNDLE_DOWN, .consultation = s->charter.id, .ring = &ring,
                                        .log = s->charter.log.key };
    open_stick(&g, &site, k);
    if (n->disk_full) {
        sim_disk(true);
    }
    enum err e = node_bundle_take(state_kv(n->state), &s->charter, n->dir, next, &g, &fault, &taken, &why);
    sim_disk(false);
    bundle_reader_done(&g.r);
    sim_say(s, "%s takes a bundle of the hub: %s", n->name, e != OK ? err_text(e) : bundle_fault_name(fault));
    if (e != OK && !n->disk_full) {
        sim_fail(s, "%s cannot take a bundle: %s", n->name, why.text);
    }
    if (fault == BUNDLE_CONTRADICTION || taken.bad > 0) {
        sim_fail(s, "%s distrusts an honest hub for its bundle", n->name);
    }
    if (!s->failed) {
        node_afresh(s, i);
    }
    if (!s->failed && n->state != NULL) {
        node_renew_due(s, i);
    }
}

void sticks_arrive(struct sim *s, const struct sim_event *ev)
{
    struct sim_stick *k = stick(s, ev->value);
    if (k == NULL) {
        return; // lost among others
    }
    if (ev->node < SIM_NODES) {
        relay(s, ev->node, k);
        return;
    }
    if (k->way == BUNDLE_UP) {
        if (s->hub.kv != NULL) {
            take_at_hub(s, k);
        }
        return;
    }
    // To the site; or to the other copy of it, which has the same key.
    size_t to = k->node;
    for (size_t i = 0; i < s->node_count; i++) {
        to = boxkey_equal(s->nodes[i].transport, s->nodes[k->node].transport) && sim_chance(s, 50) ? i : to;
    }
    if (s->nodes[to].state != NULL) {
        take_at_site(s, to, k);
    }
}

void sticks_answer(struct sim *s, size_t node)
{
    if (s->hub.kv != NULL) {
        answer(s, node);
    }
}

void sticks_done(struct sim *s)
{
    for (size_t i = 0; i < SIM_STICKS; i++) {
        buf_done(&s->sticks[i].bytes);
    }
    for (size_t i = 0; i < SIM_NODES; i++) {
        buf_done(&s->firsts[i]);
    }
}
