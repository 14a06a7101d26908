// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Read first: node_send.h.
#include "node/node_send.h"

#include "node/node_people.h"
#include "node/node_store.h"

bool node_send_asked(enum node_action_type type)
{
    return type == NODE_SEND_RANGE || type == NODE_NEXT_ATTACHMENT || type == NODE_SEND_CHUNK;
}

static bool send_frame(const struct node_sender *s, const struct buf *frame)
{
    return s->sock != NULL && sock_send(s->sock, NULL, buf_slice(frame)) == OK;
}

// Reads, packs and sends a range.
static enum err send_range(struct node_sender *s, const struct node_action *a, struct buf *frame,
                           struct node_event *event, bool *dark)
{
    struct store_key key;
    struct outbox_cover cover = { .n = 0 };
    const bool readable = node_people_store_key(s->safe, &key);
    const uint64_t from = a->as.send_range.from;
    uint64_t to = from;
    uint64_t raw = 0;
    if (s->maker == NULL) {
        s->maker = wire_maker_new();
    }
    state_cover_load(s->state, &cover); // also while somebody is unlocked: what she cannot read goes as its copy
    const struct node_reader reader = { .key = readable ? &key : NULL, .maker = s->maker, .cover = &cover };
    enum err e = node_store_range(state_kv(s->state), &reader, a, frame, &to, &raw, NULL);
    outbox_cover_done(&cover);
    mem_wipe(&key, sizeof key);
    *dark = e == OK && to == from && readable;
    event->type = NODE_RANGE_SENT;
    event->as.range_sent.journal = a->as.send_range.journal;
    event->as.range_sent.from = from;
    event->as.range_sent.to = to;
    event->as.range_sent.raw = raw;
    event->as.range_sent.queued = e == OK && to > from && send_frame(s, frame);
    return e;
}

static enum err send_chunk(const struct node_sender *s, const struct node_action *a, struct buf *frame,
                           struct node_event *event)
{
    bool readable = false;
    enum err e = node_store_chunk(state_kv(s->state), a->as.send_chunk.root, a->as.send_chunk.number, frame, &readable);
    event->type = NODE_CHUNK_SENT;
    event->as.chunk_sent.readable = readable;
    event->as.chunk_sent.queued = e == OK && readable && send_frame(s, frame);
    return e;
}

enum err node_send(struct node_sender *s, const struct node_action *a, struct node_event *event, bool *dark)
{
    struct buf frame = buf_new(LIMIT_FRAME_BYTES);
    enum err e = OK;
    *event = (struct node_event){ .type = NODE_ATTACHMENT };
    *dark = false;
    CHECK(node_send_asked(a->type));
    if (a->type == NODE_SEND_RANGE) {
        e = send_range(s, a, &frame, event, dark);
    } else if (a->type == NODE_SEND_CHUNK) {
        e = send_chunk(s, a, &frame, event);
    } else {
        e = node_store_attachment(state_kv(s->state), a, event);
    }
    buf_done(&frame);
    return e;
}
