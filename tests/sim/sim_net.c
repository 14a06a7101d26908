// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The network: what becomes of a frame. Frames are lost, doubled and overtaken; harsher than ZeroMQ over TCP, which
// loses only whole ends of connections.
#include "tests/sim/sim.h"

#include <stdlib.h>
#include <string.h>

// A route's bytes: which peer, which of its connections.
struct peer_route sim_route(size_t node, uint64_t conn)
{
    struct peer_route r = { .n = 9 };
    r.b[0] = (uint8_t)node;
    be64_put(r.b + 1, conn);
    return r;
}

static struct buf copy_of(struct slice frame)
{
    struct buf b = buf_new(frame.n);
    buf_put(&b, frame);
    CHECK(buf_ok(&b));
    return b;
}

static uint64_t delay(struct sim *s)
{
    return 5 + sim_below(s, s->slow_ms);
}

static void post(struct sim *s, struct sim_event ev, struct slice frame)
{
    unsigned copies = s->healed ? 1 : sim_chance(s, s->lose) ? 0 : sim_chance(s, s->twice) ? 2 : 1;
    for (unsigned i = 0; i < copies; i++) {
        ev.frame = copy_of(frame);
        sim_plan(s, delay(s), ev);
    }
}

void sim_send_to_hub(struct sim *s, size_t node, struct slice frame)
{
    uint64_t conn = node < SIM_NODES ? s->nodes[node].conn : s->strangers[node - SIM_NODES].conn;
    if (s->hub.kv == NULL || (node < SIM_NODES && s->nodes[node].partitioned)) {
        return;
    }
    post(s, (struct sim_event){ .what = SIM_TO_HUB, .node = node, .conn = conn, .life = s->hub.life }, frame);
}

void sim_send_to_node(struct sim *s, const struct peer_route *route, struct slice frame)
{
    CHECK(route->n == 9);
    size_t node = route->b[0];
    uint64_t conn = be64_get(route->b + 1);
    if (node >= SIM_NODES) {
        return; // strangers do not listen
    }
    const struct node *n = &s->nodes[node];
    if (n->state == NULL || n->conn != conn || !n->conn_up) {
        hub_unreached(s, route);
        return;
    }
    if (!n->partitioned) {
        post(s, (struct sim_event){ .what = SIM_TO_NODE, .node = node, .conn = conn, .life = n->life }, frame);
    }
}

void sim_connect(struct sim *s, size_t node, bool invited)
{
    struct node *n = &s->nodes[node];
    n->conn = ++s->last_conn;
    n->conn_up = false;
    n->conn_invited = invited;
    enum peer_class class;
    struct sim_event ev = { .node = node, .conn = n->conn, .life = n->life };
    if (s->hub.kv == NULL || n->partitioned) {
        return; // nobody answers: the node gives up by itself
    }
    struct boxkey user = n->transport;
    if (invited) {
        invitation_curve_key(&n->invitation, &user, NULL);
    }
    bool open = hub_class(s, user, &class);
    ev.what = open ? SIM_NODE_UP : SIM_NODE_DOWN;
    ev.value = !open;
    sim_plan(s, delay(s), ev);
}

void sim_disconnect(struct sim *s, size_t node)
{
    s->nodes[node].conn = 0;
    s->nodes[node].conn_up = false;
}

void sim_break_connections(struct sim *s)
{
    for (size_t i = 0; i < s->node_count; i++) {
        struct node *n = &s->nodes[i];
        if (n->state != NULL && n->conn != 0 && !n->partitioned) {
            sim_plan(s, delay(s), (struct sim_event){ .what = SIM_NODE_DOWN, .node = i, .conn = n->conn,
                                                      .life = n->life });
        }
    }
}
