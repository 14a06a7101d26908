// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The socket's thread: receive, ask peer_core, do. Replies go out only for what COMMITTED events brought.
#include "hub/hub_shell.h"

#include "common/net/loop.h"
#include "hub/hub_destroyed.h"
#include "hub/hub_inside.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES_A_TURN 64        // received before other things get their turn
#define READERS_MS 10000u        // so often dead readers are cleared, and the state is looked for
#define DISK_MS 1000u           // how often free disk is looked at

// --- events into the core ---
static void act(struct hub *h, const struct peer_event *event);

// What the disk has, or the store's file may still grow by: text ends with either.
static uint64_t room_left(const struct hub *h)
{
    const uint64_t disk = loop_disk_free(state_dir(h->options->state));
    const struct kv_usage file = kv_usage(state_kv(h->options->state));
    const uint64_t left = file.map_bytes - file.file_bytes;
    return left < disk ? left : disk;
}

struct peer_event hub_event_new(struct hub *h, enum peer_event_type type)
{
    struct peer_event e = { .type = type, .now_ms = loop_now_ms() };
    if (e.now_ms >= h->disk_ms) {
        h->disk_free = room_left(h);
        h->disk_ms = e.now_ms + DISK_MS;
    }
    e.disk_free = h->disk_free;
    ident_random(&e.rnd, sizeof e.rnd);
    return e;
}

static void follow_up(struct hub *h, const struct peer_event *event)
{
    // The core asks for at most PEER_ACTIONS things a step, each causes at most one event, and what such an event asks
    // for concerns one peer.
    CHECK(h->follow_count < FOLLOW_UPS);
    h->follow[h->follow_count++] = *event;
}

// Takes one event through the core, does what it says, and then what that caused.
void hub_step(struct hub *h, const struct peer_event *event)
{
    peer_step(h->core, event, &h->actions);
    act(h, event);
    while (h->follow_count > 0) {
        struct peer_event next = h->follow[--h->follow_count];
        peer_step(h->core, &next, &h->actions);
        act(h, &next);
    }
}

// --- actions ---
static void unreached(struct hub *h, const struct peer_route *route)
{
    struct peer_event event = hub_event_new(h, PEER_UNREACHED);
    event.as.unreached = *route;
    follow_up(h, &event);
}

// Sends what is in out. ERR_AGAIN: that peer's queue is full, so it does not read: it asks again when it does.
static enum err send_out(struct hub *h, const struct peer_route *route)
{
    struct sock_peer to = { .n = route->n };
    memcpy(to.b, route->b, sizeof to.b);
    enum err e = sock_send(h->sock, &to, buf_slice(&h->out));
    if (e == ERR_NET) {
        unreached(h, route);
    }
    return e;
}

static void send_made(struct hub *h, const struct peer_action *a, enum err e)
{
    if (e == OK && buf_ok(&h->out)) {
        (void)send_out(h, &a->route);
    } else if (e != ERR_NOT_FOUND) {
        LOG_WITH(h->options->log, LOG_WARN, "hub.not-answered", log_err("error", e));
    }
}

static void send_down(struct hub *h, const struct peer_action *a, struct why *why)
{
    struct peer_event event = hub_event_new(h, PEER_DOWN_READ);
    bool any = false;
    event.as.down_read.user = a->user;
    event.as.down_read.to = a->as.down.from;
    uint64_t upto = a->as.down.from;
    enum err e = serve_down(h->serve, a, &h->out, &upto, &any, why);
    if (e != OK) {
        LOG_WITH(h->options->log, LOG_WARN, "hub.down-not-read", log_err("error", e));
    } else if (any) {
        event.as.down_read.sent = send_out(h, &a->route) == OK;
    }
    if (e == OK && (!any || event.as.down_read.sent)) {
        event.as.down_read.to = upto;
    }
    follow_up(h, &event);
}

static void take_ticket(struct hub *h, const struct peer_event *event, uint64_t ticket)
{
    struct job **place = &h->jobs[ticket % LIMIT_TICKETS];
    CHECK(*place == NULL);
    CHECK(event->type == PEER_FRAME);
    struct job *j = mem_new(sizeof *j);
    j->ticket = ticket;
    j->batch.ticket = ticket;
    j->batch.deliverer = event->as.frame.user;
    j->batch.class = event->as.frame.class;
    j->attachment = event->as.frame.facts->attachment.size;
    j->frame = *h->current;
    *h->current = (struct sock_frame){ 0 };
    j->away = true;
    *place = j;
    pool_verify(h->pool, j);
}

static void submit_ticket(struct hub *h, uint64_t ticket)
{
    struct job *j = h->jobs[ticket % LIMIT_TICKETS];
    CHECK(j != NULL);
    CHECK(!j->away);
    j->away = true;
    pool_submit(h->pool, j);
}

static void discard_ticket(struct hub *h, uint64_t ticket)
{
    struct job *j = h->jobs[ticket % LIMIT_TICKETS];
    if (j == NULL) {
        return;
    }
    h->jobs[ticket % LIMIT_TICKETS] = NULL;
    if (j->away) {
        j->unwanted = true;
    } else {
        job_free(j);
    }
}

// PROTOCOL 11.3: what the record holds goes to members only, so not to one who was revoked while connected.
static bool is_member(struct hub *h, const struct peer_action *a)
{
    bool member = zap_class_of(h->zap, a->user) == ZAP_MEMBER;
    if (!member) {
        unreached(h, &a->route);
    }
    return member;
}

// What is read from the record for one peer.
static void act_read(struct hub *h, const struct peer_action *a)
{
    struct why why = { "" };
    if (!is_member(h, a)) {
        return;
    }
    if (a->type == PEER_SEND_PROOF) {
        send_made(h, a, serve_proof(h->serve, a, h->published, buf_slice(&h->note), &h->out, &why));
    } else if (a->type == PEER_SEND_CUSTODY) {
        send_made(h, a, serve_custody(h->serve, a, &h->out, &why));
    } else if (a->type == PEER_SEND_HELD) {
        send_made(h, a, serve_held(h->serve, a, &h->out, &why));
    } else {
        send_down(h, a, &why);
    }
}

// PROTOCOL 18.5: with its welcome a node hears what is wanted of attachments that it may take for received.
static void tell_missing(struct hub *h, const struct peer_action *a)
{
    struct hash roots[SERVE_MISSING];
    const struct msg_welcome *w = &a->as.reply.as.welcome;
    const size_t n = serve_missing(h->serve, w->heads, w->head_count, roots);
    for (size_t i = 0; i < n; i++) {
        const struct peer_action held = { .route = a->route, .as.held.root = roots[i] };
        struct why why = { "" };
        buf_reset(&h->out);
        send_made(h, &held, serve_held(h->serve, &held, &h->out, &why));
    }
}

static void act(struct hub *h, const struct peer_event *event)
{
    for (size_t i = 0; i < h->actions.n; i++) {
        const struct peer_action *a = &h->actions.items[i];
        buf_reset(&h->out);
        switch (a->type) {
        case PEER_VERIFY:
            take_ticket(h, event, a->as.ticket);
            break;
        case PEER_SUBMIT:
            submit_ticket(h, a->as.ticket);
            break;
        case PEER_DISCARD:
            discard_ticket(h, a->as.ticket);
            break;
        case PEER_REPLY:
            msg_make(&a->as.reply, &h->out);
            (void)send_out(h, &a->route);
            if (a->as.reply.type == MSG_WELCOME) {
                tell_missing(h, a);
            }
            break;
        case PEER_SEND_PROOF:
        case PEER_SEND_CUSTODY:
        case PEER_SEND_HELD:
        case PEER_SEND_DOWN:
            act_read(h, a);
            break;
        case PEER_DESTROYED:
            hub_destroyed_hear(state_dir(h->options->state), a, h->options->log);
            break;
        case PEER_DROP:
            break; // its later frames are answered as a stranger's
        case PEER_ARM:
            h->tick_ms = a->as.arm_ms;
            break;
        case PEER_TELL:
            hub_voice_tell(&h->voice, a, loop_now_ms());
            break;
        }
    }
}

// --- what comes in ---
enum err hub_renew_door(struct hub *h, struct why *why)
{
    enum err e = door_renew(h->zap, h->serve, h->signpost, h->exchange.pub, &h->door_size, why);
    h->rekeyed = h->rekeyed || (e == OK && roster_change_count(serve_roster(h->serve)) != h->changes);
    return e;
}

static void on_frame(struct hub *h, struct sock_frame *frame);

// PROTOCOL 15.13: a message of a bundle that this member carries for somebody. False: it is none.
static bool on_carry(struct hub *h, const struct sock_frame *frame, const struct peer_route *route,
                     const struct msg_carry *m)
{
    struct sock_frame inner;
    buf_reset(&h->out);
    const enum hub_carry_what what = hub_carry_take(&h->carry, frame, m, loop_now_ms(), &inner, &h->out);
    if (what == CARRY_ENTRIES) {
        on_frame(h, &inner); // no message of this kind is in another
        sock_frame_done(&inner);
    } else if (what == CARRY_ASKS) {
        (void)send_out(h, route);
    }
    return what != CARRY_BAD;
}

static void on_frame(struct hub *h, struct sock_frame *frame)
{
    struct peer_event event = hub_event_new(h, PEER_FRAME);
    struct peer_facts facts = { 0 };
    struct why why = { "" };
    struct msg m;
    enum zap_class class = zap_class_of(h->zap, frame->user);
    arena_reset(h->arena);
    event.as.frame.user = frame->user;
    event.as.frame.class = class == ZAP_MEMBER ? PEER_MEMBER : PEER_INVITED;
    event.as.frame.route.n = frame->from.n;
    memcpy(event.as.frame.route.b, frame->from.b, sizeof frame->from.b);
    event.as.frame.facts = &facts;
    // An accreditation may end while its device is connected.
    bool known = class != ZAP_UNKNOWN;
    event.as.frame.fault = known ? msg_parse(frame->payload, h->arena, &m) : VERDICT_NOT_ADMITTED;
    if (event.as.frame.fault == VERDICT_GOOD) {
        enum err e = serve_facts(h->serve, &m, &facts, &why);
        if (e != OK) {
            LOG_WITH(h->options->log, LOG_ERROR, "hub.record-not-read", log_err("error", e));
            return;
        }
        event.as.frame.msg = &m;
    }
    if (event.as.frame.fault == VERDICT_GOOD && m.type == MSG_CARRY && class == ZAP_MEMBER &&
        on_carry(h, frame, &event.as.frame.route, &m.as.carry)) {
        return;
    }
    h->current = frame;
    hub_step(h, &event);
    h->current = NULL;
}

static void receive(struct hub *h)
{
    for (int i = 0; i < FRAMES_A_TURN; i++) {
        struct sock_frame frame = { 0 };
        enum err e = sock_receive(h->sock, &frame);
        if (e == OK) {
            on_frame(h, &frame);
        }
        sock_frame_done(&frame);
        if (e == ERR_AGAIN || e == ERR_NET) {
            return;
        }
    }
}

static void on_verified(struct hub *h, struct job *j)
{
    struct peer_event event = hub_event_new(h, PEER_VERIFIED);
    event.as.verified.ticket = j->ticket;
    event.as.verified.verdict = j->verdict;
    hub_step(h, &event);
}

static void on_committed(struct hub *h, struct job *j)
{
    struct peer_event event = hub_event_new(h, PEER_COMMITTED);
    struct why why = { "" };
    h->jobs[j->ticket % LIMIT_TICKETS] = NULL;
    // Before the acknowledgement: whoever enrolled comes again at once, with her own key.
    if (j->renews_door && hub_renew_door(h, &why) != OK) {
        LOG(h->options->log, LOG_ERROR, "hub.door-not-renewed");
    }
    // PROTOCOL 4.7: whoever runs the hub must hear of it; the words are nobody's here.
    if (j->in_clear > 0) {
        LOG_WITH(h->options->log, LOG_WARN, "hub.not-sealed", log_number("count", j->in_clear),
                 log_id("entry", SLICE_ARRAY(j->in_clear_id.b)));
    }
    event.as.committed.ticket = j->ticket;
    event.as.committed.outcome = &j->outcome;
    hub_step(h, &event);
    job_free(j);
}

static void take_jobs(struct hub *h)
{
    for (struct job *j = pool_take(h->pool); j != NULL; j = pool_take(h->pool)) {
        j->away = false;
        if (j->unwanted) {
            job_free(j);
        } else if (j->committed) {
            on_committed(h, j);
        } else {
            on_verified(h, j);
        }
    }
    uint64_t failures = 0;
    enum err e = pool_failure(h->pool, &failures);
    if (failures != h->failures) {
        h->failures = failures;
        LOG_WITH(h->options->log, LOG_ERROR, "hub.commit-failed", log_err("error", e), log_number("times", failures));
    }
}

enum err hub_take_checkpoint(struct hub *h, struct why *why)
{
    struct peer_event event = hub_event_new(h, PEER_CHECKPOINT);
    enum err e = publish_failure(h->publish, why);
    if (e != OK) {
        return e;
    }
    struct tree_head head;
    struct buf note = buf_new(LIMIT_NOTE_BYTES);
    if (publish_last(h->publish, h->published.size, &head, &note)) {
        buf_done(&h->note);
        h->note = note;
        h->published = head;
        LOG_WITH(h->options->log, LOG_INFO, "hub.checkpoint", log_number("size", head.size));
        event.as.checkpoint.head = head;
        event.as.checkpoint.note = buf_slice(&h->note);
        e = hub_renew_door(h, why);
        if (e == ERR_AGAIN) {
            // Too many programs read the store just now: with the next checkpoint, then.
            LOG(h->options->log, LOG_WARN, "hub.door-not-renewed");
            e = OK;
        }
        if (e == OK && !h->rekeyed) {
            hub_step(h, &event);
        }
    } else {
        buf_done(&note);
    }
    return e;
}

// The keys of the consultation were changed by what was just committed: who is connected hears how, and the hub starts
// over with the new ones (hub_shell_start.c). What was answered until now is signed with the old.
static void tell_rekeyed(struct hub *h)
{
    struct why why = { "" };
    struct buf succession = buf_new(LIMIT_SUCCESSION_BYTES);
    enum err e = serve_succession(h->serve, &succession, &why);
    for (size_t from = 0; e == OK && from < peer_core_status(h->core).sessions; from += PEER_KEYS_EACH) {
        struct peer_event event = hub_event_new(h, PEER_KEYS);
        event.as.keys.succession = buf_slice(&succession);
        event.as.keys.from = from;
        hub_step(h, &event);
    }
    LOG_WITH(h->options->log, LOG_INFO, "hub.keys-changed", log_number("changes", h->changes));
    buf_done(&succession);
    h->stopping = true;
}

static void take_signals(struct hub *h)
{
    for (int n = loop_signals_take(h->signal_fd); n != 0; n = loop_signals_take(h->signal_fd)) {
        if (n != SIGHUP) {
            h->stopping = true;
        }
    }
}

static enum err housekeeping(struct hub *h, struct why *why)
{
    uint64_t now = loop_now_ms();
    if (now >= h->tick_ms) {
        struct peer_event event = hub_event_new(h, PEER_TICK);
        h->tick_ms = UINT64_MAX;
        hub_step(h, &event);
    }
    if (now >= h->readers_ms) {
        (void)kv_check_readers(state_kv(h->options->state));
        hub_voice_door(&h->voice, h->zap, serve_roster(h->serve));
        h->readers_ms = now + READERS_MS;
        return state_there(h->options->state, why); // else what is taken in would be on no disk
    }
    return OK;
}

enum err hub_turn(struct hub *h, struct why *why)
{
    struct loop_watch watches[] = { { .sock = h->sock, .fd = -1 }, { .fd = h->wake_fd }, { .fd = h->signal_fd },
                                    { .sock = signpost_sock(h->signpost), .fd = -1 } };
    uint64_t deadline = h->tick_ms < h->readers_ms ? h->tick_ms : h->readers_ms;
    enum err e = loop_wait(watches, sizeof watches / sizeof watches[0], deadline);
    if (e != OK) {
        why_set(why, "waiting for messages failed");
        return e;
    }
    if (watches[1].ready) {
        loop_wake_clear(h->wake_fd);
        take_jobs(h);
        e = hub_take_checkpoint(h, why);
    }
    if (e == OK && h->rekeyed) {
        tell_rekeyed(h);
        return OK;
    }
    if (watches[0].ready) {
        receive(h);
    }
    if (watches[3].ready) {
        signpost_answer(h->signpost);
    }
    if (watches[2].ready) {
        take_signals(h);
    }
    return e == OK ? housekeeping(h, why) : e;
}
