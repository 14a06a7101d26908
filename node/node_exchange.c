// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The loop around node_core: load, decide, apply, then do. What fails in between is a crash that was noticed: the core
// is made anew from what is on the disk (node_core.h).
// Read first: node_exchange.h; node_voice.h for what is said of it all.
#include "node/node_exchange.h"

#include "common/author/mend.h"
#include "common/net/loop.h"
#include "common/store/succession_store.h"
#include "node/node_bundle.h"
#include "node/node_handover.h"
#include "node/node_hub.h"
#include "node/node_link.h"
#include "node/node_people.h"
#include "node/node_send.h"
#include "node/node_store.h"
#include "node/node_voice.h"
#include "node/node_watch.h"

#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#define WATCH_MS 500u           // how soon an append by another program is noticed
#define READERS_MS 3600000u     // how often places of readers that died are freed
#define TRIM_MS 5000u           // so long after the last batch its memory goes back to the system
#define TURN_FRAMES 64          // messages in one turn: then somebody else has a word
#define FAILURES_MOST 16u       // restarts in a row that are told apart
#define FAILURES_DOOR 6u        // both keys were refused: the next try waits for about a minute

struct node_exchange {
    struct node_exchange_options o;
    struct node_identity identity;
    struct state_transport *transport; // holds secrets
    struct node_link *link;
    struct node_watch *watch;
    struct node_voice *voice;
    struct node_core *core;            // NULL while the disk does not even let it start
    struct node_actions *actions;
    struct arena *arena;
    struct wire_maker *maker;          // NULL while nothing is being sent
    bool readable;                     // somebody is unlocked, as far as the core was told
    bool invited;                      // the connection under way uses the invitation's key
    bool own;                          // the invitation's key was refused: the device's own has its turn
    uint64_t failures;                 // restarts in a row
    uint64_t bundles;                  // taken here, as far as the core was told
    uint64_t arm_ms;
    uint64_t start_ms;                 // when to start again without a core
    uint64_t watch_ms;
    uint64_t readers_ms;
    uint64_t trim_ms;
    struct node_handover *handover;    // of what is carried for others
    uint64_t handover_ms;
};

// --- starting, and starting over ---

static bool any_received(const struct node_start *start)
{
    for (size_t i = 0; i < start->count; i++) {
        if (start->journals[i].received > 0) {
            return true;
        }
    }
    return false;
}

static void step(struct node_exchange *s, struct node_event *event);

// What is damaged must not stop what is not.
static enum err mend(struct node_exchange *s, struct mended *found, struct why *why)
{
    struct store_key key;
    bool readable = node_people_store_key(s->o.safe, &key);
    *found = (struct mended){ .lost = 0 };
    enum err e = mend_site(state_kv(s->o.state), readable ? &key : NULL, loop_wall_s(), found, why);
    mem_wipe(&key, sizeof key);
    if (found->lost > 0 || found->removed > 0 || found->hidden) {
        LOG_WITH(s->o.log, LOG_ERROR, "node.damage", log_number("lost", found->lost),
                 log_number("again", found->removed), log_number("hidden", found->hidden));
    }
    return e;
}

static enum err start(struct node_exchange *s, uint64_t failures, struct why *why)
{
    struct node_event event = { .type = NODE_START };
    struct boxkey dial; // with which key of the hub: a bundle may have told a new one
    struct mended found;
    node_link_drop(s->link);
    node_core_free(s->core);
    s->core = NULL;
    s->arm_ms = UINT64_MAX;
    arena_reset(s->arena);
    enum err e = mend(s, &found, why);
    if (e == OK) {
        e = node_bundle_number(state_kv(s->o.state), &s->bundles); // before what may follow from one
    }
    if (e == OK) {
        e = node_hub_keys(s->o.state, s->transport, &s->identity.keys, &dial, why);
    }
    if (e == OK) {
        node_link_hub(s->link, dial);
    }
    if (e == OK) {
        e = node_store_start(state_kv(s->o.state), s->arena, &event.as.start, why);
    }
    if (e == OK) {
        // Once anything was received the enrolment was, and the hub knows the device's own key.
        event.as.start.invited = s->transport->invited && !s->own && !any_received(&event.as.start);
        event.as.start.failures = failures;
        s->core = node_core_new(&s->identity);
        step(s, &event);
    }
    return e;
}

// What was in memory is forgotten, as after a crash; e says what happened.
static void start_over(struct node_exchange *s, enum err e)
{
    s->failures += s->failures < FAILURES_MOST;
    node_voice_trouble(s->voice, e);
    e = start(s, s->failures, NULL);
    if (e != OK) {
        node_voice_trouble(s->voice, e);
        s->start_ms = loop_now_ms() + 1000 * s->failures;
    }
}

// --- doing what the core said ---

static void connect_hub(struct node_exchange *s, bool invited)
{
    const struct state_transport *t = s->transport;
    s->invited = invited && t->invited;
    node_voice_invited(s->voice, s->invited);
    node_link_connect(s->link, s->invited ? t->invited_pub : t->pub, s->invited ? &t->invited_sec : &t->sec);
}

// The hub took the device's own key: the invitation has done its work, and is a secret no longer needed.
static void forget_invitation(struct node_exchange *s)
{
    if (s->invited || !s->transport->invited) {
        return;
    }
    char *path = state_path(s->o.state, STATE_INVITATION);
    if (unlink(path) == 0) {
        mem_wipe(&s->transport->invited_sec, sizeof s->transport->invited_sec);
        s->transport->invited = false;
        LOG(s->o.log, LOG_INFO, "node.enrolled");
    }
    free(path);
}

static void send_message(struct node_exchange *s, const struct msg *m)
{
    struct buf frame = buf_new(LIMIT_FRAME_BYTES);
    struct sock *sock = node_link_sock(s->link);
    msg_make(m, &frame);
    CHECK(buf_ok(&frame));
    // What is not taken now is asked for again: the core has a time for each answer.
    if (sock == NULL || sock_send(sock, NULL, buf_slice(&frame)) != OK) {
        LOG(s->o.log, LOG_DEBUG, "node.not-sent");
    }
    buf_done(&frame);
}

static void renew(struct node_exchange *s)
{
    size_t begun = 0;
    enum err e = node_people_renew(s->o.state, s->o.safe, loop_wall_s(), &begun, NULL);
    if (begun > 0) {
        LOG_WITH(s->o.log, LOG_WARN, "node.new-notebook", log_number("people", begun));
        s->watch_ms = 0;
    }
    if (e != OK) {
        node_voice_trouble(s->voice, e);
    }
}

// Does one action that is not stored; what is to be read and sent is kept in *asked.
static void perform(struct node_exchange *s, enum node_event_type type, const struct node_action *a,
                    struct node_action *asked)
{
    switch (a->type) {
    case NODE_STORE_ACK:
    case NODE_STORE_PROOF:
    case NODE_STORE_DOWN:
    case NODE_STORE_REFUSAL:
    case NODE_STORE_EVIDENCE:
    case NODE_STORE_VIEW:
    case NODE_STORE_FALSE:
    case NODE_STORE_HELD:
    case NODE_STORE_AGAIN:
    case NODE_STORE_RENEW:
        s->failures = 0; // it was stored
        break;
    case NODE_CONNECT:
        connect_hub(s, a->as.connect.invited);
        break;
    case NODE_DISCONNECT:
        node_link_drop(s->link);
        break;
    case NODE_SEND:
        send_message(s, &a->as.send);
        break;
    case NODE_SEND_RANGE:
    case NODE_NEXT_ATTACHMENT:
    case NODE_SEND_CHUNK:
        *asked = *a;
        break;
    case NODE_NEW_INCARNATION:
        renew(s);
        break;
    case NODE_ARM:
        s->arm_ms = a->as.arm_ms;
        break;
    case NODE_TELL:
        if (a->as.tell.what == TELL_CONNECTED) {
            forget_invitation(s);
        }
        node_voice_hear(s->voice, type, a);
        break;
    }
}

// Reads and sends what a step named, and makes the event that says so.
static enum err send_asked(struct node_exchange *s, const struct node_action *asked, struct node_event *event)
{
    struct node_sender sender = { .state = s->o.state, .safe = s->o.safe, .sock = node_link_sock(s->link),
                                  .maker = s->maker };
    bool dark = false;
    enum err e = node_send(&sender, asked, event, &dark);
    s->maker = sender.maker;
    if (e == OK && dark) {
        struct mended found; // whoever is unlocked can see whether it is lost: then the journal ends before it
        e = mend(s, &found, NULL);
        e = e == OK && found.lost > 0 ? ERR_CORRUPT : e;
    }
    s->trim_ms = loop_now_ms() + TRIM_MS;
    return e;
}

// Decides, applies, commits; then does. True when *asked is to be read and sent next.
static bool step_once(struct node_exchange *s, struct node_event *event, struct node_action *asked)
{
    asked->type = NODE_ARM;
    event->now_ms = loop_now_ms();
    event->wall_s = loop_wall_s();
    event->disk_free = loop_disk_free(state_dir(s->o.state));
    ident_random(&event->rnd, sizeof event->rnd);
    node_step(s->core, event, s->actions);
    enum err e = node_store_apply(state_kv(s->o.state), s->identity.consultation, s->actions);
    if (e != OK) {
        start_over(s, e);
        return false;
    }
    s->arm_ms = UINT64_MAX;
    for (size_t i = 0; i < s->actions->n; i++) {
        perform(s, event->type, &s->actions->items[i], asked);
    }
    node_voice_settle(s->voice, event->wall_s);
    return node_send_asked(asked->type);
}

// One event, and those that follow from ranges it made the core send: as many as the hub's credit allows.
static void step(struct node_exchange *s, struct node_event *event)
{
    struct node_action asked;
    while (s->core != NULL && step_once(s, event, &asked)) {
        enum err e = send_asked(s, &asked, event);
        if (e != OK) {
            start_over(s, e);
            return;
        }
    }
}

static void step_plain(struct node_exchange *s, enum node_event_type type)
{
    struct node_event event = { .type = type };
    step(s, &event);
}

// --- what happens ---

// A refused device may have two keys: that of its invitation, which may be spent by the very enrolment whose
// acknowledgement was lost, and its own. True when the other one has its turn now.
static bool try_other_key(struct node_exchange *s)
{
    if (!s->transport->invited) {
        return false;
    }
    bool first = s->invited;
    s->own = first;
    if (!first) {
        node_voice_door(s->voice);
    }
    enum err e = start(s, first ? 0 : FAILURES_DOOR, NULL);
    if (e != OK) {
        start_over(s, e);
    }
    return true;
}

static void link_event(struct node_exchange *s, enum node_link_event what)
{
    struct node_event event = { .type = what == NODE_LINK_UP ? NODE_UP : NODE_DOWN };
    node_voice_link(s->voice, what);
    if (what == NODE_LINK_REFUSED && try_other_key(s)) {
        return;
    }
    event.as.down.refused = what == NODE_LINK_REFUSED;
    step(s, &event);
}

// Changes of key: taken once they are on the disk, by starting afresh with them. Known ones change nothing. False when
// they are not believed.
static bool keys_event(struct node_exchange *s, struct slice succession)
{
    bool fresh = false;
    enum err e = succession_take(state_kv(s->o.state), state_charter(s->o.state), succession, &fresh, NULL);
    if (e == ERR_BAD_INPUT) {
        return false;
    }
    if (e == OK && fresh) {
        LOG(s->o.log, LOG_INFO, "node.keys-changed");
        e = start(s, 0, NULL);
    }
    if (e != OK) {
        start_over(s, e);
    }
    return true;
}

static void frame_event(struct node_exchange *s, const struct sock_frame *frame, bool whole)
{
    struct msg m;
    struct node_facts facts;
    struct node_event event = { .type = NODE_FRAME };
    arena_reset(s->arena);
    event.as.frame.fault = whole ? msg_parse(frame->payload, s->arena, &m) : VERDICT_NOT_CANONICAL;
    if (event.as.frame.fault == VERDICT_GOOD && m.type == MSG_KEYS && keys_event(s, m.as.keys)) {
        return;
    }
    if (event.as.frame.fault == VERDICT_GOOD) {
        enum err e = node_store_facts(state_kv(s->o.state), s->identity.consultation, &m, s->arena, &facts, NULL);
        if (e != OK) {
            start_over(s, e);
            return;
        }
        event.as.frame.msg = &m;
        event.as.frame.facts = &facts;
        s->handover_ms = 0;
        if (node_handover_hear(s->handover, &m, &facts, loop_now_ms())) {
            return;
        }
    }
    step(s, &event);
}

// Takes one message. False when none is there.
static bool receive(struct node_exchange *s)
{
    struct sock_frame frame;
    struct sock *sock = node_link_sock(s->link);
    if (sock == NULL) {
        return false;
    }
    enum err e = sock_receive(sock, &frame);
    if (e != OK && e != ERR_BAD_INPUT) {
        return false;
    }
    if (s->core != NULL) {
        frame_event(s, &frame, e == OK);
    }
    sock_frame_done(&frame);
    return true;
}

// A bundle that was taken moved on what the core believes of the hub: it starts afresh. True when one was.
static bool took_bundle(struct node_exchange *s)
{
    uint64_t number = s->bundles;
    enum err e = node_bundle_number(state_kv(s->o.state), &number);
    if (e == OK && number == s->bundles) {
        return false;
    }
    if (e == OK) {
        LOG(s->o.log, LOG_INFO, "node.afresh");
        e = start(s, 0, NULL);
    }
    if (e != OK) {
        start_over(s, e);
    }
    return true;
}

static void look_at_store(struct node_exchange *s, uint64_t now)
{
    const struct node_grown *grown = NULL;
    size_t n = 0;
    s->watch_ms = now + WATCH_MS;
    if (!node_watch_stirred(s->watch)) {
        return;
    }
    enum err e = node_watch_look(s->watch, &grown, &n);
    if (e != OK) {
        node_voice_trouble(s->voice, e);
        return;
    }
    if (took_bundle(s)) {
        return;
    }
    for (size_t i = 0; i < n && s->core != NULL; i++) {
        struct node_event event = { .type = NODE_APPENDED };
        event.as.appended.local = grown[i].local;
        event.as.appended.current = grown[i].current;
        step(s, &event);
    }
}

static void look_at_safe(struct node_exchange *s)
{
    bool readable = !safe_empty(s->o.safe);
    if (readable == s->readable) {
        return;
    }
    s->readable = readable;
    LOG(s->o.log, LOG_INFO, readable ? "node.unlocked" : "node.locked");
    if (readable) {
        renew(s);
    }
    if (s->core != NULL) {
        step_plain(s, readable ? NODE_UNLOCKED : NODE_LOCKED);
    }
}

static void keep_house(struct node_exchange *s, uint64_t now)
{
    if (now >= s->readers_ms) {
        s->readers_ms = now + READERS_MS;
        unsigned freed = kv_check_readers(state_kv(s->o.state));
        if (freed > 0) {
            LOG_WITH(s->o.log, LOG_INFO, "node.readers-freed", log_number("count", freed));
        }
    }
    if (now >= s->trim_ms) {
        s->trim_ms = UINT64_MAX;
        wire_maker_free(s->maker);
        s->maker = NULL;
        (void)malloc_trim(0);
    }
}

// What is carried for others goes when there is nothing of our own to say.
static void hand_over(struct node_exchange *s)
{
    const struct node_status now = s->core != NULL ? node_core_status(s->core) : (struct node_status){ 0 };
    struct sock *sock = now.connected && now.in_flight == 0 ? node_link_sock(s->link) : NULL;
    s->handover_ms = node_handover_turn(s->handover, sock, loop_now_ms());
}

void node_exchange_turn(struct node_exchange *s)
{
    enum node_link_event what;
    uint64_t now = loop_now_ms();
    if (s->core == NULL && now >= s->start_ms) {
        enum err e = start(s, s->failures, NULL);
        if (e != OK) {
            start_over(s, e);
        }
    }
    look_at_safe(s);
    if (now >= s->watch_ms) {
        look_at_store(s, now);
    }
    while ((what = node_link_next(s->link)) != NODE_LINK_NONE) {
        link_event(s, what);
    }
    for (int i = 0; i < TURN_FRAMES && receive(s); i++) {
    }
    if (s->core != NULL && loop_now_ms() >= s->arm_ms) {
        step_plain(s, NODE_TICK);
    }
    hand_over(s);
    keep_house(s, now);
}

// --- opening and closing ---

enum err node_exchange_open(const struct node_exchange_options *options, struct node_exchange **out, struct why *why)
{
    struct node_exchange *s = mem_new(sizeof *s);
    const struct charter *charter = state_charter(options->state);
    const struct node_grown *ignored = NULL;
    size_t n = 0;
    s->o = *options;
    s->identity = (struct node_identity){ .consultation = charter->id };
    s->transport = mem_new(sizeof *s->transport);
    s->actions = mem_new(sizeof *s->actions);
    s->arena = arena_new(MSG_ARENA_BYTES + NODE_STORE_ARENA_BYTES);
    s->handover = node_handover_open(options->state, options->log);
    s->watch = node_watch_open(state_kv(options->state));
    s->voice = node_voice_open(state_kv(options->state), options->log);
    s->trim_ms = UINT64_MAX;
    s->readers_ms = loop_now_ms() + READERS_MS;
    enum err e = state_transport_load(options->state, s->transport, why);
    if (e == OK) {
        e = node_hub_link(s->o.state, s->o.hub, s->transport, &s->link, why);
    }
    if (e == OK) {
        e = node_watch_look(s->watch, &ignored, &n); // what is there already comes with NODE_START
    }
    if (e == OK) {
        e = start(s, 0, why);
    }
    if (e != OK) {
        node_exchange_close(s);
        return e;
    }
    *out = s;
    return OK;
}

void node_exchange_close(struct node_exchange *s)
{
    if (s == NULL) {
        return;
    }
    if (s->core != NULL) {
        step_plain(s, NODE_STOP);
    }
    node_core_free(s->core);
    node_link_close(s->link);
    node_handover_close(s->handover);
    node_watch_close(s->watch);
    node_voice_close(s->voice);
    wire_maker_free(s->maker);
    arena_free(s->arena);
    free(s->actions);
    mem_wipe(s->transport, sizeof *s->transport);
    free(s->transport);
    free(s);
}

// --- for the loop ---

struct sock *node_exchange_sock(struct node_exchange *s)
{
    return node_link_sock(s->link);
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t node_exchange_deadline(const struct node_exchange *s)
{
    uint64_t at = sooner(s->watch_ms, sooner(s->readers_ms, s->trim_ms));
    return sooner(sooner(at, s->handover_ms), s->core == NULL ? s->start_ms : s->arm_ms);
}

void node_exchange_poke(struct node_exchange *s)
{
    s->failures = 0;
    s->start_ms = 0;
    node_voice_ask(s->voice);
    if (s->core != NULL) {
        step_plain(s, NODE_POKE);
    }
}

struct node_contact node_exchange_contact(const struct node_exchange *s)
{
    return node_voice_contact(s->voice);
}
