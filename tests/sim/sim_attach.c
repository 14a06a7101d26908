// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Sound and photographs: who attaches what, how a node's shell answers its core about them, and what must hold of them
// in the end: each is whole at the hub, chunk by chunk what its author encrypted, or was erased, or nobody was told
// that it is there.
#include "tests/sim/sim.h"

#include "common/author/attach.h"
#include "common/format/merkle.h"
#include "common/store/exchange_state.h"

#include <stdlib.h>

// --- writing ---
static void grow(struct sim *s, struct kv_txn *t, struct draft_id draft, const struct symkey *key, struct attach *a)
{
    static const size_t sizes[] = { 1, 3000, LIMIT_CHUNK_CLEAR, LIMIT_CHUNK_CLEAR + 1, 5 * LIMIT_CHUNK_CLEAR + 77 };
    const size_t size = sizes[sim_below(s, sizeof sizes / sizeof sizes[0])];
    uint8_t *bytes = mem_new(size);
    for (size_t at = 0; at < size;) {
        const size_t n = size - at < 100000 ? size - at : 100000;
        CHECK(attach_append(t, draft, key, a, at, slice_of(bytes + at, n), NULL) == OK);
        at += n;
    }
    CHECK(attach_finish(t, draft, key, a, NULL) == OK);
    free(bytes);
}

void attach_some(struct sim *s, size_t i, struct buf *manifest)
{
    struct node *n = &s->nodes[i];
    struct kv_txn *t = NULL;
    struct draft_id draft = { { 0 } };
    const struct symkey key = { { 7 } };
    struct attach list[2];
    const size_t count = 1 + (size_t)sim_below(s, 2);
    if (n->disk_full || kv_begin_write(state_kv(n->state), &t) != OK) {
        return;
    }
    ident_random(draft.b, sizeof draft.b);
    for (size_t k = 0; k < count; k++) {
        CHECK(attach_begin(t, draft, &key, SLICE_LITERAL("voice"), "audio/ogg", &list[k], NULL) == OK);
        grow(s, t, draft, &key, &list[k]);
    }
    attach_manifest(list, count, manifest);
    CHECK(buf_ok(manifest));
    if (kv_commit(t) != OK) {
        buf_reset(manifest);
    }
}

// --- a node's shell ---
struct node_event attach_answer(struct sim *s, size_t i, const struct node_action *a)
{
    struct node *n = &s->nodes[i];
    struct buf frame = buf_new(LIMIT_FRAME_BYTES);
    struct node_event e = node_event_now(s, i, NODE_ATTACHMENT);
    if (a->type == NODE_NEXT_ATTACHMENT) {
        struct node_event found;
        CHECK(node_store_attachment(state_kv(n->state), a, &found) == OK);
        e.as.attachment = found.as.attachment;
    } else {
        bool readable = false;
        CHECK(node_store_chunk(state_kv(n->state), a->as.send_chunk.root, a->as.send_chunk.number, &frame,
                               &readable) == OK);
        e.type = NODE_CHUNK_SENT;
        e.as.chunk_sent.readable = e.as.chunk_sent.queued = readable;
    }
    if (frame.n > 0) {
        sim_send_to_hub(s, i, buf_slice(&frame));
        sim_capture(s, buf_slice(&frame));
    }
    buf_done(&frame);
    return e;
}

// --- what must hold ---
// True when every chunk is at the hub and they make the root, or it was erased.
static bool hub_has(struct kv_txn *t, struct hash root)
{
    struct blob b;
    struct merkle_frontier f = { .size = 0 };
    if (blob_look(t, root, &b) != OK || (!b.gone && !blob_whole(&b))) {
        return false;
    }
    for (uint32_t k = 0; !b.gone && k < attachment_chunks(b.size); k++) {
        struct slice chunk;
        if (blob_get(t, &b, k, &chunk) != OK) {
            return false;
        }
        (void)merkle_append(&f, merkle_leaf(chunk), NULL);
    }
    return b.gone || hash_equal(merkle_root(&f), root);
}

void attach_said(struct sim *s, struct hash root)
{
    struct kv_txn *t = NULL;
    CHECK(kv_begin_read(s->hub.kv, &t) == OK);
    if (!hub_has(t, root)) {
        sim_fail(s, "the hub says that it has an attachment, and it has not");
    }
    kv_abort(t);
}

// The hub has given custody of its entry. (What was refused here was signed anew, with the same attachments.)
static bool went_up(struct kv_txn *t, const struct attached *a)
{
    struct exchange_journal x;
    return exchange_journal_get(t, &a->journal, &x) == OK && a->seq < x.acked.next;
}

bool attach_settled(struct sim *s, size_t i)
{
    struct node *n = &s->nodes[i];
    struct kv_txn *t = NULL;
    bool settled = true;
    if (n->destroyed) {
        return true; // what it has of them it may not be able to send any more
    }
    CHECK(kv_begin_read(state_kv(n->state), &t) == OK);
    struct attached_range r = attached_range_new(t, NULL);
    while (settled && attached_range_next(&r)) {
        settled = r.at.state != ATTACHED_WAITING || !went_up(t, &r.at);
    }
    attached_range_done(&r);
    kv_abort(t);
    return settled;
}

void attach_check(struct sim *s, size_t i)
{
    struct node *n = &s->nodes[i];
    struct kv_txn *t = NULL;
    struct kv_txn *hub = NULL;
    CHECK(kv_begin_read(state_kv(n->state), &t) == OK);
    CHECK(kv_begin_read(s->hub.kv, &hub) == OK);
    struct attached_range r = attached_range_new(t, NULL);
    while (!s->failed && attached_range_next(&r)) {
        if (r.at.state == ATTACHED_HELD && !n->destroyed && !hub_has(hub, r.at.blob.root)) {
            sim_fail(s, "%s was told that the hub has an attachment, and it has not", n->name);
        } else if (r.at.state == ATTACHED_LOST && !n->destroyed) {
            sim_fail(s, "%s has lost an attachment", n->name);
        }
    }
    attached_range_done(&r);
    kv_abort(t);
    kv_abort(hub);
}

// As hub_shell.c does.
void attach_missing(struct sim *s, const struct peer_action *reply)
{
    struct hash roots[SERVE_MISSING];
    struct why why = { "" };
    const struct msg_welcome *w = &reply->as.reply.as.welcome;
    const bool told = reply->as.reply.type == MSG_WELCOME;
    const size_t n = !told ? 0 : serve_missing(s->hub.serve, w->heads, w->head_count, roots);
    for (size_t i = 0; i < n; i++) {
        struct buf frame = buf_new(LIMIT_FRAME_BYTES);
        const struct peer_action held = { .route = reply->route, .as.held.root = roots[i] };
        CHECK(serve_held(s->hub.serve, &held, &frame, &why) == OK);
        sim_send_to_node(s, &reply->route, buf_slice(&frame));
        buf_done(&frame);
    }
}
