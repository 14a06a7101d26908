// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The node's end of the exchange: events, the connection and its timers (PROTOCOL 11).
// Journals on their way up are in node_lanes.c, what comes down in node_record.c.
#include "node/node_inside.h"

#include <stdlib.h>

struct node_core *node_core_new(const struct node_identity *identity)
{
    struct node_core *c = mem_new(sizeof *c);
    c->identity = *identity;
    c->seen = tree_head_empty();
    c->next_try_ms = NODE_NEVER;
    return c;
}

void node_core_free(struct node_core *core)
{
    free(core);
}

struct node_action *node_do(struct node_core *c, enum node_action_type type)
{
    if (c->actions->n == NODE_ACTIONS - 1) { // the last place is ARM's
        c->crowded = true;
        return NULL;
    }
    struct node_action *a = &c->actions->items[c->actions->n++];
    *a = (struct node_action){ .type = type };
    return a;
}

void node_tell(struct node_core *c, enum node_tell what, const struct journal_id *journal, uint64_t seq,
               enum verdict code, uint64_t value)
{
    struct node_action *a = node_do(c, NODE_TELL);
    if (a == NULL) {
        return;
    }
    a->as.tell.what = what;
    a->as.tell.seq = seq;
    a->as.tell.code = code;
    a->as.tell.value = value;
    if (journal != NULL) {
        a->as.tell.journal = *journal;
    }
}

uint64_t node_jitter(const struct node_core *c, uint64_t ms)
{
    return ms / 2 + (ms == 0 ? 0 : c->event->rnd % (ms + 1));
}

static void set_link(struct node_core *c, enum link link)
{
    c->link = link;
    c->link_ms = c->event->now_ms;
}

void node_hang_up(struct node_core *c, uint64_t wait_ms)
{
    if (c->link != LINK_IDLE) {
        node_do(c, NODE_DISCONNECT);
    }
    node_lanes_down(c);
    set_link(c, LINK_IDLE);
    uint64_t wait = node_jitter(c, wait_ms);
    c->next_try_ms = c->event->now_ms + wait;
    node_tell(c, TELL_OFFLINE, NULL, 0, VERDICT_GOOD, wait);
}

// Doubles with each try in a row, so that a thousand sites do not knock at a hub that has just come back.
static uint64_t backoff(struct node_core *c)
{
    uint64_t ms = NODE_BACKOFF_MS;
    for (unsigned i = 0; i < c->tries && ms < NODE_BACKOFF_MAX_MS; i++) {
        ms *= 2;
    }
    c->tries++;
    return ms < NODE_BACKOFF_MAX_MS ? ms : NODE_BACKOFF_MAX_MS;
}

static void contradicted(struct node_core *c, struct slice note, const struct tree_head *view)
{
    struct node_action *a = node_do(c, NODE_STORE_EVIDENCE);
    if (a == NULL) {
        return;
    }
    a->as.store_evidence.seen = c->seen;
    a->as.store_evidence.note = note;
    a->as.store_evidence.by_view = view != NULL;
    a->as.store_evidence.view = view != NULL ? *view : tree_head_empty();
    node_do(c, NODE_DISCONNECT);
    node_tell(c, TELL_CONTRADICTION, NULL, 0, VERDICT_GOOD, c->seen.size);
    node_lanes_down(c);
    set_link(c, LINK_STOPPED);
}

void node_contradicted(struct node_core *c, struct slice note)
{
    contradicted(c, note, NULL);
}

void node_contradicted_by(struct node_core *c, struct tree_head view)
{
    contradicted(c, slice_of(NULL, 0), &view);
}

static void start(struct node_core *c)
{
    const struct node_start *s = &c->event->as.start;
    c->seen = s->seen;
    c->down_cursor = s->down_cursor;
    CHECK(s->destroyed_count <= LIMIT_DESTROYED);
    c->destroyed_count = s->destroyed_count;
    for (size_t i = 0; i < s->destroyed_count; i++) {
        c->destroyed[i] = s->destroyed[i];
    }
    c->invited = s->invited;
    c->tries = s->failures > 16 ? 16 : (unsigned)s->failures;
    node_lanes_start(c, s);
    node_chunks_start(c);
    node_views_start(c, s);
    if (s->contradicted) {
        set_link(c, LINK_STOPPED);
        node_tell(c, TELL_CONTRADICTION, NULL, 0, VERDICT_GOOD, c->seen.size);
        return;
    }
    set_link(c, LINK_IDLE);
    c->next_try_ms = c->event->now_ms + node_jitter(c, c->tries == 0 ? NODE_BACKOFF_MS / 4 : backoff(c));
}

static void connect_now(struct node_core *c)
{
    struct node_action *a = node_do(c, NODE_CONNECT);
    if (a != NULL) {
        a->as.connect.invited = c->invited && !c->knock_own;
        set_link(c, LINK_CONNECTING);
    }
}

static int by_journal(const void *a, const void *b)
{
    return journal_id_order(((const struct journal_head *)a)->journal, ((const struct journal_head *)b)->journal);
}

static void greet(struct node_core *c)
{
    struct node_action *a = node_do(c, NODE_SEND);
    if (a == NULL) {
        return;
    }
    for (size_t i = 0; i < c->lane_count; i++) {
        c->greeting[i] = c->lanes[i].j.local;
    }
    qsort(c->greeting, c->lane_count, sizeof c->greeting[0], by_journal);
    a->as.send = (struct msg){ .type = MSG_HELLO,
                               .as.hello = { .version = EXCHANGE_VERSION,
                                             .consultation = c->identity.consultation,
                                             .seen = c->seen,
                                             .head_count = c->lane_count,
                                             .heads = c->greeting,
                                             .down_cursor = c->down_cursor,
                                             .destroyed_count = c->destroyed_count,
                                             .destroyed = c->destroyed } };
    set_link(c, LINK_GREETING);
}

static void welcomed(struct node_core *c, const struct msg_welcome *m)
{
    if (c->link != LINK_GREETING) {
        return; // of a hello that was given up
    }
    set_link(c, LINK_READY);
    c->tries = 0;
    c->invited = c->invited && !c->knock_own; // it opened to our own key: somebody was accredited on this device
    c->credit = m->credit;
    node_tell(c, TELL_CONNECTED, NULL, 0, VERDICT_GOOD, m->head_count);
    node_record_welcome(c, m);
    if (c->link == LINK_READY) {
        node_lanes_welcome(c, m);
    }
}

// True while something that was sent has no answer.
static bool awaits(const struct node_core *c)
{
    return c->flight_count > 0 || (c->chunks.here && c->chunks.asked_ms != NODE_NEVER);
}

static void hub_error(struct node_core *c, const struct msg_error *m)
{
    struct node_action *a = node_do(c, NODE_TELL);
    if (a != NULL) {
        a->as.tell.what = TELL_HUB_ERROR;
        a->as.tell.code = m->code;
        a->as.tell.text = m->detail;
    }
    if (m->code == VERDICT_NOT_ADMITTED || m->code == VERDICT_WRONG_VERSION) {
        c->knock_own = !c->knock_own;
        node_hang_up(c, NODE_BACKOFF_DOOR_MS);
    } else if (m->code == VERDICT_REPLACED && c->link == LINK_READY && !awaits(c)) {
        return; // two copies that only listen must not push each other off the line for ever
    } else if (verdict_class_of(m->code) == VERDICT_IS_PROTOCOL) {
        node_hang_up(c, backoff(c));
    }
}

static void frame(struct node_core *c)
{
    const struct msg *m = c->event->as.frame.msg;
    if (c->link != LINK_GREETING && c->link != LINK_READY) {
        return; // of a connection that has been given up
    }
    if (m == NULL) {
        node_tell(c, TELL_BAD_HUB, NULL, 0, c->event->as.frame.fault, 0);
        node_hang_up(c, backoff(c));
        return;
    }
    // Entries that come down stand for themselves; other answers without a welcome before them are of an earlier hello,
    // and the next welcome tells all of it again.
    if (c->link != LINK_READY && m->type != MSG_WELCOME && m->type != MSG_ERROR && m->type != MSG_DOWN) {
        return;
    }
    switch (m->type) {
    case MSG_WELCOME:
        welcomed(c, &m->as.welcome);
        break;
    case MSG_ACK:
        node_lanes_ack(c, &m->as.ack);
        break;
    case MSG_REFUSE:
        node_lanes_refuse(c, &m->as.refuse);
        break;
    case MSG_PROOF:
        node_record_proof(c, &m->as.proof);
        break;
    case MSG_DOWN:
        node_record_down(c, &m->as.down);
        break;
    case MSG_ERROR:
        hub_error(c, &m->as.error);
        break;
    case MSG_HELD:
        node_chunks_held(c, &m->as.held);
        break;
    case MSG_HELLO:
    case MSG_ENTRIES:
    case MSG_DOWN_ACK:
    case MSG_WANT:
    case MSG_CHUNK:
    case MSG_CARRY:
    case MSG_CARRIED:
    case MSG_KEYS: // the shell's: it makes a new core with what they say
        node_tell(c, TELL_BAD_HUB, NULL, 0, VERDICT_OUT_OF_TURN, 0);
        break;
    }
}

static void went_down(struct node_core *c)
{
    if (c->link == LINK_IDLE || c->link == LINK_STOPPED) {
        return;
    }
    if (c->event->as.down.refused) {
        node_tell(c, TELL_NOT_ADMITTED, NULL, 0, VERDICT_NOT_ADMITTED, 0);
        c->knock_own = !c->knock_own;
        node_hang_up(c, NODE_BACKOFF_DOOR_MS);
    } else {
        node_hang_up(c, backoff(c));
    }
}

// When the present state of the link ends by itself.
static uint64_t link_deadline(const struct node_core *c)
{
    switch (c->link) {
    case LINK_IDLE:
        return c->next_try_ms;
    case LINK_CONNECTING:
        return c->link_ms + NODE_CONNECT_MS;
    case LINK_GREETING:
        return c->link_ms + NODE_WELCOME_MS;
    case LINK_READY:
        return c->flight_count > 0 ? c->flights[0].sent_ms + NODE_ANSWER_MS : c->link_ms + NODE_GREET_AGAIN_MS;
    case LINK_STOPPED:
        break;
    }
    return NODE_NEVER;
}

static void look_at_time(struct node_core *c)
{
    if (c->link == LINK_READY && node_chunks_unanswered(c)) {
        node_hang_up(c, backoff(c));
        return;
    }
    if (c->event->now_ms < link_deadline(c)) {
        return;
    }
    switch (c->link) {
    case LINK_IDLE:
        connect_now(c);
        break;
    case LINK_READY:
        if (c->flight_count == 0) {
            greet(c);
            break;
        }
        node_hang_up(c, backoff(c));
        break;
    case LINK_CONNECTING:
    case LINK_GREETING:
        node_hang_up(c, backoff(c));
        break;
    case LINK_STOPPED:
        break;
    }
}

static void dispatch(struct node_core *c)
{
    switch (c->event->type) {
    case NODE_START:
        start(c);
        break;
    case NODE_TICK:
        break;
    case NODE_UP:
        if (c->link == LINK_CONNECTING) {
            greet(c);
        }
        break;
    case NODE_DOWN:
        went_down(c);
        break;
    case NODE_FRAME:
        frame(c);
        break;
    case NODE_APPENDED:
        node_lanes_appended(c);
        break;
    case NODE_RANGE_SENT:
        node_lanes_range_sent(c);
        break;
    case NODE_ATTACHMENT:
        node_chunks_found(c);
        break;
    case NODE_CHUNK_SENT:
        node_chunks_sent(c);
        break;
    case NODE_UNLOCKED:
        node_lanes_readable(c);
        break;
    case NODE_LOCKED:
        break;
    case NODE_POKE:
        if (c->link == LINK_IDLE) {
            c->next_try_ms = c->event->now_ms;
        } else if (c->link == LINK_READY && c->flight_count == 0) {
            greet(c); // the answer shows that the hub is there, and what it has for us
        }
        break;
    case NODE_STOP:
        if (c->link != LINK_STOPPED && c->link != LINK_IDLE) {
            node_do(c, NODE_DISCONNECT);
        }
        set_link(c, LINK_STOPPED);
        break;
    }
}

void node_step(struct node_core *core, const struct node_event *event, struct node_actions *actions)
{
    CHECK(core->started == (event->type != NODE_START));
    core->started = true;
    core->event = event;
    core->actions = actions;
    core->crowded = false;
    actions->n = 0;
    dispatch(core);
    look_at_time(core);
    if (core->link == LINK_READY) {
        node_lanes_pump(core);
        node_chunks_pump(core);
        node_lanes_want(core);
        node_views_want(core);
    }
    uint64_t at = link_deadline(core);
    uint64_t lanes = core->link == LINK_READY ? node_lanes_deadline(core) : NODE_NEVER;
    uint64_t views = core->link == LINK_READY ? node_views_deadline(core) : NODE_NEVER;
    at = lanes < at ? lanes : at;
    uint64_t chunks = core->link == LINK_READY ? node_chunks_deadline(core) : NODE_NEVER;
    at = views < at ? views : at;
    at = chunks < at ? chunks : at;
    at = core->crowded ? event->now_ms : at;
    if (at != NODE_NEVER) {
        struct node_action *a = &actions->items[actions->n++];
        *a = (struct node_action){ .type = NODE_ARM, .as.arm_ms = at };
    }
    core->event = NULL;
    core->actions = NULL;
}

struct node_status node_core_status(const struct node_core *core)
{
    struct node_status s = {
        .connected = core->link == LINK_READY,
        .stopped = core->link == LINK_STOPPED,
        .next_try_ms = core->link == LINK_IDLE ? core->next_try_ms : NODE_NEVER,
        .in_flight = core->in_flight,
    };
    for (size_t i = 0; i < core->lane_count; i++) {
        s.deferred += core->lanes[i].deferred;
    }
    return s;
}

const char *node_tell_name(enum node_tell what)
{
    static const char *const names[] = {
        [TELL_CONNECTED] = "connected",         [TELL_OFFLINE] = "offline",
        [TELL_NOT_ADMITTED] = "not admitted",   [TELL_RECEIVED] = "received",
        [TELL_CONFIRMED] = "confirmed",         [TELL_REFUSED] = "refused",
        [TELL_DEFERRED] = "deferred",           [TELL_RESTORED] = "restored",
        [TELL_LOCKED] = "locked",               [TELL_DOWN] = "down",
        [TELL_CONTRADICTION] = "contradiction", [TELL_HUB_BEHIND] = "hub behind",
        [TELL_BAD_HUB] = "bad hub",             [TELL_HUB_ERROR] = "hub error",
        [TELL_DISK_LOW] = "disk low",           [TELL_ATTACHED] = "attached",
        [TELL_ATTACHMENT_LOST] = "attachment lost",
    };
    CHECK((size_t)what < sizeof names / sizeof names[0]);
    return names[what];
}
