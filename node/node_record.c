// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What comes down: checkpoints, which must extend what was verified before, proofs, and entries of the record
// (PROTOCOL 11.9 to 11.11). Two signed heads that exclude each other end the exchange for good.
#include "node/node_inside.h"

#include "common/base/fault.h"
#include "common/format/kinds.h"

// Reads a note; false, and told, when it is not the hub's.
static bool head_of(struct node_core *c, struct slice note, struct tree_head *head)
{
    enum verdict v = service_checkpoint_verify(&c->identity.keys, note, head, NULL);
    if (v != VERDICT_GOOD) {
        node_tell(c, TELL_BAD_HUB, NULL, 0, v, 0);
    }
    return v == VERDICT_GOOD;
}

void node_record_welcome(struct node_core *c, const struct msg_welcome *m)
{
    struct tree_head head = tree_head_empty();
    if (m->checkpoint.n > 0 && !head_of(c, m->checkpoint, &head)) {
        return;
    }
    if (head.size < c->seen.size) {
        node_tell(c, TELL_HUB_BEHIND, NULL, 0, VERDICT_GOOD, head.size);
        node_chunks_again(c);
    } else if (head.size == c->seen.size && !hash_equal(head.root, c->seen.root)) {
        node_contradicted(c, m->checkpoint);
    }
}

// GOOD: extends what was seen. PENDING: cannot be judged from where it starts, ask again. BAD_PROOF: it contradicts.
static enum verdict extends(const struct node_core *c, const struct msg_proof *m, struct tree_head head)
{
    if (head.size < c->seen.size) {
        return VERDICT_PENDING;
    }
    if (head.size == c->seen.size) {
        return hash_equal(head.root, c->seen.root) ? VERDICT_GOOD : VERDICT_BAD_PROOF;
    }
    if (m->base != c->seen.size) {
        return VERDICT_PENDING;
    }
    return merkle_consistency_ok(c->seen, head, m->consistency, m->consistency_count) || FAULT(HISTORY_REWRITTEN)
               ? VERDICT_GOOD
               : VERDICT_BAD_PROOF;
}

static void take_proof(struct node_core *c, struct lane *l, const struct msg_proof *m, struct tree_head head)
{
    struct node_action *a = node_do(c, NODE_STORE_PROOF);
    if (a == NULL) {
        return; // asked for again
    }
    a->as.store_proof.proof = *m;
    a->as.store_proof.head = head;
    c->seen = head;
    l->j.confirmed = m->seq + 1 > l->j.confirmed ? m->seq + 1 : l->j.confirmed;
    l->want_wait_ms = NODE_WANT_MS;
    node_tell(c, TELL_CONFIRMED, &m->journal, m->seq, VERDICT_GOOD, head.size);
    node_views_seen(c);
}

void node_record_proof(struct node_core *c, const struct msg_proof *m)
{
    const struct node_facts *facts = c->event->as.frame.facts;
    struct lane *l = node_lane(c, m->journal);
    struct tree_head head;
    if (l == NULL || !head_of(c, m->checkpoint, &head)) {
        return;
    }
    CHECK(facts != NULL);
    CHECK(facts->count == 1);
    if (!node_views_proof(c, m, head)) {
        return;
    }
    enum verdict v = extends(c, m, head);
    if (v == VERDICT_BAD_PROOF) {
        node_contradicted(c, m->checkpoint);
        return;
    }
    if (v == VERDICT_PENDING) {
        // Made before another proof moved us on, or by a hub that went back: say from where we stand now, in time.
        if (head.size < c->seen.size) {
            node_tell(c, TELL_HUB_BEHIND, &m->journal, m->seq, VERDICT_GOOD, head.size);
        } else {
            l->want_ms = c->event->now_ms;
        }
        return;
    }
    if (!facts->at[0].here ||
        !(FAULT(RECEIPT_BELIEVED) ||
          merkle_inclusion_ok(m->index, facts->at[0].id, head, m->inclusion, m->inclusion_count))) {
        node_tell(c, TELL_BAD_HUB, &m->journal, m->seq, VERDICT_BAD_PROOF, 0);
        return;
    }
    take_proof(c, l, m, head);
}

static void down_ack(struct node_core *c)
{
    struct node_action *a = node_do(c, NODE_SEND);
    if (a != NULL) {
        a->as.send = (struct msg){ .type = MSG_DOWN_ACK, .as.down_ack = c->down_cursor };
    }
}

// Somebody of this device may have been accredited who was refused before.
static void hear_grants(struct node_core *c, const struct msg_down *m)
{
    for (size_t i = 0; i < m->count; i++) {
        struct entry e;
        struct body body;
        if (entry_parse(m->entries[i].entry, &e) == VERDICT_GOOD && kind_parse(&e, &body) == VERDICT_GOOD &&
            body.kind == KIND_GRANT) {
            node_lanes_accredited(c, body.as.grant.key);
        }
    }
}

void node_record_down(struct node_core *c, const struct msg_down *m)
{
    const struct node_facts *facts = c->event->as.frame.facts;
    CHECK(facts != NULL);
    CHECK(facts->count == m->count);
    for (size_t i = 0; i < m->count; i++) {
        if (!facts->at[i].here) {
            node_tell(c, TELL_BAD_HUB, NULL, m->entries[i].index, VERDICT_BAD_SIGNATURE, 0);
            return; // not answered: the hub sends it again to the next hello
        }
    }
    if (m->from > c->down_cursor || m->to <= c->down_cursor) {
        down_ack(c); // tells the hub where we stand
        return;
    }
    if (c->event->disk_free < NODE_DISK_RESERVE) {
        if (!c->disk_low_told) {
            node_tell(c, TELL_DISK_LOW, NULL, 0, VERDICT_GOOD, c->event->disk_free);
        }
        c->disk_low_told = true;
        return; // the same
    }
    c->disk_low_told = false;
    struct node_action *a = node_do(c, NODE_STORE_DOWN);
    if (a == NULL) {
        return;
    }
    a->as.store_down = *m;
    c->down_cursor = m->to;
    down_ack(c);
    hear_grants(c, m);
    if (m->count > 0) {
        node_tell(c, TELL_DOWN, NULL, 0, VERDICT_GOOD, m->count);
    }
}
