// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The socket's thread: receive, ask peer_core, do. Replies go out only for what COMMITTED events brought.
#include "hub/hub_shell.h"

#include "common/format/seal.h"
#include "common/net/loop.h"
#include "common/net/zap.h"
#include "hub/door.h"
#include "hub/erase_loop.h"
#include "hub/hub_carry.h"
#include "hub/hub_destroyed.h"
#include "hub/hub_keys.h"
#include "hub/hub_voice.h"
#include "hub/pool.h"
#include "hub/publish.h"
#include "hub/serve.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FRAMES_A_TURN 64        // received before other things get their turn
#define FOLLOW_UPS (2 * PEER_ACTIONS)
#define READERS_MS 10000u        // so often dead readers are cleared, and the state is looked for
#define DISK_MS 1000u           // how often free disk is looked at

struct hub {
    const struct hub_options *options;
    struct hub_keys keys;
    struct net *net;
    struct zap *zap;
    struct sock *sock;
    struct sequence *sequence;
    struct serve *serve;
    struct pool *pool;
    struct publish *publish;
    struct erase_loop *erasing;
    struct peer_core *core;
    struct peer_actions actions;
    struct job *jobs[LIMIT_TICKETS]; // by ticket; the core never has two of one place under way
    int signal_fd, wake_fd, commit_fd;
    uint64_t door_size;         // see door_renew
    struct tree_head published;
    struct buf note;
    struct buf out;             // one message to be sent
    struct arena *arena;        // of the message received last
    uint64_t tick_ms;           // when the core wants to be called
    uint64_t disk_ms, disk_free;
    uint64_t readers_ms;
    uint64_t failures;          // commits that failed, as logged
    struct hub_voice voice;
    struct hub_carry carry;
    struct peer_event follow[FOLLOW_UPS]; // events that actions caused, for after the step
    size_t follow_count;
    struct sock_frame *current; // the frame of this event, for VERIFY to take
    bool stopping;
};

// --- events into the core ---
static void act(struct hub *h, const struct peer_event *event);

static struct peer_event event_new(struct hub *h, enum peer_event_type type)
{
    struct peer_event e = { .type = type, .now_ms = loop_now_ms() };
    if (e.now_ms >= h->disk_ms) {
        h->disk_free = loop_disk_free(state_dir(h->options->state));
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
static void step(struct hub *h, const struct peer_event *event)
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
    struct peer_event event = event_new(h, PEER_UNREACHED);
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
    struct peer_event event = event_new(h, PEER_DOWN_READ);
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
    } else {
        send_down(h, a, &why);
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
            break;
        case PEER_SEND_PROOF:
        case PEER_SEND_CUSTODY:
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
    struct peer_event event = event_new(h, PEER_FRAME);
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
    step(h, &event);
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
    struct peer_event event = event_new(h, PEER_VERIFIED);
    event.as.verified.ticket = j->ticket;
    event.as.verified.verdict = j->verdict;
    step(h, &event);
}

static void on_committed(struct hub *h, struct job *j)
{
    struct peer_event event = event_new(h, PEER_COMMITTED);
    struct why why = { "" };
    h->jobs[j->ticket % LIMIT_TICKETS] = NULL;
    // Before the acknowledgement: whoever enrolled comes again at once, with her own key.
    if (j->renews_door && door_renew(h->zap, h->serve, h->keys.exchange_pub, &h->door_size, &why) != OK) {
        LOG(h->options->log, LOG_ERROR, "hub.door-not-renewed");
    }
    // PROTOCOL 4.7: whoever runs the hub must hear of it; the words are nobody's here.
    if (j->in_clear > 0) {
        LOG_WITH(h->options->log, LOG_WARN, "hub.not-sealed", log_number("count", j->in_clear),
                 log_id("entry", SLICE_ARRAY(j->in_clear_id.b)));
    }
    event.as.committed.ticket = j->ticket;
    event.as.committed.outcome = &j->outcome;
    step(h, &event);
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

static enum err take_checkpoint(struct hub *h, struct why *why)
{
    struct peer_event event = event_new(h, PEER_CHECKPOINT);
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
        e = door_renew(h->zap, h->serve, h->keys.exchange_pub, &h->door_size, why);
        if (e == ERR_AGAIN) {
            // Too many programs read the store just now: with the next checkpoint, then.
            LOG(h->options->log, LOG_WARN, "hub.door-not-renewed");
            e = OK;
        }
        if (e == OK) {
            step(h, &event);
        }
    } else {
        buf_done(&note);
    }
    return e;
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
        struct peer_event event = event_new(h, PEER_TICK);
        h->tick_ms = UINT64_MAX;
        step(h, &event);
    }
    if (now >= h->readers_ms) {
        (void)kv_check_readers(state_kv(h->options->state));
        h->readers_ms = now + READERS_MS;
        return state_there(h->options->state, why); // else what is taken in would be on no disk
    }
    return OK;
}

static enum err turn(struct hub *h, struct why *why)
{
    struct loop_watch watches[] = { { .sock = h->sock, .fd = -1 }, { .fd = h->wake_fd }, { .fd = h->signal_fd } };
    uint64_t deadline = h->tick_ms < h->readers_ms ? h->tick_ms : h->readers_ms;
    enum err e = loop_wait(watches, sizeof watches / sizeof watches[0], deadline);
    if (e != OK) {
        why_set(why, "waiting for messages failed");
        return e;
    }
    if (watches[1].ready) {
        loop_wake_clear(h->wake_fd);
        take_jobs(h);
        e = take_checkpoint(h, why);
    }
    if (watches[0].ready) {
        receive(h);
    }
    if (watches[2].ready) {
        take_signals(h);
    }
    return e == OK ? housekeeping(h, why) : e;
}

// --- starting and ending ---
static enum err open_record(struct hub *h, struct why *why)
{
    const struct hub_options *o = h->options;
    struct sequence_keys writer = { .charter = state_charter(o->state),
                                    .keeper = h->keys.keeper,
                                    .log = &h->keys.log,
                                    .author = &h->keys.author,
                                    .author_key = h->keys.author_pub };
    struct serve_keys reader = { .charter = writer.charter, .keeper = writer.keeper, .log = writer.log };
    struct publish_options publisher = { .keys = { .kv = state_kv(o->state),
                                                   .log = &writer.charter->log,
                                                   .secret = &h->keys.log,
                                                   .path = h->keys.checkpoint_path },
                                         .commit_fd = h->commit_fd,
                                         .wake_fd = h->wake_fd };
    enum err e = publish_start(&publisher, &h->publish, why);
    if (e == OK) {
        e = sequence_open(state_kv(o->state), &writer, &h->sequence, why);
    }
    if (e == OK) {
        e = serve_open(state_kv(o->state), &reader, &h->serve, why);
    }
    return e;
}

static enum err start_threads(struct hub *h, struct why *why)
{
    const struct hub_options *o = h->options;
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    const size_t each = processors > 0 ? (size_t)processors : 1;
    struct pool_options options = { .workers = o->workers == 0 ? each : o->workers,
                                    .ingest = { .consultation = state_charter(o->state)->id,
                                                .intake = &h->keys.intake,
                                                .intake_pub = &h->keys.intake_pub,
                                                .keeper = h->keys.keeper },
                                    .sequence = h->sequence,
                                    .wake_fd = h->wake_fd,
                                    .commit_fd = h->commit_fd };
    enum err e = pool_start(&options, &h->pool);
    if (e != OK) {
        why_set(why, "the threads that verify could not be started");
        return e;
    }
    const struct erase_loop_options erasing = { o->state, h->keys.keeper, h->pool, o->gather_s, o->log };
    return erase_loop_start(&erasing, &h->erasing, why);
}

// The door is closed before the socket is bound, and tried before it is trusted.
static enum err open_socket(struct hub *h, struct why *why)
{
    loop_raise_files();
    h->net = net_new();
    enum err e = zap_start(h->net, &h->zap, why);
    if (e == OK) {
        e = sock_bind_router(h->net, h->options->listen, &h->keys.exchange, &h->sock, why);
    }
    if (e == OK) {
        e = zap_probe(h->net, sock_endpoint(h->sock), h->keys.exchange_pub, why);
    }
    if (e == OK) {
        e = door_renew(h->zap, h->serve, h->keys.exchange_pub, &h->door_size, why);
    }
    return e;
}

static enum err start(struct hub *h, struct why *why)
{
    struct peer_identity identity = { .consultation = state_charter(h->options->state)->id };
    enum err e = hub_keys_load(h->options->state, &h->keys, why);
    if (e == OK) {
        e = loop_signals_open(&h->signal_fd);
    }
    if (e == OK) {
        e = loop_wake_open(&h->wake_fd);
    }
    if (e == OK) {
        e = loop_wake_open(&h->commit_fd);
    }
    if (e == OK) {
        e = open_record(h, why);
    }
    if (e == OK) {
        e = start_threads(h, why);
    }
    if (e == OK) {
        h->carry = hub_carry_new(h->options->state, h->serve, &h->keys, &h->note);
        h->core = peer_core_new(&identity);
        e = open_socket(h, why);
    }
    if (e == OK) {
        e = take_checkpoint(h, why);
    }
    return e == OK ? door_tell(h->options->state, sock_endpoint(h->sock), why) : e;
}

static void finish(struct hub *h)
{
    if (h->core != NULL) {
        struct peer_event event = event_new(h, PEER_STOP);
        step(h, &event);
    }
    for (size_t i = 0; i < LIMIT_TICKETS; i++) {
        // What is away belongs to the pool, which frees it; an unwanted job is in no place any more.
        if (h->jobs[i] != NULL && !h->jobs[i]->away) {
            job_free(h->jobs[i]);
        }
    }
    erase_loop_stop(h->erasing); // it speaks through the pool
    pool_stop(h->pool);
    publish_stop(h->publish);
    sock_close(h->sock);
    zap_stop(h->zap);
    net_free(h->net);
    serve_close(h->serve);
    sequence_close(h->sequence);
    peer_core_free(h->core);
    hub_keys_done(&h->keys);
    loop_fd_close(h->signal_fd);
    loop_fd_close(h->wake_fd);
    loop_fd_close(h->commit_fd);
    arena_free(h->arena);
    buf_done(&h->note);
    buf_done(&h->out);
    free(h);
}

enum err hub_run(const struct hub_options *options, struct why *why)
{
    struct hub *h = mem_new(sizeof *h);
    h->options = options;
    h->voice.log = options->log;
    h->signal_fd = h->wake_fd = h->commit_fd = -1;
    h->note = buf_new(LIMIT_NOTE_BYTES);
    h->out = buf_new(LIMIT_FRAME_BYTES);
    h->arena = arena_new(MSG_ARENA_BYTES);
    h->tick_ms = UINT64_MAX;
    h->door_size = DOOR_CLOSED_SIZE;
    h->published = tree_head_empty();
    enum err e = start(h, why);
    if (e == OK) {
        printf("listening on %s\n", sock_endpoint(h->sock));
        fflush(stdout);
        LOG_WITH(options->log, LOG_INFO, "hub.serving", log_number("size", sequence_size(h->sequence)));
    }
    while (e == OK && !h->stopping) {
        e = turn(h, why);
    }
    LOG_WITH(options->log, LOG_INFO, "hub.stopped", log_err("error", e));
    finish(h);
    return e;
}
