// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Journals on their way up: compared at each welcome, sent in ranges within the credit, acknowledged, refused or put
// off (PROTOCOL 11.4 to 11.8). Whatever is lost is found again at the next welcome: only what is on disk counts.
#include "node/node_inside.h"

#include "common/base/fault.h"
#include "common/format/custody.h"

struct lane *node_lane(struct node_core *c, struct journal_id journal)
{
    for (size_t i = 0; i < c->lane_count; i++) {
        if (journal_id_equal(c->lanes[i].j.local.journal, journal)) {
            return &c->lanes[i];
        }
    }
    return NULL;
}

static struct lane *add_lane(struct node_core *c)
{
    if (c->lane_count < LIMIT_HEADS) {
        return &c->lanes[c->lane_count++];
    }
    for (size_t i = 0; i < c->lane_count; i++) { // a finished notebook has nothing more to ask of the hub
        const struct node_journal *j = &c->lanes[i].j;
        if (!j->current && j->confirmed == j->local.next) {
            return &c->lanes[i];
        }
    }
    return NULL;
}

void node_lanes_start(struct node_core *c, const struct node_start *start)
{
    for (size_t i = 0; i < start->count && i < LIMIT_HEADS; i++) {
        c->lanes[c->lane_count++] = (struct lane){ .j = start->journals[i] };
    }
}

void node_lanes_down(struct node_core *c)
{
    for (size_t i = 0; i < c->lane_count; i++) {
        c->lanes[i].welcomed = false;
        c->lanes[i].deferred = false;
        c->lanes[i].aside = false;
        c->lanes[i].retry_ms = 0;
    }
    c->flight_count = 0;
    c->in_flight = 0;
    c->asking = false;
    node_chunks_start(c);
}

// --- the welcome ---
static void renew(struct node_core *c, struct lane *l, uint64_t next, enum renew_cause cause, uint64_t held)
{
    struct node_action *store = node_do(c, NODE_STORE_RENEW);
    if (store == NULL) {
        return;
    }
    store->as.renew.journal = l->j.local.journal;
    store->as.renew.next = next;
    store->as.renew.cause = cause;
    store->as.renew.held = held;
    store->as.renew.at_s = c->event->wall_s;
    if (cause == RENEW_UNACCREDITED) {
        return; // a new incarnation of the same key would only be refused again
    }
    l->j.current = false;
    struct node_action *begin = node_do(c, NODE_NEW_INCARNATION);
    if (begin != NULL) {
        begin->as.renew = store->as.renew;
    }
}

static void hub_holds(struct lane *l, uint64_t next, struct hash head)
{
    l->hub_next = next;
    l->hub_head = head;
}

// PROTOCOL 11.4: what the hub has and we have not was written by another copy of this store, or before it was restored.
static void compare(struct node_core *c, struct lane *l, const struct msg_welcome *m)
{
    const struct node_fact *at = c->event->as.frame.facts->at;
    bool foreign = false;
    uint64_t held = 0;
    l->welcomed = true;
    hub_holds(l, 0, (struct hash){ { 0 } });
    l->branch = 0;
    for (size_t i = 0; i < m->head_count; i++) {
        const struct journal_head *h = &m->heads[i];
        if (!journal_id_equal(h->journal, l->j.local.journal) || h->next == 0) {
            continue;
        }
        if (!at[i].here || !hash_equal(at[i].id, h->head)) {
            foreign = true;
            held += h->next > l->j.received ? h->next - l->j.received : 0;
        } else if (h->next > l->hub_next) {
            hub_holds(l, h->next, h->head);
            l->branch = h->branch;
        }
    }
    if (foreign && l->j.received > l->hub_next) {
        hub_holds(l, l->j.received, l->j.received_head); // ours stands inside the longer chain: it has said so before
    }
    l->sent = l->hub_next;
    l->unreadable = false; // tried once for each welcome, so that what is told of the hub speaks of this one
    l->want_ms = c->event->now_ms;
    l->want_wait_ms = NODE_WANT_MS;
    if (foreign && l->j.current) {
        renew(c, l, l->j.local.next, RENEW_RESTORED, held);
        node_tell(c, TELL_RESTORED, &l->j.local.journal, l->j.local.next, VERDICT_GOOD, held);
    }
}

// PROTOCOL 11.3: an enrolment is in the record, so from now on the hub knows our own key.
static void come_as_member(struct node_core *c)
{
    c->invited = false;
    node_hang_up(c, NODE_BACKOFF_MS);
}

// Somebody of this device was refused because she is not accredited, and there is nothing that an invitation's
// connection could carry.
static bool waits_for_grant(const struct node_core *c)
{
    bool refused = false;
    for (size_t i = 0; i < c->lane_count; i++) {
        const struct node_journal *j = &c->lanes[i].j;
        if (!j->refused && j->local.next > 0) {
            return false;
        }
        refused = refused || (j->refused && j->refused_code == VERDICT_NOT_ENROLLED);
    }
    return refused;
}

void node_lanes_welcome(struct node_core *c, const struct msg_welcome *m)
{
    CHECK(c->event->as.frame.facts != NULL);
    CHECK(c->event->as.frame.facts->count == m->head_count);
    c->flight_count = 0;
    c->in_flight = 0;
    for (size_t i = 0; i < c->lane_count; i++) {
        compare(c, &c->lanes[i], m);
        if (c->lanes[i].hub_next < c->lanes[i].j.received) {
            node_chunks_again(c);
        }
    }
    if (c->invited && m->head_count > 0) {
        come_as_member(c); // the acknowledgement of an enrolment was lost, or another copy of this store was here
    } else if (c->invited && !c->knock_own && waits_for_grant(c)) {
        c->knock_own = true; // the grant comes to our own key, and this connection would stay quiet for ever
        node_hang_up(c, NODE_BACKOFF_DOOR_MS);
    }
}

void node_lanes_appended(struct node_core *c)
{
    const struct journal_head *local = &c->event->as.appended.local;
    bool current = c->event->as.appended.current;
    struct lane *l = node_lane(c, local->journal);
    for (size_t i = 0; current && i < c->lane_count; i++) {
        if (pubkey_equal(c->lanes[i].j.local.journal.key, local->journal.key)) {
            c->lanes[i].j.current = false;
        }
    }
    if (l == NULL) {
        l = add_lane(c);
        if (l == NULL) {
            return; // it waits for the next start, when finished ones stand behind it
        }
        // Nobody but us can have told the hub of a journal that has just begun.
        *l = (struct lane){ .welcomed = true, .want_wait_ms = NODE_WANT_MS };
    }
    l->j.local = *local;
    l->j.current = current;
    l->unreadable = false;
}

// --- sending ---
static uint64_t lane_end(const struct node_core *c, const struct lane *l)
{
    uint64_t end = l->j.refused && l->j.refused_seq < l->j.local.next ? l->j.refused_seq : l->j.local.next;
    // PROTOCOL 11.3: an invitation's connection carries one enrolment; the rest follows under our own key.
    return c->invited && end > 1 ? 1 : end;
}

// PROTOCOL 11.5: journals stand in the order in which people began here, and one of which the hub has nothing yet
// waits for those before it: who was accredited on this device is not heard before who accredited her.
static bool is_its_turn(const struct node_core *c, const struct lane *l)
{
    for (const struct lane *k = c->lanes; k < l && l->hub_next == 0 && l->sent == 0 && !c->invited; k++) {
        if (k->welcomed && !k->aside && !k->unreadable && k->hub_next < lane_end(c, k)) {
            return false;
        }
    }
    return true;
}

static bool may_send(const struct node_core *c, const struct lane *l)
{
    return l->welcomed && !l->unreadable && l->sent < lane_end(c, l) &&
           (!l->deferred || c->event->now_ms >= l->retry_ms) && is_its_turn(c, l);
}

void node_lanes_pump(struct node_core *c)
{
    // With an invitation one at a time, in turns: the hub ends the connection at what is no enrolment.
    bool room = c->flight_count < (c->invited ? 1 : NODE_FLIGHTS) && (c->in_flight == 0 || c->in_flight < c->credit);
    for (size_t n = 0; !c->asking && room && n < c->lane_count; n++) {
        struct lane *l = &c->lanes[(c->turn + n) % c->lane_count];
        if (!may_send(c, l)) {
            continue;
        }
        struct node_action *a = node_do(c, NODE_SEND_RANGE);
        if (a == NULL) {
            return;
        }
        uint64_t left = c->credit > c->in_flight ? c->credit - c->in_flight : 0;
        a->as.send_range.journal = l->j.local.journal;
        a->as.send_range.branch = l->branch;
        a->as.send_range.from = l->sent;
        a->as.send_range.to = lane_end(c, l);
        a->as.send_range.max_raw = left < LIMIT_BATCH_BYTES ? left : LIMIT_BATCH_BYTES;
        c->asking = true;
        c->turn = (size_t)(l - c->lanes) + 1;
    }
}

void node_lanes_range_sent(struct node_core *c)
{
    struct lane *l = node_lane(c, c->event->as.range_sent.journal);
    uint64_t from = c->event->as.range_sent.from;
    uint64_t to = c->event->as.range_sent.to;
    if (!c->asking || l == NULL) {
        return; // the connection ended in between
    }
    c->asking = false;
    if (!c->event->as.range_sent.queued && to > from) {
        l->deferred = true; // the transport is full: it empties by itself, or the connection ends
        l->retry_ms = c->event->now_ms + node_jitter(c, NODE_BACKOFF_MS);
        return;
    }
    if (to <= from) {
        l->unreadable = true;
        // What it had given custody of has no sealed copy any more.
        enum verdict lost = from < l->j.received ? VERDICT_GAP : VERDICT_GOOD;
        node_tell(c, TELL_LOCKED, &l->j.local.journal, from, lost, l->j.local.next - from);
        return;
    }
    CHECK(from == l->sent);
    CHECK(to <= l->j.local.next);
    l->deferred = false;
    l->aside = false;
    l->sent = to;
    c->flights[c->flight_count++] = (struct flight){ .journal = l->j.local.journal,
                                                     .to = to,
                                                     .raw = c->event->as.range_sent.raw,
                                                     .sent_ms = c->event->now_ms };
    c->in_flight += c->event->as.range_sent.raw;
}

void node_lanes_readable(struct node_core *c)
{
    for (size_t i = 0; i < c->lane_count; i++) {
        struct lane *l = &c->lanes[i];
        l->unreadable = false;
        l->retry_ms = l->sealed ? c->event->now_ms : l->retry_ms;
    }
}

// Takes the flights of a journal that end at or below `to` out of the air.
static void land(struct node_core *c, struct journal_id journal, uint64_t to)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->flight_count; i++) {
        const struct flight *f = &c->flights[i];
        if (f->to <= to && journal_id_equal(f->journal, journal)) {
            c->in_flight -= f->raw;
        } else {
            c->flights[kept++] = *f;
        }
    }
    c->flight_count = kept;
}

// --- answers ---
static bool custody_signed(const struct node_core *c, const struct msg_ack *m)
{
    const struct custody said = { .consultation = c->identity.consultation,
                                  .key = m->journal.key,
                                  .incarnation = m->journal.incarnation,
                                  .seq = m->next - 1,
                                  .head = m->head,
                                  .root = m->root };
    return custody_verify(&said, service_log_now(&c->identity.keys)->key, m->signature);
}

// The hub's word is good when it is signed, names an entry that stands here, and its root is the one computed here.
static bool custody_good(const struct node_core *c, const struct msg_ack *m)
{
    const struct node_facts *facts = c->event->as.frame.facts;
    return facts->has_custody && (hash_equal(facts->custody, m->root) || FAULT(CUSTODY_BELIEVED)) &&
           custody_signed(c, m);
}

// What is signed and false is kept: it proves to others what the hub did.
static void custody_bad(struct node_core *c, const struct msg_ack *m)
{
    if (custody_signed(c, m) && !FAULT(FALSE_CUSTODY_LOST)) {
        struct node_action *a = node_do(c, NODE_STORE_FALSE);
        if (a != NULL) {
            a->as.store_ack = *m;
        }
    }
    node_tell(c, TELL_BAD_HUB, &m->journal, m->next - 1, VERDICT_BAD_SIGNATURE, 0);
}

static void take_custody(struct node_core *c, struct lane *l, const struct msg_ack *m)
{
    struct node_action *a = node_do(c, NODE_STORE_ACK);
    if (a == NULL) {
        return; // asked for again
    }
    a->as.store_ack = *m;
    l->j.received = m->next;
    l->j.received_head = m->head;
    l->want_ms = c->event->now_ms; // the proof is asked for at once
    node_chunks_received(c);
    l->want_wait_ms = NODE_WANT_MS;
    node_tell(c, TELL_RECEIVED, &m->journal, m->next - 1, VERDICT_GOOD, 0);
    if (c->invited) {
        come_as_member(c);
    }
}

void node_lanes_ack(struct node_core *c, const struct msg_ack *m)
{
    struct lane *l = node_lane(c, m->journal);
    const struct node_facts *facts = c->event->as.frame.facts;
    c->credit = m->credit;
    if (l == NULL) {
        return;
    }
    CHECK(facts != NULL);
    CHECK(facts->count == 1);
    bool ours = facts->at[0].here && hash_equal(facts->at[0].id, m->head);
    if (!ours) {
        // The end of a chain that goes on where ours does not: what we sent stands inside it. Custody of our own end
        // is asked for by node_lanes_want once all of it is sent.
        uint64_t to = l->sent;
        land(c, m->journal, to);
        if (to > l->hub_next) {
            hub_holds(l, to, to == l->j.local.next ? l->j.local.head : (struct hash){ { 0 } });
        }
        l->branch = 0;
        return;
    }
    land(c, m->journal, m->next);
    if (m->next > l->hub_next) {
        hub_holds(l, m->next, m->head);
    }
    l->sent = l->hub_next > l->sent ? l->hub_next : l->sent;
    l->branch = m->branch;
    if (m->next <= l->j.received) {
        return;
    }
    if (custody_good(c, m)) {
        take_custody(c, l, m);
    } else {
        custody_bad(c, m);
    }
}

// What this journal waits for concerns its author alone, and may take long: others need not wait behind it.
static bool is_her_own_matter(const struct msg_refuse *m)
{
    return m->code == VERDICT_INVITE_SPENT_LIMIT || m->code == VERDICT_BRANCH_LIMIT ||
           m->code == VERDICT_PARTS_MISSING || m->code == VERDICT_SEALED_TO_FORMER ||
           (m->code == VERDICT_GAP && m->seq == 0);
}

static void put_off(struct node_core *c, struct lane *l, const struct msg_refuse *m, uint64_t wait_ms)
{
    land(c, m->journal, UINT64_MAX);
    l->sent = l->hub_next;
    if (m->code == VERDICT_GAP && m->seq <= l->hub_next) {
        hub_holds(l, 0, (struct hash){ { 0 } }); // the hub lost what it had: all of it goes up again
        l->sent = 0;
    }
    l->deferred = true;
    l->aside = is_her_own_matter(m);
    l->sealed = m->code == VERDICT_SEALED_TO_FORMER;
    l->retry_ms = c->event->now_ms + wait_ms + node_jitter(c, wait_ms / 4);
    node_tell(c, TELL_DEFERRED, &m->journal, m->seq, m->code, wait_ms);
}

// PROTOCOL 11.8: kept with its evidence; what followed it is signed anew in a new incarnation.
static void take_refusal(struct node_core *c, struct lane *l, const struct msg_refuse *m)
{
    struct node_action *a = node_do(c, NODE_STORE_REFUSAL);
    if (a == NULL) {
        return;
    }
    a->as.store_refusal = *m;
    l->j.refused = true;
    l->j.refused_seq = m->seq;
    l->j.refused_code = m->code;
    land(c, m->journal, UINT64_MAX);
    l->sent = l->hub_next < m->seq ? l->hub_next : m->seq;
    node_tell(c, TELL_REFUSED, &m->journal, m->seq, m->code, 0);
    // Refused before she was accredited, and heard of after: then nothing more is to be waited for.
    const bool waits = m->code == VERDICT_NOT_ENROLLED && !c->event->as.frame.facts->accredited;
    renew(c, l, m->seq + 1, waits ? RENEW_UNACCREDITED : RENEW_REFUSED, 0);
}

void node_lanes_refuse(struct node_core *c, const struct msg_refuse *m)
{
    struct lane *l = node_lane(c, m->journal);
    if (l == NULL || (l->j.refused && l->j.refused_seq <= m->seq)) {
        return;
    }
    if (!m->is_signed) {
        put_off(c, l, m, m->retry_after_ms);
        return;
    }
    const struct node_facts *facts = c->event->as.frame.facts;
    CHECK(facts != NULL);
    CHECK(facts->count == 1);
    const struct refusal said = { .consultation = c->identity.consultation,
                                  .key = m->journal.key,
                                  .incarnation = m->journal.incarnation,
                                  .seq = m->seq,
                                  .received = m->received,
                                  .code = m->code };
    bool ours = facts->at[0].here && hash_equal(facts->received, m->received) && m->seq >= l->j.received;
    if (ours && refusal_verify(&said, service_log_now(&c->identity.keys)->key, m->signature)) {
        take_refusal(c, l, m);
    } else {
        // Not what stands here: it was changed on its way, or this is not the hub's word. Nothing is concluded.
        node_tell(c, TELL_BAD_HUB, &m->journal, m->seq, m->code, 0);
        put_off(c, l, m, NODE_BACKOFF_DOOR_MS);
    }
}

void node_lanes_accredited(struct node_core *c, struct pubkey key)
{
    for (size_t i = 0; i < c->lane_count; i++) {
        struct lane *l = &c->lanes[i];
        if (l->j.refused && l->j.refused_code == VERDICT_NOT_ENROLLED && l->j.current &&
            pubkey_equal(l->j.local.journal.key, key)) {
            renew(c, l, l->j.refused_seq + 1, RENEW_REFUSED, 0);
        }
    }
}

// --- asking for what is missing ---
// Custody that no acknowledgement on its way will bring: it was lost, or was of an end that is not ours.
static bool wants_custody(const struct node_core *c, const struct lane *l)
{
    return l->j.received < l->hub_next && !hash_is_zero(l->hub_head) && l->hub_next >= lane_end(c, l);
}

static bool wants_proof(const struct lane *l)
{
    return l->j.confirmed < l->j.received;
}

static bool wants(const struct node_core *c, const struct lane *l)
{
    return l->welcomed && !c->invited && (wants_custody(c, l) || wants_proof(l));
}

// True while batches of this journal are under way: their acknowledgement tells by itself.
static bool under_way(const struct node_core *c, const struct lane *l)
{
    for (size_t i = 0; i < c->flight_count; i++) {
        if (journal_id_equal(c->flights[i].journal, l->j.local.journal)) {
            return true;
        }
    }
    return false;
}

static void want(struct node_core *c, struct lane *l)
{
    struct node_action *a = node_do(c, NODE_SEND);
    if (a == NULL) {
        return;
    }
    a->as.send.type = MSG_WANT;
    struct msg_want *w = &a->as.send.as.want;
    w->journal = l->j.local.journal;
    if (wants_proof(l)) {
        w->what = WANT_PROOF;
        w->seq = l->j.received - 1;
        w->id = l->j.received_head;
        w->base = c->seen.size;
    } else {
        w->what = WANT_CUSTODY;
        w->seq = l->hub_next - 1;
        w->id = l->hub_head;
    }
    l->want_ms = c->event->now_ms + node_jitter(c, l->want_wait_ms);
    l->want_wait_ms = l->want_wait_ms * 2 < NODE_WANT_MAX_MS ? l->want_wait_ms * 2 : NODE_WANT_MAX_MS;
}

void node_lanes_want(struct node_core *c)
{
    for (size_t i = 0; i < c->lane_count; i++) {
        struct lane *l = &c->lanes[i];
        if (c->event->now_ms >= l->want_ms && wants(c, l) && (wants_proof(l) || !under_way(c, l))) {
            want(c, l);
        }
    }
}

uint64_t node_lanes_deadline(const struct node_core *c)
{
    uint64_t at = NODE_NEVER;
    for (size_t i = 0; i < c->lane_count; i++) {
        const struct lane *l = &c->lanes[i];
        if (wants(c, l) && (wants_proof(l) || !under_way(c, l)) && l->want_ms < at) {
            at = l->want_ms;
        }
        // Once its time has come, what it still waits for is an event.
        bool waits = l->deferred && l->welcomed && !l->unreadable && l->sent < lane_end(c, l);
        if (waits && l->retry_ms > c->event->now_ms && l->retry_ms < at) {
            at = l->retry_ms;
        }
    }
    return at;
}
