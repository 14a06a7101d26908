// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What is under way: batches from the socket to the workers to the writer and back, in the order of their journal,
// within the peer's credit and the one pool (PROTOCOL 11.5, 12.1).
#include "hub/peer_inside.h"

#include "common/format/attachment.h"

static struct ticket *find(struct peer_core *c, uint64_t number)
{
    struct ticket *t = &c->tickets[number % LIMIT_TICKETS];
    return number != 0 && t->number == number ? t : NULL;
}

// What it opens to, the rebuilt entries, the sealed parts; and per entry what a header has that does not travel, the
// packet, and a parsed body.
uint64_t peer_charge(uint64_t raw, uint64_t count)
{
    return 3 * raw + 4096 * count + 4096;
}

uint64_t peer_credit(const struct peer_core *c)
{
    size_t senders = c->active_count > PEER_SENDERS ? c->active_count : PEER_SENDERS;
    uint64_t share = LIMIT_HUB_POOL_BYTES / PEER_SWELL / senders;
    uint64_t left = (LIMIT_HUB_POOL_BYTES - c->pool) / PEER_SENDERS;
    uint64_t credit = share < left ? share : left;
    return credit < LIMIT_CREDIT_BYTES ? credit : LIMIT_CREDIT_BYTES;
}

static struct session *owner_of(struct peer_core *c, const struct ticket *t)
{
    struct session *s = peer_session(c, t->user, PEER_INVITED, &t->route);
    return s != NULL ? s : peer_session(c, t->user, PEER_MEMBER, &t->route);
}

// Who is to be answered: NULL when nobody is there any more.
static struct session *session_of(struct peer_core *c, const struct ticket *t)
{
    struct session *s = owner_of(c, t);
    return s == NULL || s->gone ? NULL : s;
}

static void take_off(uint64_t *sum, uint64_t n)
{
    *sum -= n < *sum ? n : *sum;
}

static struct ticket *free_ticket(struct peer_core *c)
{
    for (size_t i = 0; i < LIMIT_TICKETS; i++) {
        uint64_t number = ++c->last_ticket;
        struct ticket *t = &c->tickets[number % LIMIT_TICKETS];
        if (t->number == 0) {
            *t = (struct ticket){ .number = number };
            return t;
        }
    }
    return NULL;
}

static void release(struct peer_core *c, struct ticket *t)
{
    struct session *s = owner_of(c, t);
    if (s != NULL) {
        c->active_count -= s->tickets == 1;
        s->tickets -= s->tickets > 0;
        s->chunks -= t->chunk && s->chunks > 0;
        take_off(&s->in_flight, t->raw);
        if (peer_route_equal(&s->route, &t->route)) {
            take_off(&s->in_flight_here, t->raw);
        }
    }
    if (s != NULL && s->gone) {
        peer_session_leave(c, s); // it may be no more
    }
    c->pool -= t->charge;
    c->ticket_count--;
    t->number = 0;
}

// The batch under way from the same user that ends where m begins: NULL when there is none.
static const struct ticket *continued(const struct peer_core *c, const struct session *s, const struct msg_entries *m)
{
    for (size_t i = 0; i < LIMIT_TICKETS && c->ticket_count > 0; i++) {
        const struct ticket *t = &c->tickets[i];
        if (t->number != 0 && !t->chunk && t->first + t->count == m->first &&
            journal_id_equal(t->journal, m->journal) && boxkey_equal(t->user, s->user)) {
            return t;
        }
    }
    return NULL;
}

// The last eighth of the pool and of the tickets is for peers that have nothing under way: whoever sends much, many of
// them together too, cannot shut out one who sends little.
static bool scarce(const struct peer_core *c)
{
    return c->pool > LIMIT_HUB_POOL_BYTES / 8 * 7 || c->ticket_count > LIMIT_TICKETS / 8 * 7;
}

// A payload is held until it is opened, so it must be worth what the message says: compression adds little (PROTOCOL
// 11.5), signatures and seeds are 96 bytes an entry.
static bool outweighs(const struct msg_entries *m)
{
    return m->payload.n > m->raw + 128 * m->count + 4096;
}

// GOOD, a deferral, or a protocol error, before anything costly is done.
static enum verdict may_take(const struct peer_core *c, const struct session *s, const struct msg_entries *m,
                             const struct ticket *before)
{
    if (s->class == PEER_INVITED && (m->first != 0 || m->count != 1)) {
        return VERDICT_NOT_ADMITTED;
    }
    if (outweighs(m)) {
        return VERDICT_BAD_MESSAGE;
    }
    if (s->in_flight_here > 0 && s->in_flight_here + m->raw > LIMIT_CREDIT_BYTES) {
        return VERDICT_OVER_CREDIT;
    }
    if (c->event->disk_free < PEER_DISK_RESERVE) {
        return VERDICT_HUB_FULL;
    }
    if (!c->event->as.frame.facts->prev_known && before == NULL) {
        return VERDICT_GAP;
    }
    if (s->class == PEER_INVITED && s->delivered_ms != 0 && c->event->now_ms < s->delivered_ms + PEER_INVITED_MS) {
        return VERDICT_QUOTA;
    }
    if (s->tickets >= PEER_TICKETS) {
        return VERDICT_QUOTA;
    }
    // Of a connection before this one something may still be under way: no fault, but no second credit either.
    if (s->tickets > 0 && (scarce(c) || s->in_flight + m->raw > LIMIT_CREDIT_BYTES)) {
        return VERDICT_HUB_BUSY;
    }
    if (c->pool + peer_charge(m->raw, m->count) > LIMIT_HUB_POOL_BYTES || c->ticket_count == LIMIT_TICKETS) {
        return VERDICT_HUB_BUSY;
    }
    return VERDICT_GOOD;
}

static void say_no(struct peer_core *c, struct session *s, const struct msg_entries *m, enum verdict v)
{
    if (verdict_class_of(v) == VERDICT_IS_PROTOCOL) {
        peer_error(c, s, v, verdict_text(v));
        return;
    }
    bool full = v == VERDICT_HUB_FULL;
    if (v == VERDICT_HUB_BUSY && !c->busy_told) {
        peer_tell(c, s, PEER_TELL_BUSY, v, c->pool);
        c->busy_told = true;
    }
    if (full && !c->full_told) {
        peer_tell(c, s, PEER_TELL_FULL, v, c->event->disk_free);
        c->full_told = true;
    }
    peer_defer(c, s, m->journal, m->first, v, full ? PEER_RETRY_FULL_MS : PEER_RETRY_MS);
}

static struct ticket *take_ticket(struct peer_core *c, struct session *s, uint64_t charge)
{
    struct ticket *t = free_ticket(c);
    CHECK(t != NULL);
    t->user = s->user;
    t->route = s->route;
    t->charge = charge;
    c->ticket_count++;
    c->pool += charge;
    c->active_count += s->tickets == 0;
    s->tickets++;
    return t;
}

void peer_ticket_open(struct peer_core *c, struct session *s, const struct msg_entries *m)
{
    CHECK(c->event->as.frame.facts != NULL);
    const struct ticket *before = continued(c, s, m);
    enum verdict v = may_take(c, s, m, before);
    if (v != VERDICT_GOOD) {
        say_no(c, s, m, v);
        return;
    }
    struct peer_action *a = peer_do(c, PEER_VERIFY, s);
    if (a == NULL) {
        return; // cannot be: a frame is the first thing its step says
    }
    uint64_t after = before != NULL && !before->submitted ? before->number : 0;
    struct ticket *t = take_ticket(c, s, peer_charge(m->raw, m->count));
    t->journal = m->journal;
    t->first = m->first;
    t->count = m->count;
    t->raw = m->raw;
    t->after = after;
    a->as.ticket = t->number;
    c->full_told = false;
    s->in_flight += m->raw;
    s->in_flight_here += m->raw;
    s->delivered_ms = c->event->now_ms;
}

// --- chunks of attachments ---
static void defer_chunk(struct peer_core *c, struct session *s, struct hash root, enum verdict code, uint64_t retry_ms)
{
    struct peer_action *a = peer_do(c, PEER_REPLY, s);
    if (a != NULL) {
        a->as.reply = (struct msg){
            .type = MSG_HELD,
            .as.held = { .root = root, .code = code, .retry_after_ms = retry_ms + c->event->rnd % (retry_ms + 1) },
        };
    }
}

void peer_send_held(struct peer_core *c, struct session *s, struct hash root)
{
    struct peer_action *a = peer_do(c, PEER_SEND_HELD, s);
    if (a != NULL) {
        a->as.held.root = root;
        a->as.held.retry_ms = PEER_RETRY_UNKNOWN_MS + c->event->rnd % PEER_RETRY_UNKNOWN_MS;
    }
}

// Half of the pool is for text alone: it never waits for sound.
static enum verdict may_take_chunk(const struct peer_core *c, const struct session *s)
{
    if (c->event->disk_free < PEER_DISK_RESERVE_CHUNKS) {
        return VERDICT_HUB_FULL;
    }
    if (s->chunks >= PEER_CHUNKS || s->tickets >= PEER_TICKETS) {
        return VERDICT_QUOTA;
    }
    return c->pool + PEER_CHUNK_CHARGE > LIMIT_HUB_POOL_BYTES / 2 || c->ticket_count >= LIMIT_TICKETS / 2
               ? VERDICT_HUB_BUSY
               : VERDICT_GOOD;
}

void peer_chunk_open(struct peer_core *c, struct session *s, const struct msg_chunk *m)
{
    const struct peer_facts *facts = c->event->as.frame.facts;
    CHECK(facts != NULL);
    if (s->class != PEER_MEMBER) {
        peer_error(c, s, VERDICT_NOT_ADMITTED, "an invitation carries one enrolment and nothing else");
        return;
    }
    if (!facts->attachment.known || !facts->attachment.wanted) {
        peer_send_held(c, s, m->root);
        return;
    }
    if (m->number >= attachment_chunks(facts->attachment.size) ||
        m->bytes.n != attachment_chunk_bytes(facts->attachment.size, m->number)) {
        peer_error(c, s, VERDICT_BAD_MESSAGE, "no such chunk is in that attachment");
        return;
    }
    enum verdict v = may_take_chunk(c, s);
    if (v != VERDICT_GOOD) {
        defer_chunk(c, s, m->root, v, v == VERDICT_HUB_FULL ? PEER_RETRY_FULL_MS : PEER_RETRY_MS);
        return;
    }
    struct peer_action *a = peer_do(c, PEER_VERIFY, s);
    if (a == NULL) {
        return; // cannot be: a frame is the first thing its step says
    }
    struct ticket *t = take_ticket(c, s, PEER_CHUNK_CHARGE);
    t->chunk = true;
    t->root = m->root;
    s->chunks++;
    a->as.ticket = t->number;
}

// Hands over every verified batch whose predecessor has been handed over: the writer sees a journal in its order.
static void submit_ready(struct peer_core *c)
{
    bool more = true;
    for (size_t round = 0; more && round < LIMIT_TICKETS; round++) {
        more = false;
        for (size_t i = 0; i < LIMIT_TICKETS; i++) {
            struct ticket *t = &c->tickets[i];
            if (t->number == 0 || !t->verified || t->submitted) {
                continue;
            }
            const struct ticket *before = find(c, t->after);
            if (before != NULL && !before->submitted) {
                continue;
            }
            struct peer_action *a = peer_do(c, PEER_SUBMIT, NULL);
            if (a == NULL) {
                return;
            }
            a->as.ticket = t->number;
            t->submitted = true;
            more = true;
        }
    }
}

void peer_ticket_verified(struct peer_core *c)
{
    struct ticket *t = find(c, c->event->as.verified.ticket);
    enum verdict v = c->event->as.verified.verdict;
    CHECK(t != NULL);
    CHECK(!t->verified);
    t->verified = true;
    if (v != VERDICT_GOOD) {
        struct session *s = session_of(c, t);
        struct peer_action *a = peer_do(c, PEER_DISCARD, s);
        const bool chunk = t->chunk;
        CHECK(a != NULL);
        a->as.ticket = t->number;
        release(c, t);
        if (s != NULL) {
            peer_error(c, s, v, chunk ? "the chunk is none of that attachment"
                                      : "the batch does not say what its message says");
        }
    }
    submit_ready(c);
}

static uint64_t retry_of(const struct peer_core *c, enum verdict code)
{
    uint64_t ms = PEER_RETRY_MS;
    if (code == VERDICT_BRANCH_LIMIT || code == VERDICT_INVITE_SPENT_LIMIT || code == VERDICT_SEALED_TO_FORMER) {
        ms = PEER_RETRY_PERSON_MS;
    } else if (code == VERDICT_HUB_FULL) {
        ms = PEER_RETRY_FULL_MS;
    }
    return ms + c->event->rnd % ms;
}

static void answer(struct peer_core *c, struct session *s, const struct batch_outcome *o)
{
    if (o->has_ack) {
        struct peer_action *a = peer_do(c, PEER_REPLY, s);
        if (a != NULL) {
            a->as.reply = (struct msg){ .type = MSG_ACK, .as.ack = o->ack };
            a->as.reply.as.ack.credit = peer_credit(c);
        }
    }
    if (o->has_refuse) {
        struct peer_action *a = peer_do(c, PEER_REPLY, s);
        if (a != NULL) {
            a->as.reply = (struct msg){ .type = MSG_REFUSE, .as.refuse = o->refuse };
            a->as.reply.as.refuse.retry_after_ms = o->refuse.is_signed ? 0 : retry_of(c, o->refuse.code);
        }
    }
    if (o->barred) {
        peer_error(c, s, VERDICT_NOT_ADMITTED, "an invitation carries one enrolment and nothing else");
    } else if (s->class == PEER_INVITED && o->has_ack && o->standing != VERDICT_GOOD) {
        peer_error(c, s, o->standing, verdict_text(o->standing));
    }
}

void peer_ticket_committed(struct peer_core *c)
{
    struct ticket *t = find(c, c->event->as.committed.ticket);
    const struct batch_outcome *o = c->event->as.committed.outcome;
    CHECK(t != NULL);
    CHECK(t->submitted);
    struct session *s = session_of(c, t);
    struct journal_id journal = t->journal;
    uint64_t first = t->first;
    const bool chunk = t->chunk;
    const struct hash root = t->root;
    release(c, t);
    c->busy_told = false;
    if (o->failed) {
        peer_tell(c, s, PEER_TELL_FAILED, VERDICT_HUB_FULL, 0);
    }
    if (s == NULL) {
        return; // gone: what was committed shows in its next welcome
    }
    if (chunk && o->failed) {
        defer_chunk(c, s, root, VERDICT_HUB_BUSY, PEER_RETRY_FULL_MS / 4);
    } else if (chunk) {
        peer_send_held(c, s, root);
    } else if (o->failed) {
        peer_defer(c, s, journal, first, VERDICT_HUB_BUSY, PEER_RETRY_FULL_MS / 4);
    } else {
        answer(c, s, o);
    }
}
