// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The hub's end of the exchange: events and answers (PROTOCOL 11). Sessions are in peer_sessions.c, batches under way
// in peer_tickets.c.
#include "hub/peer_inside.h"

#include "common/base/fault.h"

#include <stdlib.h>

static_assert(LIMIT_SESSIONS < UINT32_MAX, "places of sessions fit the index");

struct peer_core *peer_core_new(const struct peer_identity *identity)
{
    struct peer_core *c = mem_new(sizeof *c);
    c->identity = *identity;
    c->room = 1;
    while (c->room < 2 * LIMIT_SESSIONS) {
        c->room *= 2;
    }
    c->index = mem_new(c->room * sizeof *c->index);
    c->published = tree_head_empty();
    c->note = buf_new(LIMIT_NOTE_BYTES);
    c->keys = buf_new(LIMIT_SUCCESSION_BYTES);
    c->down_ms = UINT64_MAX;
    return c;
}

void peer_core_free(struct peer_core *core)
{
    if (core == NULL) {
        return;
    }
    for (size_t i = 0; i < core->session_count; i++) {
        free(core->sessions[i]);
    }
    free(core->index);
    buf_done(&core->note);
    buf_done(&core->keys);
    free(core);
}

struct peer_action *peer_do(struct peer_core *c, enum peer_action_type type, const struct session *s)
{
    if (c->actions->n == PEER_ACTIONS - 1) { // the last place is ARM's
        c->crowded = true;
        return NULL;
    }
    struct peer_action *a = &c->actions->items[c->actions->n++];
    a->type = type;
    memset(&a->as, 0, sizeof a->as);
    a->user = s == NULL ? (struct boxkey){ 0 } : s->user;
    a->route.n = 0;
    if (s != NULL) {
        a->route = s->route;
    }
    return a;
}

void peer_tell(struct peer_core *c, const struct session *s, enum peer_tell what, enum verdict code, uint64_t value)
{
    struct peer_action *a = peer_do(c, PEER_TELL, s);
    if (a != NULL) {
        a->as.tell.what = what;
        a->as.tell.code = code;
        a->as.tell.value = value;
    }
}

// Counts as a fault of the peer when it is one; too many end its connection (PROTOCOL 11.1). s stays valid.
void peer_error(struct peer_core *c, struct session *s, enum verdict code, const char *detail)
{
    struct peer_action *a = peer_do(c, PEER_REPLY, s);
    if (a != NULL) {
        a->as.reply = (struct msg){ .type = MSG_ERROR, .as.error = { .code = code, .detail = slice_text(detail) } };
    }
    if (verdict_class_of(code) == VERDICT_IS_NO_EFFECT) {
        return;
    }
    peer_tell(c, s, PEER_TELL_FAULT, code, s->faults);
    s->faults++;
    if (s->faults >= PEER_FAULTS) {
        peer_do(c, PEER_DROP, s);
        s->faults = 0;
        s->shut_ms = c->event->now_ms + PEER_SHUT_MS;
        peer_session_leave(c, s);
    }
}

void peer_defer(struct peer_core *c, struct session *s, struct journal_id journal, uint64_t seq, enum verdict code,
                uint64_t retry_ms)
{
    struct peer_action *a = peer_do(c, PEER_REPLY, s);
    if (a != NULL) {
        a->as.reply = (struct msg){
            .type = MSG_REFUSE,
            .as.refuse = { .journal = journal,
                           .seq = seq,
                           .code = code,
                           .retry_after_ms = retry_ms + c->event->rnd % (retry_ms + 1) },
        };
    }
}

// An error to somebody without a session: not counted, nothing is remembered.
static void stranger(struct peer_core *c, enum verdict code)
{
    struct peer_action *a = peer_do(c, PEER_REPLY, NULL);
    if (a != NULL) {
        a->user = c->event->as.frame.user;
        a->route = c->event->as.frame.route;
        a->as.reply = (struct msg){ .type = MSG_ERROR,
                                    .as.error = { .code = code, .detail = slice_text(verdict_text(code)) } };
    }
}

// --- proofs, custody, downwards ---
static void send_proof(struct peer_core *c, struct session *s, const struct want *w)
{
    struct peer_action *a = peer_do(c, PEER_SEND_PROOF, s);
    if (a != NULL) {
        a->as.position.journal = w->journal;
        a->as.position.seq = w->seq;
        a->as.position.id = w->id;
        a->as.position.index = w->index;
        a->as.position.base = w->base;
    }
}

static bool covered(const struct peer_core *c, const struct want *w)
{
    return w->index < c->published.size && w->base <= c->published.size;
}

static void want_proof(struct peer_core *c, struct session *s, const struct want *w)
{
    if (covered(c, w)) {
        send_proof(c, s, w);
        return;
    }
    if (s->want_count == LIMIT_WANTS) { // the oldest goes: the peer asks again
        memmove(&s->wants[0], &s->wants[1], (LIMIT_WANTS - 1) * sizeof s->wants[0]);
        s->want_count--;
    }
    s->wants[s->want_count++] = *w;
}

static void begin_burst(const struct peer_core *c, struct session *s)
{
    if (c->event->now_ms >= s->custody_ms + PEER_CUSTODY_MS) {
        s->custody_ms = c->event->now_ms;
        s->custody_count = 0;
        s->custody_entries = 0;
        s->held_count = 0;
    }
}

static void want_custody(struct peer_core *c, struct session *s, const struct want *w)
{
    begin_burst(c, s);
    uint64_t room = s->custody_entries < PEER_CUSTODY_ENTRIES ? PEER_CUSTODY_ENTRIES - s->custody_entries : 0;
    if (s->custody_count > 0 && (s->custody_count == PEER_CUSTODY_BURST || w->seq >= room)) {
        return; // the peer asks again
    }
    s->custody_count++;
    s->custody_entries += w->seq + 1; // it is in the record, so this is no number of the peer's own making
    struct peer_action *a = peer_do(c, PEER_SEND_CUSTODY, s);
    if (a != NULL) {
        a->as.position.journal = w->journal;
        a->as.position.seq = w->seq;
        a->as.position.id = w->id;
        a->as.position.index = w->index;
        a->as.position.credit = peer_credit(c);
    }
}

static void want_held(struct peer_core *c, struct session *s, struct hash root)
{
    begin_burst(c, s);
    if (s->class == PEER_MEMBER && s->held_count < PEER_HELD_BURST) { // else the peer asks again
        s->held_count++;
        peer_send_held(c, s, root);
    }
}

static void want(struct peer_core *c, struct session *s, const struct msg_want *m)
{
    if (m->what == WANT_HELD) {
        want_held(c, s, m->root);
        return;
    }
    const struct peer_facts *facts = c->event->as.frame.facts;
    CHECK(facts != NULL);
    if (!facts->has_index || s->class != PEER_MEMBER) {
        return; // not in the record: nothing can be said of it
    }
    const struct want w = { .journal = m->journal, .seq = m->seq, .id = m->id, .index = facts->index, .base = m->base };
    if (m->what == WANT_PROOF) {
        want_proof(c, s, &w);
    } else {
        want_custody(c, s, &w);
    }
}

// Who wants again what was sent before, by this connection or another of the same key, gets it a few times and then
// must wait: it is much, and may still be queued.
static bool may_send_down(struct peer_core *c, struct session *s)
{
    if (s->down_cursor >= s->down_to) {
        return true;
    }
    uint64_t until = s->down_again_ms + PEER_DOWN_MS;
    if (c->event->now_ms >= until) {
        s->down_again_ms = c->event->now_ms;
        s->down_again = 0;
    } else if (s->down_again == PEER_DOWN_AGAIN) {
        c->down_ms = until < c->down_ms ? until : c->down_ms;
        return false;
    }
    s->down_again++;
    return true;
}

static void send_down(struct peer_core *c, struct session *s)
{
    if (!may_send_down(c, s)) {
        return;
    }
    struct peer_action *a = peer_do(c, PEER_SEND_DOWN, s);
    if (a != NULL) {
        a->as.down.from = s->down_cursor;
        a->as.down.to = c->published.size;
        s->down_busy = true;
    }
}

// Gives a session what a new checkpoint allows. False when there was no room for all of it.
static bool serve(struct peer_core *c, struct session *s)
{
    size_t kept = 0;
    if (s->gone) {
        return true;
    }
    for (size_t i = 0; i < s->want_count; i++) {
        if (covered(c, &s->wants[i]) && c->actions->n + 2 < PEER_ACTIONS) {
            send_proof(c, s, &s->wants[i]);
        } else {
            s->wants[kept++] = s->wants[i];
        }
    }
    s->want_count = kept;
    bool room = c->actions->n + 2 < PEER_ACTIONS;
    if (room && s->class == PEER_MEMBER && !s->down_busy && s->down_cursor < c->published.size) {
        send_down(c, s);
    }
    return room;
}

static void sweep(struct peer_core *c)
{
    while (c->sweep < c->session_count) {
        if (!serve(c, c->sessions[c->sweep])) {
            c->crowded = true;
            return;
        }
        c->sweep++;
    }
}

static void down_read(struct peer_core *c)
{
    struct session *s = peer_session(c, c->event->as.down_read.user, PEER_MEMBER, NULL);
    if (s == NULL || !s->down_busy) {
        return;
    }
    uint64_t to = c->event->as.down_read.to;
    if (c->event->as.down_read.sent) {
        s->down_to = to > s->down_to ? to : s->down_to;
    } else {
        bool moved = to > s->down_cursor;
        s->down_cursor = moved ? to : s->down_cursor;
        s->down_busy = false;
        c->sweep = moved ? 0 : c->sweep; // there is more to look at, after others had their turn
    }
}

static void down_ack(struct peer_core *c, struct session *s, uint64_t cursor)
{
    s->down_cursor = cursor < c->published.size ? cursor : c->published.size;
    s->down_busy = false;
    serve(c, s);
}

// --- keys ---
static void tell_keys(struct peer_core *c, const struct session *s)
{
    struct peer_action *a = peer_do(c, PEER_REPLY, s);
    if (a != NULL) {
        a->as.reply = (struct msg){ .type = MSG_KEYS, .as.keys = buf_slice(&c->keys) };
    }
}

static void keys(struct peer_core *c)
{
    const size_t from = c->event->as.keys.from;
    buf_reset(&c->keys);
    buf_put(&c->keys, c->event->as.keys.succession);
    CHECK(buf_ok(&c->keys));
    for (size_t i = from; i < c->session_count && i < from + PEER_KEYS_EACH; i++) {
        if (!c->sessions[i]->gone) {
            tell_keys(c, c->sessions[i]);
        }
    }
}

// --- hello ---
// PROTOCOL 11.3: whoever held the older connection may wait for answers that now go elsewhere: a second copy of one
// state that runs at the same time does. To one that is merely half dead this goes nowhere.
static void replace(struct peer_core *c, struct session *s)
{
    peer_tell(c, s, PEER_TELL_REPLACED, VERDICT_GOOD, 0);
    struct peer_action *a = peer_do(c, PEER_REPLY, s); // to the route as it still is
    if (a != NULL) {
        const enum verdict code = VERDICT_REPLACED;
        a->as.reply = (struct msg){ .type = MSG_ERROR,
                                    .as.error = { .code = code, .detail = slice_text(verdict_text(code)) } };
    }
    s->route = c->event->as.frame.route;
    s->in_flight_here = 0;
}

static void hello(struct peer_core *c, const struct msg_hello *m)
{
    const struct peer_event *e = c->event;
    if (!hash_equal(m->consultation, c->identity.consultation)) {
        stranger(c, VERDICT_WRONG_CONSULTATION);
        return;
    }
    struct session *s = peer_session_open(c, e->as.frame.user, e->as.frame.class, &e->as.frame.route);
    if (s == NULL) {
        stranger(c, VERDICT_HUB_BUSY);
        return;
    }
    if (e->now_ms < s->shut_ms) {
        stranger(c, VERDICT_QUOTA);
        return;
    }
    if (!peer_route_equal(&s->route, &e->as.frame.route)) {
        replace(c, s);
    }
    s->gone = false;
    s->heard_ms = e->now_ms;
    s->down_cursor = m->down_cursor;
    s->down_busy = false;
    s->want_count = 0;
    if (c->keys.n > 0) {
        tell_keys(c, s); // what the welcome holds may be signed by a key that this peer has not heard of
    }
    struct peer_action *a = peer_do(c, PEER_REPLY, s);
    if (a != NULL) {
        CHECK(e->as.frame.facts != NULL);
        a->as.reply = (struct msg){ .type = MSG_WELCOME,
                                    .as.welcome = { .head_count = e->as.frame.facts->head_count,
                                                    .heads = e->as.frame.facts->heads,
                                                    .checkpoint = buf_slice(&c->note),
                                                    .credit = peer_credit(c) } };
    }
    const bool believed = s->class == PEER_MEMBER || FAULT(STRANGER_BELIEVED);
    a = believed && m->destroyed_count > 0 ? peer_do(c, PEER_DESTROYED, s) : NULL;
    if (a != NULL) {
        a->as.destroyed.count = m->destroyed_count;
        a->as.destroyed.heads = m->destroyed;
    }
    peer_tell(c, s, PEER_TELL_HELLO, VERDICT_GOOD, c->session_count);
    serve(c, s);
}

// --- events ---
static void message(struct peer_core *c, struct session *s, const struct msg *m)
{
    switch (m->type) {
    case MSG_ENTRIES:
        peer_ticket_open(c, s, &m->as.entries);
        break;
    case MSG_WANT:
        want(c, s, &m->as.want);
        break;
    case MSG_CHUNK:
        peer_chunk_open(c, s, &m->as.chunk);
        break;
    case MSG_DOWN_ACK:
        down_ack(c, s, m->as.down_ack);
        break;
    case MSG_ERROR:
        break; // what the peer could not understand is in its own log
    case MSG_HELLO:
    case MSG_WELCOME:
    case MSG_ACK:
    case MSG_REFUSE:
    case MSG_PROOF:
    case MSG_DOWN:
    case MSG_HELD:
    case MSG_CARRY: // who carries it is no member, or not any more
    case MSG_CARRIED:
    case MSG_KEYS:
        peer_error(c, s, VERDICT_OUT_OF_TURN, "not a message for a hub");
        break;
    }
}

static void frame(struct peer_core *c)
{
    const struct peer_event *e = c->event;
    const struct msg *m = e->as.frame.msg;
    if (m != NULL && m->type == MSG_HELLO) {
        hello(c, &m->as.hello);
        return;
    }
    struct session *s = peer_session(c, e->as.frame.user, e->as.frame.class, &e->as.frame.route);
    if (s == NULL || s->gone || !peer_route_equal(&s->route, &e->as.frame.route)) {
        stranger(c, m == NULL ? e->as.frame.fault : VERDICT_OUT_OF_TURN);
        return;
    }
    s->heard_ms = e->now_ms;
    if (m == NULL) {
        peer_error(c, s, e->as.frame.fault, "the message is not in the one allowed form");
    } else {
        message(c, s, m);
    }
}

static void checkpoint(struct peer_core *c)
{
    struct tree_head head = c->event->as.checkpoint.head;
    CHECK(head.size >= c->published.size);
    c->published = head;
    buf_reset(&c->note);
    buf_put(&c->note, c->event->as.checkpoint.note);
    CHECK(buf_ok(&c->note));
    c->sweep = 0;
}

static void unreached(struct peer_core *c)
{
    for (size_t i = c->session_count; i-- > 0;) {
        if (peer_route_equal(&c->sessions[i]->route, &c->event->as.unreached)) {
            peer_session_leave(c, c->sessions[i]);
        }
    }
}

static void forget_idle(struct peer_core *c)
{
    if (c->event->now_ms < c->sweep_ms) {
        return;
    }
    c->sweep_ms = c->event->now_ms + PEER_SWEEP_MS;
    for (size_t i = c->session_count; i-- > 0;) {
        struct session *s = c->sessions[i];
        if (s->tickets == 0 && c->event->now_ms >= s->heard_ms + PEER_IDLE_MS) {
            peer_session_close(c, s);
        }
    }
}

static void dispatch(struct peer_core *c)
{
    switch (c->event->type) {
    case PEER_FRAME:
        frame(c);
        break;
    case PEER_TICK:
        break;
    case PEER_VERIFIED:
        peer_ticket_verified(c);
        break;
    case PEER_COMMITTED:
        peer_ticket_committed(c);
        break;
    case PEER_CHECKPOINT:
        checkpoint(c);
        break;
    case PEER_KEYS:
        keys(c);
        break;
    case PEER_DOWN_READ:
        down_read(c);
        break;
    case PEER_UNREACHED:
        unreached(c);
        break;
    case PEER_STOP:
        c->stopped = true;
        break;
    }
}

void peer_step(struct peer_core *core, const struct peer_event *event, struct peer_actions *actions)
{
    actions->n = 0;
    if (core->stopped) {
        return;
    }
    core->event = event;
    core->actions = actions;
    core->crowded = false;
    dispatch(core);
    forget_idle(core);
    if (event->now_ms >= core->down_ms) {
        core->down_ms = UINT64_MAX;
        core->sweep = 0;
    }
    // Events that an action caused do not go round all sessions again: the shell keeps them in a bounded list.
    if (event->type != PEER_DOWN_READ && event->type != PEER_UNREACHED) {
        sweep(core);
    }
    bool more = core->crowded || core->sweep < core->session_count;
    uint64_t later = core->down_ms < core->sweep_ms ? core->down_ms : core->sweep_ms;
    uint64_t at = more ? event->now_ms : later;
    struct peer_action *a = &actions->items[actions->n++];
    *a = (struct peer_action){ .type = PEER_ARM, .as.arm_ms = at };
    core->event = NULL;
    core->actions = NULL;
}

struct peer_status peer_core_status(const struct peer_core *core)
{
    return (struct peer_status){
        .sessions = core->session_count, .tickets = core->ticket_count, .pool_bytes = core->pool
    };
}

const char *peer_tell_name(enum peer_tell what)
{
    static const char *const names[] = {
        [PEER_TELL_HELLO] = "hello", [PEER_TELL_REPLACED] = "replaced", [PEER_TELL_BUSY] = "busy",
        [PEER_TELL_FULL] = "disk full", [PEER_TELL_FAULT] = "fault",    [PEER_TELL_FAILED] = "commit failed",
    };
    CHECK((size_t)what < sizeof names / sizeof names[0]);
    return names[what];
}
