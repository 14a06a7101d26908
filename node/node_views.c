// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What other sites were shown is of one record with what was shown here, or the hub signed two (PROTOCOL 15.11). One
// view at a time is compared, by a proof of an entry of ours that starts from it. Read first: node_inside.h.
#include "node/node_inside.h"

#include "common/base/fault.h"

void node_views_start(struct node_core *c, const struct node_start *start)
{
    c->view_count = start->view_count;
    for (size_t i = 0; i < start->view_count; i++) {
        c->views[i] = start->views[i];
    }
    c->view_wait_ms = NODE_WANT_MS;
}

// Forgets view i: it is of the record that was verified here. False, and asked again, when there is no room to say so.
static bool met(struct node_core *c, size_t i)
{
    struct node_action *a = node_do(c, NODE_STORE_VIEW);
    if (a == NULL) {
        return false;
    }
    a->as.store_view = c->views[i];
    c->view_count--;
    for (; i < c->view_count; i++) {
        c->views[i] = c->views[i + 1];
    }
    c->view_ms = c->event->now_ms; // the next one
    c->view_wait_ms = NODE_WANT_MS;
    return true;
}

void node_views_seen(struct node_core *c)
{
    c->view_behind = false;
    c->view_ms = c->event->now_ms;
    for (size_t i = c->view_count; i-- > 0;) {
        if (c->views[i].size != c->seen.size) {
            continue;
        }
        if (!hash_equal(c->views[i].root, c->seen.root)) {
            node_contradicted_by(c, c->views[i]);
            return;
        }
        (void)met(c, i);
    }
}

bool node_views_proof(struct node_core *c, const struct msg_proof *m, struct tree_head head)
{
    for (size_t i = c->view_count; i-- > 0;) {
        if (c->views[i].size != m->base || m->base == c->seen.size) {
            continue;
        }
        if (!tree_head_equal(head, c->seen)) {
            c->view_behind = head.size > c->seen.size; // compared with what is not verified here yet
            c->view_ms = c->event->now_ms;
            continue;
        }
        if (!merkle_consistency_ok(c->views[i], head, m->consistency, m->consistency_count) &&
            !FAULT(VIEW_BELIEVED)) {
            node_contradicted_by(c, c->views[i]);
            return false;
        }
        (void)met(c, i);
    }
    return true;
}

// An entry of ours of which the hub has custody: any will do.
static const struct lane *any_received(const struct node_core *c)
{
    for (size_t i = 0; i < c->lane_count; i++) {
        if (c->lanes[i].j.received > 0 && c->lanes[i].welcomed) {
            return &c->lanes[i];
        }
    }
    return NULL;
}

void node_views_want(struct node_core *c)
{
    const struct lane *l = c->view_count > 0 && !c->invited ? any_received(c) : NULL;
    if (l == NULL || c->event->now_ms < c->view_ms) {
        return;
    }
    struct node_action *a = node_do(c, NODE_SEND);
    if (a == NULL) {
        return;
    }
    // What is ahead of us can only be compared when we have come there.
    const bool move = c->view_behind || c->views[0].size >= c->seen.size;
    a->as.send.type = MSG_WANT;
    a->as.send.as.want = (struct msg_want){ .what = WANT_PROOF,
                                            .journal = l->j.local.journal,
                                            .seq = l->j.received - 1,
                                            .id = l->j.received_head,
                                            .base = move ? c->seen.size : c->views[0].size };
    // One that the hub does not explain keeps no other waiting.
    const struct tree_head first = c->views[0];
    for (size_t i = 0; i + 1 < c->view_count; i++) {
        c->views[i] = c->views[i + 1];
    }
    c->views[c->view_count - 1] = first;
    c->view_ms = c->event->now_ms + node_jitter(c, c->view_wait_ms);
    c->view_wait_ms = c->view_wait_ms * 2 < NODE_WANT_MAX_MS ? c->view_wait_ms * 2 : NODE_WANT_MAX_MS;
}

uint64_t node_views_deadline(const struct node_core *c)
{
    return c->view_count > 0 && !c->invited && any_received(c) != NULL ? c->view_ms : NODE_NEVER;
}
