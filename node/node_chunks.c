// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Attachments on their way up (PROTOCOL 18.5): one after another, chunk by chunk, and only while no words wait. The
// store says which is next and keeps how far the hub is; whatever is lost, the hub is asked again what it wants.
// It must never take the hub's word for the whole of an attachment without its signature.
#include "node/node_inside.h"

#include "common/base/fault.h"
#include "common/format/attachment.h"
#include "common/format/custody.h"

static void look_at(struct chunks *k, uint64_t at_ms)
{
    k->look_ms = at_ms < k->look_ms ? at_ms : k->look_ms;
}

// From the first one, when the hub or what waits here is another than before.
static void start_round(struct chunks *k, uint64_t at_ms)
{
    *k = (struct chunks){ .look_ms = at_ms,
                          .again_ms = NODE_NEVER,
                          .window = k->window > 0 ? k->window : 1,
                          .wanted_again = k->wanted_again };
}

void node_chunks_start(struct node_core *c)
{
    start_round(&c->chunks, 0);
    c->chunks.wanted_again = 0;
}

void node_chunks_received(struct node_core *c)
{
    c->chunks.again_ms = c->event->now_ms;
    if (!c->chunks.here && !c->chunks.begun) {
        look_at(&c->chunks, c->event->now_ms);
    }
}

void node_chunks_again(struct node_core *c)
{
    if (!c->asked_again && node_do(c, NODE_STORE_AGAIN) != NULL) {
        c->asked_again = true;
        node_chunks_received(c);
    }
}

// The present one is done with, for now or for good: the next behind it has its turn.
static void leave(struct node_core *c)
{
    struct chunks *k = &c->chunks;
    k->here = false;
    k->look_ms = c->event->now_ms;
}

static void put_off(struct node_core *c, uint64_t ms)
{
    const uint64_t at = c->event->now_ms + ms + node_jitter(c, ms / 4);
    c->chunks.again_ms = at < c->chunks.again_ms ? at : c->chunks.again_ms;
    leave(c);
}

static bool store(struct node_core *c, enum node_attachment_state state, const struct sig *signature)
{
    struct node_action *a = node_do(c, NODE_STORE_HELD);
    if (a == NULL) {
        return false;
    }
    a->as.store_held.at = c->chunks.at;
    a->as.store_held.state = state;
    if (signature != NULL) {
        a->as.store_held.signature = *signature;
    }
    return true;
}

void node_chunks_found(struct node_core *c)
{
    struct chunks *k = &c->chunks;
    if (!k->asking) {
        return; // the connection ended in between
    }
    k->asking = false;
    if (!c->event->as.attachment.found) {
        start_round(k, k->again_ms);
        return;
    }
    k->at = c->event->as.attachment.at;
    k->here = k->begun = true;
    k->known = false;
    k->stored = k->at.next;
    k->sent = k->at.next;
    k->want_ms = c->event->now_ms;
    k->want_wait_ms = NODE_WANT_MS;
    k->asked_ms = NODE_NEVER;
}

// --- the hub's answers ---
static void take_held(struct node_core *c, const struct msg_held *m)
{
    struct chunks *k = &c->chunks;
    const struct held said = { .consultation = c->identity.consultation, .root = k->at.root, .size = k->at.size };
    if (!held_verify(&said, service_log_now(&c->identity.keys)->key, m->signature)) {
        node_tell(c, TELL_BAD_HUB, &k->at.journal, k->at.seq, VERDICT_BAD_SIGNATURE, 0);
        put_off(c, NODE_BACKOFF_DOOR_MS);
    } else if (store(c, NODE_ATTACHMENT_HELD, &m->signature)) {
        node_tell(c, TELL_ATTACHED, &k->at.journal, k->at.seq, VERDICT_GOOD, k->at.size);
        leave(c);
    }
}

// The line as it is: many chunks under way where answers come at once, one where they take long, so that words that
// are typed meanwhile do not wait behind sound.
static void pace(struct node_core *c, uint32_t next)
{
    struct chunks *k = &c->chunks;
    if (k->timed_ms == 0 || next <= k->timed) {
        return;
    }
    const uint64_t took = c->event->now_ms - k->timed_ms;
    k->timed_ms = 0;
    if (took <= NODE_CHUNK_QUICK_MS) {
        k->window += k->window < NODE_CHUNK_WINDOW;
    } else {
        k->window = k->window > 1 ? k->window / 2 : 1;
    }
}

static void take_progress(struct node_core *c, uint32_t next)
{
    struct chunks *k = &c->chunks;
    if (next > attachment_chunks(k->at.size)) {
        node_tell(c, TELL_BAD_HUB, &k->at.journal, k->at.seq, VERDICT_BAD_MESSAGE, 0);
        put_off(c, NODE_BACKOFF_DOOR_MS);
        return;
    }
    // After a question everything above is sent (again): the answer comes behind all that was under way before it.
    const bool moved = next > k->at.next;
    pace(c, next);
    k->at.next = FAULT(CHUNK_STARTS_OVER) && !k->known ? 0 : next;
    k->sent = !k->known || k->sent < k->at.next ? k->at.next : k->sent;
    if (!k->known || moved) {
        k->want_wait_ms = NODE_WANT_MS;
        k->want_ms = c->event->now_ms + NODE_CHUNK_WAIT_MS;
    }
    k->known = true;
    k->asked_ms = NODE_NEVER;
    // A shown number need not be the last: the hub is asked when it goes on.
    if ((next >= k->stored + NODE_CHUNK_STORED || next < k->stored) && store(c, NODE_ATTACHMENT_WAITING, NULL)) {
        k->stored = next;
    }
}

// PROTOCOL 18.5: of one that is not under way. A hub that was restored from a backup wants what it had signed for.
static void wanted_again(struct node_core *c, const struct msg_held *m)
{
    struct chunks *k = &c->chunks;
    if (m->code != VERDICT_GOOD || m->is_signed || k->wanted_again >= NODE_WANTED_AGAIN) {
        return;
    }
    struct node_action *a = node_do(c, NODE_STORE_AGAIN);
    if (a != NULL) {
        a->as.store_again.root = m->root;
        k->wanted_again++;
        node_chunks_received(c);
    }
}

void node_chunks_held(struct node_core *c, const struct msg_held *m)
{
    struct chunks *k = &c->chunks;
    if (!k->here || !hash_equal(k->at.root, m->root)) {
        wanted_again(c, m);
        return;
    }
    const uint64_t ms = m->retry_after_ms < NODE_WANT_MAX_MS ? m->retry_after_ms : NODE_WANT_MAX_MS;
    if (m->code == VERDICT_GAP) {
        node_tell(c, TELL_DEFERRED, &k->at.journal, k->at.seq, m->code, ms);
        put_off(c, ms); // others may be known
    } else if (m->code != VERDICT_GOOD) {
        node_tell(c, TELL_DEFERRED, &k->at.journal, k->at.seq, m->code, ms);
        start_round(k, c->event->now_ms + NODE_BACKOFF_MS + ms + node_jitter(c, ms / 4));
    } else if (m->is_signed) {
        take_held(c, m);
    } else {
        take_progress(c, m->next);
    }
}

// --- sending ---
static void find_next(struct node_core *c)
{
    struct node_action *a = node_do(c, NODE_NEXT_ATTACHMENT);
    if (a != NULL) {
        a->as.next_attachment.after = c->chunks.begun;
        a->as.next_attachment.place = c->chunks.at;
        c->chunks.asking = true;
        c->chunks.look_ms = NODE_NEVER;
    }
}

static void ask(struct node_core *c)
{
    struct chunks *k = &c->chunks;
    struct node_action *a = node_do(c, NODE_SEND);
    if (a == NULL) {
        return;
    }
    a->as.send = (struct msg){ .type = MSG_WANT, .as.want = { .what = WANT_HELD, .root = k->at.root } };
    k->known = false;
    k->timed_ms = 0;
    k->asked_ms = k->asked_ms == NODE_NEVER ? c->event->now_ms : k->asked_ms;
    k->want_ms = c->event->now_ms + node_jitter(c, k->want_wait_ms);
    k->want_wait_ms = k->want_wait_ms * 2 < NODE_WANT_MAX_MS ? k->want_wait_ms * 2 : NODE_WANT_MAX_MS;
}

static bool has_chunk_to_send(const struct chunks *k)
{
    return k->here && k->known && !k->asking && k->sent < attachment_chunks(k->at.size) &&
           k->sent < k->at.next + k->window;
}

// PROTOCOL 18.5: words first.
void node_chunks_pump(struct node_core *c)
{
    struct chunks *k = &c->chunks;
    if (c->invited || c->asking || c->flight_count > 0 || k->asking) {
        return;
    }
    if (!k->here && c->event->now_ms >= k->look_ms) {
        find_next(c);
    } else if (k->here && c->event->now_ms >= k->want_ms) {
        ask(c);
    } else if (has_chunk_to_send(k)) {
        struct node_action *a = node_do(c, NODE_SEND_CHUNK);
        if (a != NULL) {
            a->as.send_chunk.root = k->at.root;
            a->as.send_chunk.number = k->sent;
            k->asking = true;
        }
    }
}

void node_chunks_sent(struct node_core *c)
{
    struct chunks *k = &c->chunks;
    if (!k->asking) {
        return; // the connection ended in between
    }
    k->asking = false;
    if (!c->event->as.chunk_sent.readable) {
        if (store(c, NODE_ATTACHMENT_LOST, NULL)) {
            node_tell(c, TELL_ATTACHMENT_LOST, &k->at.journal, k->at.seq, VERDICT_GOOD, k->sent);
            leave(c);
        }
    } else if (!c->event->as.chunk_sent.queued) {
        k->want_ms = c->event->now_ms + node_jitter(c, NODE_BACKOFF_MS); // the transport is full: it empties by itself
        k->known = false;
    } else {
        if (k->timed_ms == 0) {
            k->timed = k->sent;
            k->timed_ms = c->event->now_ms;
        }
        k->sent++;
    }
}

bool node_chunks_unanswered(const struct node_core *c)
{
    const struct chunks *k = &c->chunks;
    return k->here && k->asked_ms != NODE_NEVER && c->event->now_ms >= k->asked_ms + NODE_ANSWER_MS;
}

uint64_t node_chunks_deadline(const struct node_core *c)
{
    const struct chunks *k = &c->chunks;
    if (c->invited || c->asking || c->flight_count > 0 || k->asking) {
        return NODE_NEVER; // an event comes by itself
    }
    if (!k->here) {
        return k->look_ms;
    }
    return has_chunk_to_send(k) ? c->event->now_ms : k->want_ms;
}
