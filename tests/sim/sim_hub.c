// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The hub's shell: socket thread, workers, writer and publisher as events on one clock. It can be killed between any
// two actions, between commit and acknowledgement, and between signing and publishing.
#include "tests/sim/sim.h"

#include "common/base/file.h"
#include "common/format/roster.h"
#include "common/store/leaf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- what the hub has committed, by id ---
static size_t held_slot(const struct sim *s, struct hash id)
{
    size_t i = (size_t)be64_get(id.b) & (s->held_room - 1);
    while (!hash_is_zero(s->held[i]) && !hash_equal(s->held[i], id)) {
        i = (i + 1) & (s->held_room - 1);
    }
    return i;
}

bool sim_holds(const struct sim *s, struct hash id)
{
    return s->held_room > 0 && hash_equal(s->held[held_slot(s, id)], id);
}

void sim_hold(struct sim *s, struct hash id)
{
    if (s->held_count * 2 >= s->held_room) {
        struct hash *old = s->held;
        size_t room = s->held_room;
        s->held_room = room == 0 ? 256 : room * 2;
        s->held = mem_new(s->held_room * sizeof *s->held);
        for (size_t i = 0; i < room; i++) {
            if (!hash_is_zero(old[i])) {
                s->held[held_slot(s, old[i])] = old[i];
            }
        }
        free(old);
    }
    size_t i = held_slot(s, id);
    s->held_count += hash_is_zero(s->held[i]);
    s->held[i] = id;
}

// --- starting and ending ---
static void hub_path(const struct sim *s, const char *name, char out[256])
{
    (void)snprintf(out, 256, "%s/%s", s->hub.dir, name);
}

static void take(struct sim *s, struct peer_event *e);

static struct peer_event event_now(struct sim *s, enum peer_event_type type)
{
    return (struct peer_event){ .type = type,
                                .now_ms = s->now,
                                .rnd = sim_below(s, UINT64_MAX),
                                .disk_free = s->hub.disk_full && !s->hub.disk_lies ? 4096 : (uint64_t)1 << 40 };
}

static void announce(struct sim *s)
{
    struct peer_event e = event_now(s, PEER_CHECKPOINT);
    e.as.checkpoint.head = checkpointer_head(s->hub.checkpointer);
    e.as.checkpoint.note = checkpointer_note(s->hub.checkpointer);
    if (e.as.checkpoint.head.size > 0) {
        take(s, &e);
    }
}

void hub_boot(struct sim *s)
{
    struct hub *h = &s->hub;
    struct why why = { { 0 } };
    char path[256];
    erase_boot(s);
    hub_path(s, "store", path);
    CHECK(store_open(path, SIM_FLAGS, 0, &h->kv, NULL, &why) == OK);
    const struct sequence_keys writer = { .charter = &s->charter, .keeper = h->keeper, .logs = &h->logs,
                                          .author = &h->author, .author_key = h->author_pub };
    const struct serve_keys reader = { .charter = &s->charter, .keeper = h->keeper, .logs = &h->logs };
    const struct peer_identity identity = { .consultation = s->charter.id };
    enum err e = sequence_open(h->kv, &writer, &h->sequence, &why);
    if (e == OK) {
        e = serve_open(h->kv, &reader, &h->serve, &why);
    }
    if (e == OK) {
        hub_path(s, "checkpoint", h->checkpoint);
        const struct checkpointer_keys publisher = { .kv = h->kv, .charter = &s->charter, .logs = &h->logs,
                                                     .path = h->checkpoint };
        e = checkpointer_open(&publisher, &h->checkpointer, &why);
    }
    if (e != OK) {
        sim_fail(s, "the hub cannot open its record: %s", why.text);
        return;
    }
    erase_start(s);
    h->core = peer_core_new(&identity);
    h->arm_at = UINT64_MAX;
    h->crash_in = 0;
    sim_say(s, "the hub starts with %llu entries", (unsigned long long)sequence_size(h->sequence));
    announce(s);
    h->publish_planned = true;
    sim_plan(s, 1000, (struct sim_event){ .what = SIM_HUB_PUBLISH, .life = h->life });
}

static void drop_ticket(struct hub_ticket *t)
{
    buf_done(&t->frame);
    batch_done(&t->batch);
    *t = (struct hub_ticket){ .ticket = 0 };
}

void hub_kill(struct sim *s, const char *why)
{
    struct hub *h = &s->hub;
    CHECK(h->kv != NULL);
    for (size_t i = 0; i < LIMIT_TICKETS; i++) {
        if (h->tickets[i].ticket != 0) {
            drop_ticket(&h->tickets[i]);
        }
    }
    erase_kill(s);
    h->queue_count = 0;
    h->commit_planned = false;
    h->publish_planned = false;
    peer_core_free(h->core);
    sequence_close(h->sequence);
    serve_close(h->serve);
    checkpointer_close(h->checkpointer);
    kv_close(h->kv);
    h->core = NULL;
    h->sequence = NULL;
    h->serve = NULL;
    h->checkpointer = NULL;
    h->kv = NULL;
    h->life++;
    sim_put_back(s, PLANT_ACK_BEFORE_COMMIT, h->dir);
    if (why != NULL) {
        sim_say(s, "the hub %s", why);
        sim_break_connections(s);
        sim_plan(s, 500 + sim_below(s, 20000), (struct sim_event){ .what = SIM_HUB_BOOT, .life = h->life });
    }
}

// True when this was the action it was to be killed before.
static bool killed(struct sim *s)
{
    if (s->hub.crash_in > 0 && --s->hub.crash_in == 0) {
        hub_kill(s, "is killed");
        return true;
    }
    return false;
}

// --- a backup, and its use ---
void hub_backup(struct sim *s)
{
    struct hub *h = &s->hub;
    struct why why = { { 0 } };
    char dir[256];
    if (h->kv == NULL || h->has_backup || h->disk_full) {
        return;
    }
    hub_path(s, "backup", dir);
    sim_make_dir(dir);
    CHECK(kv_backup(h->kv, dir, &why) == OK);
    h->has_backup = true;
    h->backup_size = checkpointer_head(h->checkpointer).size;
    sim_say(s, "the hub is backed up");
}

// What is on the hub's disk now is what it holds; acknowledgements may say more.
static void hold_again(struct sim *s)
{
    struct kv_txn *t = NULL;
    struct stored stored;
    memset(s->held, 0, s->held_room * sizeof *s->held);
    s->held_count = 0;
    CHECK(kv_begin_read(s->hub.kv, &t) == OK);
    for (uint64_t i = 0; i < sequence_size(s->hub.sequence); i++) {
        CHECK(leaf_get(t, i, &stored, NULL) == OK);
        sim_hold(s, stored.id);
    }
    kv_abort(t);
}

// True when a backup of size h->backup_size contradicts nothing that was signed. A checkpoint that the full disk took
// into the file outside, and not into the database, was seen by nobody; but the hub rightly holds itself to it.
static bool restorable(const struct hub *h)
{
    struct buf outside = buf_new(LIMIT_NOTE_BYTES);
    struct why why = { { 0 } };
    const enum err e = file_read(h->checkpoint, false, &outside, &why);
    CHECK(e == OK || e == ERR_NOT_FOUND);
    const bool same = slice_equal(buf_slice(&outside), checkpointer_note(h->checkpointer));
    buf_done(&outside);
    return same && checkpointer_head(h->checkpointer).size == h->backup_size;
}

void hub_restore(struct sim *s)
{
    struct hub *h = &s->hub;
    char from[300];
    char to[300];
    if (h->kv == NULL || !h->has_backup || h->renewals > 0 || !restorable(h)) {
        return;
    }
    h->crash_in = 0;
    hub_kill(s, "loses its disk");
    (void)snprintf(from, sizeof from, "%s/backup/data.mdb", h->dir);
    (void)snprintf(to, sizeof to, "%s/store/data.mdb", h->dir);
    sim_remove_file(to);
    sim_copy_file(from, to);
    h->restored = true;
    sim_say(s, "the hub is restored from the backup");
    h->life++;
    hub_boot(s);
    if (!s->failed && s->held_room > 0) {
        hold_again(s);
    }
}

// --- the door ---
bool hub_class(struct sim *s, struct boxkey user, enum peer_class *class)
{
    if (s->hub.serve == NULL) {
        return false;
    }
    struct why why = { { 0 } };
    CHECK(serve_follow(s->hub.serve, NULL, &why) == OK);
    enum roster_door door = roster_transport(serve_roster(s->hub.serve), user, NULL);
    // The founder's device is let in by the hub's founding, before its first entries are in the record.
    bool office = boxkey_equal(user, s->nodes[SIM_OFFICE].transport);
    *class = door == DOOR_MEMBER || office ? PEER_MEMBER : PEER_INVITED;
    return door != DOOR_CLOSED || office;
}

// --- tickets ---
static struct hub_ticket *find_ticket(struct hub *h, uint64_t number)
{
    for (size_t i = 0; i < LIMIT_TICKETS; i++) {
        if (h->tickets[i].ticket == number) {
            return &h->tickets[i];
        }
    }
    return NULL;
}

static void verify(struct sim *s, const struct peer_action *a, struct slice frame, uint64_t attachment)
{
    struct hub_ticket *t = find_ticket(&s->hub, 0);
    CHECK(t != NULL);
    t->ticket = a->as.ticket;
    t->route = a->route;
    t->frame = buf_new(LIMIT_FRAME_BYTES);
    buf_put(&t->frame, frame);
    t->batch = (struct batch){ .ticket = a->as.ticket, .deliverer = a->user };
    enum peer_class class;
    t->batch.class = hub_class(s, a->user, &class) ? class : PEER_INVITED;
    t->attachment = attachment;
    sim_plan(s, 1 + sim_below(s, 20), (struct sim_event){ .what = SIM_HUB_VERIFIED, .value = a->as.ticket,
                                                          .life = s->hub.life });
}

void hub_verified(struct sim *s, uint64_t number)
{
    struct hub *h = &s->hub;
    struct hub_ticket *t = find_ticket(h, number);
    CHECK(t != NULL);
    const struct ingest in = { .consultation = s->charter.id, .intakes = &h->intakes, .keeper = h->keeper };
    struct msg m;
    struct peer_event e = event_now(s, PEER_VERIFIED);
    arena_reset(s->arena);
    CHECK(msg_parse(buf_slice(&t->frame), s->arena, &m) == VERDICT_GOOD);
    e.as.verified.ticket = number;
    e.as.verified.verdict = m.type == MSG_CHUNK ? ingest_chunk(&m.as.chunk, t->attachment, &t->batch)
                                                : ingest_verify(&in, &m.as.entries, &t->batch);
    take(s, &e);
}

static void submit(struct sim *s, uint64_t number)
{
    struct hub *h = &s->hub;
    h->queue[h->queue_count++] = number;
    if (!h->commit_planned) {
        h->commit_planned = true;
        sim_plan(s, 1 + sim_below(s, 15), (struct sim_event){ .what = SIM_HUB_COMMIT, .life = h->life });
    }
}

// --- answering ---
static void send(struct sim *s, const struct peer_route *route, const struct msg *m)
{
    struct buf frame = buf_new(LIMIT_FRAME_BYTES);
    if (m->type == MSG_ACK && !sim_holds(s, m->as.ack.head)) {
        sim_fail(s, "the hub acknowledges %s up to %llu and has not committed it", sim_name(s, m->as.ack.journal),
                 (unsigned long long)m->as.ack.next);
    }
    msg_make(m, &frame);
    CHECK(buf_ok(&frame));
    sim_send_to_node(s, route, buf_slice(&frame));
    buf_done(&frame);
}

static void send_made(struct sim *s, const struct peer_action *a)
{
    struct hub *h = &s->hub;
    struct why why = { { 0 } };
    struct buf frame = buf_new(LIMIT_FRAME_BYTES);
    enum err e = a->type == PEER_SEND_PROOF  ? serve_proof(h->serve, a, checkpointer_head(h->checkpointer),
                                                           checkpointer_note(h->checkpointer), &frame, &why)
                 : a->type == PEER_SEND_HELD ? serve_held(h->serve, a, &frame, &why)
                                             : serve_custody(h->serve, a, &frame, &why);
    struct msg m;
    arena_reset(s->arena);
    if (a->type == PEER_SEND_HELD && e == OK && msg_parse(buf_slice(&frame), s->arena, &m) == VERDICT_GOOD &&
        m.as.held.is_signed) {
        attach_said(s, m.as.held.root);
    }
    if (e == OK) {
        CHECK(buf_ok(&frame));
        sim_send_to_node(s, &a->route, buf_slice(&frame));
    } else if (e != ERR_NOT_FOUND) {
        sim_fail(s, "the hub cannot answer from its record: %s", why.text);
    }
    buf_done(&frame);
}

static struct peer_event send_down(struct sim *s, const struct peer_action *a)
{
    struct why why = { { 0 } };
    struct buf frame = buf_new(LIMIT_FRAME_BYTES);
    struct peer_event e = event_now(s, PEER_DOWN_READ);
    e.as.down_read.user = a->user;
    enum err err = serve_down(s->hub.serve, a, &frame, &e.as.down_read.to, &e.as.down_read.sent, &why);
    if (err != OK) {
        sim_fail(s, "the hub cannot read what goes down: %s", why.text);
    } else if (e.as.down_read.sent) {
        sim_send_to_node(s, &a->route, buf_slice(&frame));
    }
    buf_done(&frame);
    return e;
}

static void arm(struct sim *s, uint64_t at)
{
    struct hub *h = &s->hub;
    at = at > s->now ? at : s->now;
    if (at != h->arm_at) {
        h->arm_at = at;
        sim_plan(s, at - s->now, (struct sim_event){ .what = SIM_HUB_TICK, .life = h->life });
    }
}

static void tell(struct sim *s, const struct peer_action *a)
{
    if (a->as.tell.what != PEER_TELL_HELLO) {
        sim_say(s, "the hub: %s (%s)", peer_tell_name(a->as.tell.what), verdict_code(a->as.tell.code));
    }
}

// Answers to SEND_DOWN are given after the step's actions are done: those borrow the core.
#define DOWNS 64

static void take_with(struct sim *s, struct peer_event *e, struct slice frame)
{
    struct hub *h = &s->hub;
    struct peer_event downs[DOWNS];
    size_t down_count = 0;
    peer_step(h->core, e, &s->peer_actions);
    struct peer_status status = peer_core_status(h->core);
    if (status.pool_bytes > LIMIT_HUB_POOL_BYTES) {
        sim_fail(s, "the hub's pool is over its bound");
    }
    for (size_t i = 0; i < s->peer_actions.n; i++) {
        const struct peer_action *a = &s->peer_actions.items[i];
        if (killed(s)) {
            return;
        }
        switch (a->type) {
        case PEER_VERIFY:
            verify(s, a, frame, e->as.frame.facts->attachment.size);
            break;
        case PEER_SUBMIT:
            submit(s, a->as.ticket);
            break;
        case PEER_DISCARD:
            drop_ticket(find_ticket(h, a->as.ticket));
            break;
        case PEER_REPLY:
            send(s, &a->route, &a->as.reply);
            attach_missing(s, a);
            break;
        case PEER_SEND_PROOF:
        case PEER_SEND_CUSTODY:
        case PEER_SEND_HELD:
            send_made(s, a);
            break;
        case PEER_SEND_DOWN:
            CHECK(down_count < DOWNS);
            downs[down_count++] = send_down(s, a);
            break;
        case PEER_DESTROYED:
            rest_hear(s, a);
            break;
        case PEER_DROP:
            break;
        case PEER_ARM:
            arm(s, a->as.arm_ms);
            break;
        case PEER_TELL:
            tell(s, a);
            break;
        }
    }
    for (size_t i = 0; i < down_count && h->core != NULL && !s->failed; i++) {
        take_with(s, &downs[i], slice_of(NULL, 0));
    }
}

static void take(struct sim *s, struct peer_event *e)
{
    take_with(s, e, slice_of(NULL, 0));
}

void hub_tick(struct sim *s)
{
    struct peer_event e = event_now(s, PEER_TICK);
    s->hub.arm_at = UINT64_MAX;
    take(s, &e);
}

void hub_unreached(struct sim *s, const struct peer_route *route)
{
    // Told by the socket while a step's actions are being done; the core hears of it in its next turn, which here is
    // the next tick: until then it only sends in vain.
    (void)s;
    (void)route;
}

static struct boxkey user_of(const struct sim *s, size_t node)
{
    if (node >= SIM_NODES) {
        return s->strangers[node - SIM_NODES].transport;
    }
    struct boxkey user = s->nodes[node].transport;
    if (s->nodes[node].conn_invited) {
        invitation_curve_key(&s->nodes[node].invitation, &user, NULL);
    }
    return user;
}

void hub_receive(struct sim *s, const struct sim_event *ev)
{
    struct hub *h = &s->hub;
    struct why why = { { 0 } };
    struct msg m;
    struct peer_facts facts = { 0 };
    struct peer_event e = event_now(s, PEER_FRAME);
    if (h->kv == NULL || h->life != ev->life) {
        return;
    }
    e.as.frame.user = user_of(s, ev->node);
    e.as.frame.route = sim_route(ev->node, ev->conn);
    if (!hub_class(s, e.as.frame.user, &e.as.frame.class)) {
        return;
    }
    arena_reset(s->arena);
    e.as.frame.fault = msg_parse(buf_slice(&ev->frame), s->arena, &m);
    if (e.as.frame.fault == VERDICT_GOOD) {
        e.as.frame.msg = &m;
        e.as.frame.facts = &facts;
        if (serve_facts(h->serve, &m, &facts, &why) != OK) {
            sim_fail(s, "the hub cannot look up a message: %s", why.text);
            return;
        }
    }
    take_with(s, &e, buf_slice(&ev->frame));
}

// --- the writer ---
static void note_committed(struct sim *s, const struct batch *b)
{
    for (size_t i = 0; i < b->count; i++) {
        if (b->packets[i].fate == FATE_NEW) {
            if (sim_holds(s, b->packets[i].entry.id)) {
                sim_fail(s, "the hub sequences an entry a second time");
            }
            sim_hold(s, b->packets[i].entry.id);
        }
    }
}

static void say_outcome(struct sim *s, const struct batch *b, const struct batch_outcome *o)
{
    size_t added = 0;
    for (size_t i = 0; i < b->count && !o->failed; i++) {
        added += b->packets[i].fate == FATE_NEW;
    }
    if (added > 0) {
        sim_say(s, "the hub takes %zu of %s, which ends at %llu on branch %llu", added, sim_name(s, b->journal),
                (unsigned long long)o->ack.next - 1, (unsigned long long)o->ack.branch);
    }
    if (o->has_refuse) {
        sim_say(s, "the hub %s entry %llu of %s: %s", o->refuse.is_signed ? "refuses" : "defers",
                (unsigned long long)o->refuse.seq, sim_name(s, b->journal), verdict_code(o->refuse.code));
    }
}

static enum err commit(struct sim *s, struct batch **batches, size_t n, struct batch_outcome *outcomes)
{
    struct why why = { { 0 } };
    sim_put_aside(s, PLANT_ACK_BEFORE_COMMIT, s->hub.dir);
    for (size_t i = 0; i < n && s->plant == PLANT_FORGET_PARTS; i++) {
        for (size_t k = 0; k < batches[i]->count; k++) {
            batches[i]->packets[k].sealed = slice_of(NULL, 0);
            batches[i]->packets[k].wrapped = NULL;
        }
    }
    if (s->hub.disk_full) {
        sim_disk(true);
    }
    enum err e = sequence_commit(s->hub.sequence, batches, n, SIM_WALL_S + s->now / 1000, outcomes, &why);
    if (s->hub.disk_full) {
        sim_disk(false);
    }
    return e;
}

void hub_commit(struct sim *s)
{
    struct hub *h = &s->hub;
    size_t n = h->queue_count;
    uint64_t life = h->life;
    struct batch **batches = mem_new(n * sizeof(struct batch *));
    struct batch_outcome *outcomes = mem_new(n * sizeof *outcomes);
    uint64_t *numbers = mem_new(n * sizeof *numbers);
    h->commit_planned = false;
    h->queue_count = 0;
    for (size_t i = 0; i < n; i++) {
        numbers[i] = h->queue[i];
        batches[i] = &find_ticket(h, h->queue[i])->batch;
    }
    bool dead = killed(s);
    enum err e = dead ? ERR_IO : commit(s, batches, n, outcomes);
    if (e == OK) {
        for (size_t i = 0; i < n; i++) {
            note_committed(s, batches[i]);
            say_outcome(s, batches[i], &outcomes[i]);
        }
        if (!h->publish_planned) {
            h->publish_planned = true;
            sim_plan(s, 1000, (struct sim_event){ .what = SIM_HUB_PUBLISH, .life = h->life });
        }
    } else if (!dead) {
        sim_say(s, "the hub cannot commit: %s", err_text(e));
    }
    for (size_t i = 0; i < n && !dead && h->life == life && !s->failed; i++) {
        struct peer_event ev = event_now(s, PEER_COMMITTED);
        ev.as.committed.ticket = numbers[i];
        ev.as.committed.outcome = &outcomes[i];
        drop_ticket(find_ticket(h, numbers[i]));
        take(s, &ev);
    }
    free(batches);
    free(outcomes);
    free(numbers);
}

// --- the publisher ---
void hub_publish(struct sim *s)
{
    struct hub *h = &s->hub;
    struct why why = { { 0 } };
    bool fresh = false;
    h->publish_planned = false;
    if (h->disk_full) {
        sim_disk(true);
    }
    enum err e = checkpointer_publish(h->checkpointer, &fresh, &why);
    sim_disk(false);
    if (e == ERR_CORRUPT) {
        sim_fail(s, "the hub cannot verify its own record: %s", why.text);
    } else if (e != OK) {
        sim_say(s, "the hub cannot publish: %s", err_text(e));
        h->publish_planned = true;
        sim_plan(s, 1000, (struct sim_event){ .what = SIM_HUB_PUBLISH, .life = h->life });
    } else if (fresh && !killed(s)) {
        sim_say(s, "the hub publishes its record of %llu entries",
                (unsigned long long)checkpointer_head(h->checkpointer).size);
        announce(s);
    }
}
